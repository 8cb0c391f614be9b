"""Small cases for tests: a person's number, a visit checked in, a case led step by step."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from appointments.models import Appointment, Participant
from appointments.services.centres.desk_days import rebuild
from appointments.services.visits.attendance import check_in
from borgerservice.kernel.cpr import CprNumber
from borgerservice.municipalities.models import ExtraOpening, StaffMember
from tests.builders import NOW, TODAY, World, build_staff, build_visit, build_world
from tests.days import open_day
from witnesses.models import Declaration, IdentityProofing, WitnessStatement
from witnesses.services import (
    SeenWitness,
    ShownDocument,
    accept_declaration,
    decide_proofing,
    open_proofing,
    record_documents,
    record_questions,
    record_witness,
)

PASSPORT = ShownDocument(type="passport", issuer="DK", shows_photo=True, shows_cpr=True)
FOREIGN_PASSPORT = ShownDocument(
    type="passport", issuer="SY", shows_photo=True, expires_on=date(2030, 1, 1)
)
LICENCE = ShownDocument(type="driving_licence", issuer="DK", shows_photo=True, shows_cpr=True)
Questions = IdentityProofing.Questions
Reason = IdentityProofing.WitnessReason
Established = WitnessStatement.Established
Relationship = WitnessStatement.Relationship


def number(serial: int, *, born: date = date(1990, 1, 1)) -> CprNumber:
    """A replacement number, which can be nobody's: day + 60, told apart by its serial."""
    return CprNumber(f"{born.day + 60:02}{born.month:02}{born.year % 100:02}{serial % 4000:04}")


def witness(serial: int, **differences) -> SeenWitness:
    """A witness who meets every rule, but for what the test is about."""
    usual = {
        "number": number(serial),
        "name": "Bente Vidne",
        "birth_date": None,
        "mitid_since": TODAY - timedelta(days=400),
        "established": Established.SHOWN,
        "brought_mitid": True,
        "relationship": Relationship.FRIEND,
        "documents": (LICENCE,),
    }
    return SeenWitness(**{**usual, **differences})


@dataclass
class Office:
    """A centre at work on one day: its world, a clerk, and visits as many as are needed."""

    world: World
    clerk: StaffMember
    day: date = TODAY
    booked: int = field(default=0)

    @property
    def now(self) -> datetime:
        return NOW + (self.day - TODAY)

    def visit(self, *, names: tuple[str, ...] = ("Amina Hassan",)) -> Appointment:
        """A visit of the day, checked in; each takes another desk or time."""
        minute = 9 * 60 + 30 * (self.booked // len(self.world.desks))
        self.booked += 1
        visit = build_visit(
            self.world, day=self.day, minute=minute, names=names, now=self.now - timedelta(days=1)
        )
        return check_in(appointment=visit, actor="staff:1", now=self.now)

    def participant(self, place: int = 0) -> Participant:
        visit = self.visit()
        return Participant.unscoped.select_related("service").get(appointment=visit, position=place)

    def case(self) -> IdentityProofing:
        """A case just opened."""
        return open_proofing(participant=self.participant(), staff=self.clerk, now=self.now)

    def with_documents(self, serial: int = 1, *documents: ShownDocument) -> IdentityProofing:
        """A case whose applicant has shown documents: a Danish passport unless others are given."""
        return record_documents(
            proofing=self.case(),
            number=number(serial),
            birth_date=None,
            wants_cpr_link=True,
            documents=documents or (PASSPORT,),
            staff=self.clerk,
            now=self.now,
        )

    def with_questions(
        self, serial: int = 1, outcome: str = Questions.NOT_AVAILABLE
    ) -> IdentityProofing:
        """A case whose questions have an outcome."""
        return record_questions(
            proofing=self.with_documents(serial),
            outcome=Questions(outcome),
            staff=self.clerk,
            now=self.now,
        )

    def with_witness(
        self, seen: SeenWitness, *, applicant: int = 1, is_signed: bool = True
    ) -> IdentityProofing:
        """A case ready to be decided by the witness route, the printed declaration signed."""
        case = self.with_questions(applicant)
        record_witness(
            proofing=case,
            witness=seen,
            reason=Reason.QUESTIONS_NOT_POSSIBLE,
            staff=self.clerk,
            now=self.now,
        )
        if is_signed:
            self.sign(case)
        return case

    def sign(
        self, case: IdentityProofing, *, language: str = "da", staff: StaffMember | None = None
    ) -> Declaration:
        """The witness signs the printed declaration before the clerk, or whoever is given."""
        return accept_declaration(
            proofing=case,
            language=language,
            how=Declaration.Accepted.PRINTED,
            staff=staff or self.clerk,
            now=self.now,
        )

    def decided(self, seen: SeenWitness, *, applicant: int = 1) -> IdentityProofing:
        """A case decided by the witness route."""
        return decide_proofing(
            proofing=self.with_witness(seen, applicant=applicant), staff=self.clerk, now=self.now
        )


def build_office(
    code: str = "0657", name: str = "Herning", *, day: date = TODAY, desks: int = 4, **world
) -> Office:
    """An office with a clerk at work, also when the day is a Sunday or a holiday."""
    made = build_world(code=code, name=name, desks=desks, today=day, **world)
    if open_day(day) != day:
        ExtraOpening.objects.create(
            centre=made.centre, day=day, opens_minute=540, closes_minute=900
        )
        rebuild(centre=made.centre, first=day, last=day)
    since = NOW + (day - TODAY) - timedelta(days=1)
    return Office(made, build_staff(made.municipality, now=since), day)
