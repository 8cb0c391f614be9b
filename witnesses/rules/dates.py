"""Local days: reading them, and the few sums the rules make with them."""

import re
from calendar import isleap, monthrange
from datetime import date, timedelta
from typing import Final

_WRITTEN: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAYS_KEPT: Final = 50_000  # more than a century of days; a bound, so that memory stays flat
_days: Final[dict[str, date]] = {}


def parse_day(value: object) -> date | None:
    """A day is written YYYY-MM-DD in ASCII digits and stands in the calendar (0001 to 9999).

    Anything else, of any type, gives None; nothing is raised.
    """
    return _days.get(value) or _read(value) if isinstance(value, str) else None


def day_of(text: str) -> date:
    """The day that checked facts name. Raises ValueError where the text is no day."""
    day = _days.get(text) or _read(text)
    if day is None:
        raise ValueError("not a day of the calendar written YYYY-MM-DD")
    return day


def _read(text: str) -> date | None:
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    try:
        day = date(int(written[1]), int(written[2]), int(written[3]))
    except ValueError:
        return None
    if len(_days) >= _DAYS_KEPT:
        _days.clear()
    _days[text] = day
    return day


def full_years(born: date, on: date) -> int:
    """Age in full years on a local day; negative where the birth comes after it.

    Reading: who is born on 29 February has the birthday on 1 March in common years.
    """
    before_birthday = (on.month, on.day) < (born.month, born.day)
    return on.year - born.year - before_birthday


def turns(born: date, years: int) -> date | None:
    """The day on which somebody turns that many years, or None past the calendar's last year.

    Reading: who is born on 29 February turns a year older on 1 March in common years.
    """
    year = born.year + years
    if year > date.max.year:
        return None
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


def months_back(on: date, months: int) -> date:
    """The same day of the month, `months` calendar months earlier, and never before year 1.

    Reading: where that month has no such day, its last day.
    """
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def days_later(day: date, days: int) -> date | None:
    """The day that many days later, or None past the last day of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
