"""The witness's part of a case: who came along, what they show, and why they were called on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from appointments.rules.names import NameRefused, clean_person_name
from borgerservice.audit.events import Event
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.models import Person
from borgerservice.people.services import Marks
from borgerservice.vault.services import OpenKey, SealBroken
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import AssuranceLevel, IdentityProofing, WitnessStatement
from witnesses.policies import is_own_case
from witnesses.rules.levels import is_enough
from witnesses.rules.lifecycle import Step
from witnesses.rules.numbers import IdentityNumber, number_kind
from witnesses.selectors.cases import current_statement, met_on, witness_of
from witnesses.services.documents import (
    ShownDocument,
    check_documents,
    replace_documents,
    withdraw_documents,
)
from witnesses.services.identity import GivenNumber, birth_date_told, settled_birth_date
from witnesses.services.recognition import recognise_applicant, sealed_number
from witnesses.services.steps import (
    Within,
    held_case,
    key_of,
    marks_for,
    note,
    person_behind,
    step_forward,
)

MITID_BEGAN = date(2021, 5, 6)


@dataclass(frozen=True, slots=True)
class SeenWitness:
    """A witness as the clerk met them.

    `number` KEEP: the one recorded before stands. `birth_date` may be left out where the number
    tells it. `mitid_since` is None exactly where it could not be established.
    """

    number: GivenNumber
    name: str
    birth_date: date | None
    mitid_since: date | None
    established: WitnessStatement.Established
    brought_mitid: bool
    relationship: WitnessStatement.Relationship
    documents: Sequence[ShownDocument] = ()
    assurance_level: AssuranceLevel = AssuranceLevel.SUBSTANTIAL


@dataclass(frozen=True, slots=True)
class _Known:
    """The witness as found: the person, the number, and the birth date it tells."""

    person: Person
    kind: str
    digits: str
    told: date | None


def record_witness(
    *,
    proofing: IdentityProofing,
    witness: SeenWitness,
    reason: IdentityProofing.WitnessReason,
    staff: StaffMember,
    now: datetime,
    seen: int | None = None,
    within: Within = transaction.atomic,
) -> WitnessStatement:
    """Record the witness. Taken again, it withdraws the former statement and puts this one.

    A witness must have a number, so that they are known again. Raises Refused with the field of
    what cannot be, `own_case`.
    """
    number = witness.number
    marks = marks_for(number) if isinstance(number, IdentityNumber) else {}
    applicant = sealed_number(proofing)
    name = _clean(witness.name)
    with within():
        case = held_case(proofing, Step.RECORD_WITNESS, staff=staff, seen=seen)
        recognise_applicant(case, applicant, now=now)
        _refuse_own(case, staff)
        day = met_on(case)
        check_documents(witness.documents, met_on=day)
        key, former = key_of(case), current_statement(case)
        known = _identify(number, marks, former=former, key=key, now=now)
        born = settled_birth_date(typed=witness.birth_date, told=known.told, met_on=day)
        _check_mitid(witness, born=born, met_on=day)
        if not is_enough(witness.assurance_level, aimed_at=case.assurance_level):
            raise Refused("witness_level_too_low", field="assurance_level")
        _withdraw(case, former, now=now)
        statement = _written(case, witness, known, key=key, name=name, born=born)
        statement.recorded_by, statement.recorded_at = staff, now
        statement.save(force_insert=True)
        replace_documents(witness.documents, case=case, statement=statement, now=now)
        _come_to(case, reason=reason)
        _note(case, former, place=statement.position, staff=staff, now=now)
    return statement


def record_no_witness(
    *, proofing: IdentityProofing, staff: StaffMember, now: datetime, seen: int | None = None
) -> IdentityProofing:
    """Record that nobody came along as a witness; one recorded before is withdrawn."""
    with transaction.atomic():
        case = held_case(proofing, Step.RECORD_WITNESS, staff=staff, seen=seen)
        _refuse_own(case, staff)
        former = current_statement(case)
        _withdraw(case, former, now=now)
        _come_to(case, reason="")
        _note(case, former, place=None, staff=staff, now=now)
    return case


def _refuse_own(case: IdentityProofing, staff: StaffMember) -> None:
    if is_own_case(case, staff=staff):
        raise Refused("own_case")


def _clean(name: str) -> str:
    try:
        return clean_person_name(name)
    except NameRefused as refused:
        raise Refused(refused.code, field="name", params=refused.params) from None


def _identify(
    number: GivenNumber,
    marks: Marks,
    *,
    former: WitnessStatement | None,
    key: OpenKey,
    now: datetime,
) -> _Known:
    if isinstance(number, IdentityNumber):
        return _Known(
            person=person_behind(number, marks, now=now),
            kind=number_kind(number),
            digits=number.digits,
            told=birth_date_told(number),
        )
    if number is None:
        raise Refused("witness_number_needed", field="number")
    if former is None:
        raise Refused("no_number_to_keep", field="number")
    tells, known = former.number_kind != "p_code", witness_of(former, key)
    try:
        digits = key.open(former.number_sealed, seals.witness_number(former.position))
    except SealBroken:
        raise Refused("number_unreadable", field="number") from None
    if tells and "birth_date" in known.unreadable:
        raise Refused("number_unreadable", field="number")
    return _Known(
        person=former.person,
        kind=former.number_kind,
        digits=digits,
        told=known.birth_date if tells else None,
    )


def _check_mitid(witness: SeenWitness, *, born: date, met_on: date) -> None:
    since = witness.mitid_since
    is_known = witness.established != WitnessStatement.Established.NOT_ESTABLISHED
    wrong = ""
    if since is None:
        wrong = "mitid_date_needed" if is_known else ""
    elif not is_known:
        wrong = "mitid_date_unwanted"
    elif since > met_on:
        wrong = "mitid_in_future"
    elif since < MITID_BEGAN:
        wrong = "mitid_before_it_existed"
    elif since < born:
        wrong = "mitid_before_birth"
    if wrong:
        raise Refused(wrong, field="mitid_since")


def _written(
    case: IdentityProofing,
    witness: SeenWitness,
    known: _Known,
    *,
    key: OpenKey,
    name: str,
    born: date,
) -> WitnessStatement:
    """The statement with everything sealed to its place; who recorded it and when is to follow."""
    earlier = WitnessStatement.objects.for_municipality(case.municipality_id).filter(proofing=case)
    place = earlier.count()
    return WitnessStatement(
        municipality_id=case.municipality_id,
        proofing=case,
        position=place,
        person=known.person,
        number_kind=known.kind,
        number_sealed=key.seal(known.digits, seals.witness_number(place)),
        name_sealed=key.seal(name, seals.witness_name(place)),
        birth_date_sealed=key.seal(born.isoformat(), seals.witness_birth_date(place)),
        mitid_since=witness.mitid_since,
        mitid_established=witness.established,
        brought_mitid=witness.brought_mitid,
        assurance_level=witness.assurance_level,
        relationship=witness.relationship,
    )


def _withdraw(case: IdentityProofing, former: WitnessStatement | None, *, now: datetime) -> None:
    if former is None:
        return
    withdraw_documents(case=case, statement=former, now=now)
    former.withdrawn_at = now
    former.save(update_fields=["withdrawn_at"])


def _come_to(case: IdentityProofing, *, reason: str) -> None:
    case.witness_reason = reason
    step_forward(case, Step.RECORD_WITNESS)
    case.save(update_fields=["state", "revision", "witness_reason"])


def _note(
    case: IdentityProofing,
    former: WitnessStatement | None,
    *,
    place: int | None,
    staff: StaffMember,
    now: datetime,
) -> None:
    """The audit entry says which statement of the case stands, and which it replaces."""
    facts: dict[str, object] = {
        "statement": place,
        "replaces": former.position if former else None,
    }
    note(Event.PROOFING_WITNESS_RECORDED, case, staff=staff, now=now, facts=facts)
