"""How long something is kept, counted in calendar years."""

from datetime import date


def years_before(day: date, years: int) -> date:
    """The same day that many years earlier; 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
