"""The only reader of the clock, and the zone in which law and opening hours count."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def now() -> datetime:
    """Return this moment in UTC. Doors call it once and pass the moment on."""
    return datetime.now(UTC)


def danish_date(moment: datetime) -> date:
    """Return the date a calendar on a Danish wall shows at that moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no Danish date")
    return moment.astimezone(COPENHAGEN).date()
