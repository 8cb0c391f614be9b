"""The applicant's part of a case: who they are, what they show, how the questions went."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from borgerservice.audit.events import Event
from borgerservice.municipalities.models import StaffMember
from borgerservice.people.services import Marks, new_person
from borgerservice.vault.services import OpenKey
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import AssuranceLevel, IdentityProofing
from witnesses.policies import is_own_case
from witnesses.rules.levels import is_enough
from witnesses.rules.lifecycle import Step
from witnesses.rules.numbers import IdentityNumber, number_kind
from witnesses.selectors.cases import applicant_of, current_statement, met_on
from witnesses.services.documents import ShownDocument, check_documents, replace_documents
from witnesses.services.identity import (
    GivenNumber,
    Keep,
    birth_date_told,
    settled_birth_date,
)
from witnesses.services.recognition import marks_if_possible, stranger
from witnesses.services.steps import (
    Within,
    held_case,
    key_of,
    note,
    person_behind,
    step_forward,
)

_APPLICANT_FIELDS = (
    "state",
    "revision",
    "applicant",
    "number_kind",
    "number_sealed",
    "birth_date_sealed",
    "wants_cpr_link",
    "assurance_level",
)
WITHOUT_CPR_NUMBER: Final = {"", "p_code"}


def record_documents(
    *,
    proofing: IdentityProofing,
    number: GivenNumber,
    birth_date: date | None,
    wants_cpr_link: bool,
    documents: Sequence[ShownDocument],
    staff: StaffMember,
    now: datetime,
    assurance_level: AssuranceLevel = AssuranceLevel.SUBSTANTIAL,
    seen: int | None = None,
    within: Within = transaction.atomic,
) -> IdentityProofing:
    """Record who the applicant is and what they show. Taken again, it corrects what stood there.

    `number` None: there is none; KEEP: the one recorded before stands. `birth_date` may be left
    out where the number tells it. `assurance_level` is the one aimed at. Raises Refused with the
    field of what cannot be, `own_case`, `no_number_to_link`.
    """
    marks = marks_if_possible(number) if isinstance(number, IdentityNumber) else {}
    with within():
        case = held_case(proofing, Step.RECORD_DOCUMENTS, staff=staff, seen=seen)
        day = met_on(case)
        check_documents(documents, met_on=day)
        _require_level(case, assurance_level)
        key = key_of(case)
        told = _birth_date_kept(case, key) if isinstance(number, Keep) else birth_date_told(number)
        born = settled_birth_date(typed=birth_date, told=told, met_on=day)
        _identify(case, number, marks, key=key, now=now)
        if is_own_case(case, staff=staff):
            raise Refused("own_case", field="number")
        if wants_cpr_link and case.number_kind in WITHOUT_CPR_NUMBER:
            raise Refused("no_number_to_link", field="wants_cpr_link")
        case.birth_date_sealed = key.seal(born.isoformat(), seals.APPLICANT_BIRTH_DATE)
        case.wants_cpr_link, case.assurance_level = wants_cpr_link, assurance_level
        step_forward(case, Step.RECORD_DOCUMENTS)
        case.save(update_fields=_APPLICANT_FIELDS)
        replace_documents(documents, case=case, statement=None, now=now)
        facts: dict[str, object] = {"documents": [document.type for document in documents]}
        if isinstance(number, IdentityNumber) and not marks:
            facts["is_recognised"] = False
        note(Event.PROOFING_DOCUMENTS_RECORDED, case, staff=staff, now=now, facts=facts)
    return case


def record_questions(
    *,
    proofing: IdentityProofing,
    outcome: IdentityProofing.Questions,
    staff: StaffMember,
    now: datetime,
    seen: int | None = None,
    within: Within = transaction.atomic,
) -> IdentityProofing:
    """Record how the CPR questions in the national client went. Never a question or an answer."""
    with within():
        case = held_case(proofing, Step.RECORD_QUESTIONS, staff=staff, seen=seen)
        if is_own_case(case, staff=staff):
            raise Refused("own_case")
        case.questions = outcome
        step_forward(case, Step.RECORD_QUESTIONS)
        case.save(update_fields=["state", "revision", "questions"])
        facts: dict[str, object] = {"outcome": str(outcome)}
        note(Event.PROOFING_QUESTIONS_RECORDED, case, staff=staff, now=now, facts=facts)
    return case


def _identify(
    case: IdentityProofing, number: GivenNumber, marks: Marks, *, key: OpenKey, now: datetime
) -> None:
    """Set the applicant and their sealed number. Without a number, a person of this case alone."""
    if isinstance(number, Keep):
        return
    if isinstance(number, IdentityNumber):
        known = person_behind(number, marks, now=now) if marks else stranger(case, now=now)
        case.applicant = known
        case.number_kind = number_kind(number)
        case.number_sealed = key.seal(number.digits, seals.APPLICANT_NUMBER)
        return
    if case.applicant is None or case.number_kind:
        case.applicant = new_person(now=now)
    case.number_kind = ""
    case.number_sealed = None


def _require_level(case: IdentityProofing, aimed_at: AssuranceLevel) -> None:
    """Refuse to aim above the level of the witness who is recorded."""
    statement = current_statement(case)
    if statement and not is_enough(statement.assurance_level, aimed_at=aimed_at):
        raise Refused("level_above_witness", field="assurance_level")


def _birth_date_kept(case: IdentityProofing, key: OpenKey) -> date | None:
    """What the number recorded before told. Raises Refused where none was, or it is unreadable."""
    if not case.number_kind:
        raise Refused("no_number_to_keep", field="number")
    if case.number_kind == "p_code":
        return None
    known = applicant_of(case, key)
    if "birth_date" in known.unreadable:
        raise Refused("number_unreadable", field="number")
    return known.birth_date
