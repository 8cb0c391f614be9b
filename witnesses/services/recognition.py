"""Who the applicant is while nobody can be recognised, and when that is possible again.

Without the pseudonym key the documents and the questions go on: the number is sealed, and its owner
stays a stranger to us, a person without an alias. The witness route is closed until the key is
back. Then the applicant is recognised from the sealed number before a witness is recorded, so that
no case with a witness has a stranger for an applicant.
"""

from dataclasses import dataclass
from datetime import datetime

from borgerservice.people.models import Person
from borgerservice.people.services import Marks, is_stranger, marks_of, new_person, person_marked
from borgerservice.vault.keys import KeyUnavailable
from witnesses import seals
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing
from witnesses.rules.numbers import IdentityNumber, number_kind
from witnesses.selectors.cases import current_statement
from witnesses.services.steps import key_of


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """An applicant's number as it lies in the case, and its marks."""

    sealed: bytes
    marks: Marks


def marks_if_possible(number: IdentityNumber) -> Marks:
    """The marks of a number; none while the key for them is missing. Slow."""
    try:
        return marks_of(kind=number_kind(number), normalised=number.digits)
    except KeyUnavailable:
        return {}


def stranger(case: IdentityProofing, *, now: datetime) -> Person:
    """A person of this case alone, for an applicant whose number cannot be looked up now.

    Raises Refused `ledger_unavailable` where a witness is recorded: nobody could tell that the two
    are not one.
    """
    if current_statement(case) is not None:
        raise Refused("ledger_unavailable", field="number")
    if case.applicant is not None and is_stranger(case.applicant):
        return case.applicant
    return new_person(now=now)


def sealed_number(proofing: IdentityProofing) -> SealedNumber | None:
    """What the applicant of a case is still to be recognised by; None where they are.

    Slow, so it is called before the transaction begins. Raises Refused `ledger_unavailable`, and
    CaseOver.
    """
    case = (
        IdentityProofing.objects.for_municipality(proofing.municipality_id)
        .select_related("data_key", "applicant")
        .get(pk=proofing.pk)
    )
    if is_recognised(case):
        return None
    digits = key_of(case).open(case.number_sealed, seals.APPLICANT_NUMBER)
    try:
        marks = marks_of(kind=case.number_kind, normalised=digits)
    except KeyUnavailable as lost:
        raise Refused("ledger_unavailable", field="number") from lost
    return SealedNumber(bytes(case.number_sealed or b""), marks)


def recognise_applicant(
    case: IdentityProofing, number: SealedNumber | None, *, now: datetime
) -> None:
    """Put the one person the sealed number stands for in the stranger's place, in a case held.

    Raises Refused `changed_meanwhile` where it is another number by now.
    """
    if is_recognised(case):
        return
    if number is None or number.sealed != bytes(case.number_sealed or b""):
        raise Refused("changed_meanwhile")
    try:
        case.applicant = person_marked(kind=case.number_kind, marks=number.marks, now=now)
    except KeyUnavailable as lost:
        raise Refused("ledger_unavailable", field="number") from lost
    case.save(update_fields=["applicant"])


def is_recognised(case: IdentityProofing) -> bool:
    """Whether the applicant is whoever their number stands for; so too where they have none."""
    return not case.number_kind or case.applicant is None or not is_stranger(case.applicant)
