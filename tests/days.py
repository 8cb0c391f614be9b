"""Days for tests with a real clock: they hold on a holiday, at night and in summer time."""

from datetime import date, datetime, timedelta
from typing import Any

from appointments.rules.calendar import agreement_days, closed_from
from appointments.rules.local_time import instant
from borgerservice.kernel import clock
from tests.builders import World, build_world

SATURDAY = 5


def monday_morning() -> datetime:
    """07:00 on the next Monday without a holiday in the two weeks from it on.

    Tests that need a real server start its clock there (`tests/rig/moved_clock.py`).
    """
    today = clock.danish_date(clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    while any(_is_holiday(monday + timedelta(days=n)) for n in range(14)):
        monday += timedelta(days=7)
    return instant(monday, 7 * 60)


def open_day(first: date) -> date:
    """The first day from that one on when every centre of `build_world` is open all its hours."""
    day = first
    while day.weekday() >= SATURDAY or _is_holiday(day):
        day += timedelta(days=1)
    return day


def build_coming_world(**usual: Any) -> World:
    """A centre whose days begin tomorrow, for a real server: no time of it ends under a test."""
    return build_world(today=clock.danish_date(clock.now()) + timedelta(days=1), **usual)


def _is_holiday(day: date) -> bool:
    """Whether any municipality is off, if only for the afternoon."""
    return closed_from(day, agreement_days("0657")) is not None
