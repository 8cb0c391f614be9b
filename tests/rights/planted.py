"""One person planted all over a municipality, another beside them everywhere, and both elsewhere.

Every value is told apart by whose it is and where: none stands for two persons or two places.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from appointments.models import Appointment, Participant
from appointments.rules.waiting import Wish
from appointments.services.offering.waiting import wait_for_any
from borgerservice.kernel.cpr import CprNumber
from borgerservice.vault.services import open_data_key
from tests.builders import build_visit
from tests.witnesses.cases import Established, Office, Questions, Reason, build_office, number
from witnesses.models import LinkProposal, WitnessCheck
from witnesses.rules.guide.answers import Answers, Paper, paper
from witnesses.rules.guide.links import written, written_papers
from witnesses.rules.guide.papers import kinds
from witnesses.selectors.checks import papers_sealed_at
from witnesses.selectors.papers import sealed_at
from witnesses.services import (
    SeenWitness,
    ShownDocument,
    decide_proofing,
    open_proofing,
    propose_link,
    record_documents,
    record_questions,
    record_witness,
)


@dataclass
class Planted:
    """Somebody, and every value of theirs that was written in one municipality."""

    serial: int
    born: date
    phone: str
    email: str
    name: str
    shift: int = 0
    values: set[str] = field(default_factory=set)

    @property
    def number(self) -> CprNumber:
        return number(self.serial, born=self.born)

    def day(self, offset: int) -> date:
        """A day of their own, in a year of their own, which is planted."""
        day = date(2030 + self.serial % 60, 1, 1) + timedelta(days=offset + self.shift)
        self.values.add(day.isoformat())
        return day

    def document(self, kind: str, offset: int) -> ShownDocument:
        return ShownDocument(
            type=kind, issuer="DK", shows_photo=True, shows_cpr=True, expires_on=self.day(offset)
        )

    def paper(self, offset: int) -> Paper:
        """A paper as one tells of it before a visit."""
        return paper(
            kinds()["passport"],
            issuer="DK",
            form="physical",
            photo=True,
            number=True,
            has_number=True,
            expires_on=self.day(offset),
            issued_on=None,
        )


def planted(serial: int, name: str, *, place: str, shift: int) -> Planted:
    """Somebody told apart from everybody else by a serial number below sixty."""
    one = Planted(
        serial=serial,
        born=date(1950 + serial, 3, 1 + serial % 28),
        phone=f"+45203040{serial:02}",
        email=f"mail{serial}@{place}.example".lower(),
        name=f"{name} {place}",
        shift=shift,
    )
    one.values |= {one.name, one.phone, one.email, one.born.isoformat()}
    return one


@dataclass
class House:
    """A municipality in which two persons come to one visit, wait together, and are witnesses."""

    office: Office
    first: Planted
    second: Planted
    visit: Appointment
    cases: list[Any] = field(default_factory=list)

    @property
    def municipality(self) -> Any:
        return self.office.world.municipality


def build_house(first: Planted, second: Planted, **place: Any) -> House:
    """Everything of both: a visit together, cases, each a witness of the other, and the rest."""
    office = build_office(**place)
    visit = _visit(office, first, second)
    house = House(office, first, second, visit)
    house.cases = [
        _case(office, visit.participants.get(position=0), first, second),
        _case(office, visit.participants.get(position=1), second, first),
    ]
    wait_for_any(
        centre=office.world.centre,
        service=office.world.service.code,
        names=[first.name, second.name],
        phone=first.phone,
        email=first.email,
        language="da",
        wish=Wish(office.day, office.day + timedelta(days=10), 0, 1440, 31),
        now=office.now,
    )
    _check(house, of=first, for_whom=second)
    _check(house, of=second, for_whom=first)
    return house


def _visit(office: Office, first: Planted, second: Planted) -> Appointment:
    """A visit of both today, each with papers of their own, booked by the first."""
    visit = build_visit(
        office.world,
        day=office.day,
        names=(first.name, second.name),
        phone=first.phone,
        email=first.email,
        now=office.now - timedelta(days=1),
    )
    key = open_data_key(visit.contact.data_key)
    for comer, one in zip(visit.participants.all(), (first, second), strict=True):
        said = Answers(office.day, True, "new", True, (one.paper(1),))
        Participant.unscoped.filter(pk=comer.pk).update(
            guide_sealed=key.seal(written(said), sealed_at(comer)), guide_verdict="enough"
        )
    Appointment.unscoped.filter(pk=visit.pk).update(
        status=Appointment.Status.CHECKED_IN, checked_in_at=office.now
    )
    return Appointment.unscoped.get(pk=visit.pk)


def _case(office: Office, comer: Participant, one: Planted, witness: Planted) -> Any:
    """A case of one, decided by the other's word."""
    told = {"staff": office.clerk, "now": office.now}
    case = open_proofing(participant=comer, **told)
    record_documents(
        proofing=case,
        number=one.number,
        birth_date=None,
        wants_cpr_link=True,
        documents=(one.document("passport", 2),),
        **told,
    )
    record_questions(proofing=case, outcome=Questions.NOT_AVAILABLE, **told)
    seen = SeenWitness(
        number=witness.number,
        name=witness.name,
        birth_date=None,
        mitid_since=date(2023, 1, 1) + timedelta(days=witness.serial + witness.shift),
        established=Established.SHOWN,
        brought_mitid=True,
        relationship="colleague" if witness.serial % 2 else "family",
        documents=(witness.document("driving_licence", 3),),
    )
    witness.values.add(seen.mitid_since.isoformat())
    record_witness(proofing=case, witness=seen, reason=Reason.QUESTIONS_NOT_POSSIBLE, **told)
    office.sign(case)
    return decide_proofing(proofing=case, **told)


def _check(house: House, *, of: Planted, for_whom: Planted) -> None:
    """One was asked beforehand to be the other's witness, and said what they will bring."""
    place = 0 if for_whom is house.first else 1
    comer = house.visit.participants.get(position=place)
    statement = house.cases[place].statements.get()
    check = WitnessCheck.unscoped.create(
        municipality=house.municipality,
        participant=comer,
        link_salt="1:salt",
        link_hash=f"check of {of.email}",
        asked_at=house.office.now,
        person_id=statement.person_id,
        checked_at=house.office.now,
        verdict=WitnessCheck.Verdict.MAY,
        checked_for=house.office.day,
    )
    key = open_data_key(house.visit.contact.data_key)
    check.papers_sealed = key.seal(written_papers((of.paper(4),)), papers_sealed_at(check))
    check.save()


def build_both() -> tuple[House, House]:
    """Herning and Aarhus, each with the same two human beings and values of its own.

    In Herning somebody says, too, that both are one person.
    """
    herning, aarhus = (
        build_house(
            planted(1, "Amina", place=name, shift=shift),
            planted(2, "Bo", place=name, shift=shift),
            code=code,
            name=name,
        )
        for code, name, shift in (("0657", "Herning", 0), ("0751", "Aarhus", 100))
    )
    propose_link(
        municipality=herning.municipality,
        number=herning.first.number,
        other_number=herning.second.number,
        reason=LinkProposal.Reason.REGISTER,
        staff=herning.office.clerk,
        now=herning.office.now,
    )
    return herning, aarhus
