"""How long something is kept, counted in calendar years."""

from datetime import UTC, date, datetime, time


def years_before(day: date, years: int) -> date:
    """The same day that many years earlier; 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def midnight(day: date) -> datetime:
    """The moment in which a day begins in UTC, as the database counts days."""
    return datetime.combine(day, time.min, UTC)
