"""Who somebody says they are: a number and a birth date that must not contradict each other."""

from dataclasses import dataclass
from datetime import date

from borgerservice.kernel.cpr import CprNumber
from witnesses.exceptions import Refused
from witnesses.rules.numbers import IdentityNumber

EARLIEST_BIRTH = date(1890, 1, 1)


@dataclass(frozen=True, slots=True)
class Keep:
    """The number recorded before is to stand."""


KEEP = Keep()
GivenNumber = IdentityNumber | Keep | None


def settled_birth_date(*, typed: date | None, told: date | None, met_on: date) -> date:
    """The birth date: the one the number tells, or where it tells none, the one typed.

    Raises Refused where there is none, the two differ, or it cannot be.
    """
    if typed is not None and told is not None and typed != told:
        raise Refused("birth_date_contradicts_number", field="birth_date")
    born = told or typed
    field = "number" if typed is None else "birth_date"
    if born is None:
        raise Refused("birth_date_needed", field="birth_date")
    if born > met_on:
        raise Refused("birth_date_in_future", field=field)
    if born < EARLIEST_BIRTH:
        raise Refused("birth_date_too_early", field=field)
    return born


def birth_date_told(number: IdentityNumber | None) -> date | None:
    """The birth date a number tells; a P-code, or none, tells none."""
    return number.birth_date if isinstance(number, CprNumber) else None
