"""Days on which Denmark, or a municipality's staff, is off: computed, and agreed.

Centre closures are the third layer; people enter those (`opening.Closing`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import holidays

NOON: Final = 720


@dataclass(frozen=True, slots=True)
class AgreementDay:
    """A day each year that the municipal agreement gives staff off, from a minute of the day."""

    month: int
    day: int
    from_minute: int


AGREEMENT_SOURCE: Final = (
    "Særlige fridage (Danske Tandplejere, KL's overenskomst), "
    "https://www.dansketandplejere.dk/ansaettelseogoverenskomster/"
    "offentlig-ansat-tandplejer/fridage-saerlige/"
)
AGREEMENT_DAYS: Final = (
    AgreementDay(month=5, day=1, from_minute=NOON),
    AgreementDay(month=6, day=5, from_minute=NOON),
    AgreementDay(month=12, day=24, from_minute=0),
    AgreementDay(month=12, day=31, from_minute=0),
)
CAPITAL_AGREEMENT_DAYS: Final = (
    AgreementDay(month=5, day=1, from_minute=0),
    AgreementDay(month=6, day=5, from_minute=NOON),
)
CAPITAL_MUNICIPALITIES: Final = frozenset({"0101", "0147"})


def national_holiday(day: date) -> str | None:
    """Return the key of the national holiday on that day, or None on an ordinary day.

    Law: the church calendar, without store bededag from 2024 (lov om konsekvenser ved
    afskaffelsen af store bededag som helligdag).
    """
    return _holidays_of(day.year).get(day)


def agreement_days(municipality_code: str) -> tuple[AgreementDay, ...]:
    """Return the days off a municipality begins with; it may keep a list of its own.

    Law: the agreement between KL and the staff's unions (see AGREEMENT_SOURCE); Copenhagen (0101)
    and Frederiksberg (0147) have their own.
    """
    capital = municipality_code in CAPITAL_MUNICIPALITIES
    return CAPITAL_AGREEMENT_DAYS if capital else AGREEMENT_DAYS


def closed_from(day: date, agreed: Iterable[AgreementDay]) -> int | None:
    """Return the minute from which a holiday closes the day: 0 for all of it, None for never."""
    if national_holiday(day) is not None:
        return 0
    return min(
        (off.from_minute for off in agreed if (off.month, off.day) == (day.month, day.day)),
        default=None,
    )


@lru_cache(maxsize=64)
def _holidays_of(year: int) -> MappingProxyType[date, str]:
    """Compute one year, once. The library's own calendars grow while read; this one does not."""
    found = holidays.country_holidays("DK", years=year, expand=False, language="en_US")
    return MappingProxyType({day: _key(name) for day, name in found.items()})


def _key(english_name: str) -> str:
    return re.sub(r"[^a-z]+", "_", english_name.lower().replace("'", ""))
