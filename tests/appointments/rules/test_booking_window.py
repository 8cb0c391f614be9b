from datetime import UTC, date, datetime, timedelta

import pytest

from appointments.rules.booking_window import StartRefusal, Window, check_start
from appointments.rules.local_time import COPENHAGEN, instant

TODAY = date(2027, 3, 1)
NOW = instant(TODAY, 10 * 60)


def check(start, now=NOW, lead_minutes=120, horizon_days=30, step_minutes=15):
    return check_start(start, now, Window(lead_minutes, horizon_days, step_minutes))


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        pytest.param(NOW - timedelta(microseconds=1), "in_the_past", id="a moment ago"),
        pytest.param(NOW, "too_soon", id="now"),
        pytest.param(NOW + timedelta(minutes=105), "too_soon", id="just under two hours"),
        pytest.param(NOW + timedelta(hours=2), None, id="exactly two hours"),
        pytest.param(instant(date(2027, 3, 31), 23 * 60 + 45), None, id="late on the last day"),
        pytest.param(instant(date(2027, 4, 1), 0), "too_far_ahead", id="the day after"),
        pytest.param(instant(date(2027, 3, 2), 490), "off_grid", id="08:10"),
        pytest.param(instant(date(2027, 3, 2), 495), None, id="08:15"),
        pytest.param(NOW + timedelta(days=1, seconds=1), "off_grid", id="a second past"),
        pytest.param(NOW + timedelta(days=1, microseconds=1), "off_grid", id="a hair past"),
    ],
)
def test_a_visit_starts_within_the_window_and_on_the_grid(start, refusal):
    assert check(start) == refusal


def test_a_clerk_without_a_lead_may_book_this_very_minute():
    assert check(NOW, lead_minutes=0) is None
    assert check(NOW - timedelta(minutes=15), lead_minutes=0) is StartRefusal.IN_THE_PAST


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(datetime(2027, 3, 28, 2, 30, tzinfo=COPENHAGEN), id="does not exist"),
        pytest.param(datetime(2027, 10, 31, 2, 30, tzinfo=COPENHAGEN), id="exists twice, first"),
        pytest.param(datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=COPENHAGEN), id="and second"),
        pytest.param(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), id="twice, told as an instant"),
        pytest.param(datetime(2027, 10, 31, 1, 59, tzinfo=UTC), id="its last minute"),
    ],
)
def test_the_hour_the_clock_changes_is_no_time_to_come(start):
    assert check(start, horizon_days=365) is StartRefusal.NO_SUCH_TIME


@pytest.mark.parametrize(
    "start",
    [
        datetime(2027, 3, 28, 3, 0, tzinfo=COPENHAGEN),
        datetime(2027, 10, 31, 1, 45, tzinfo=COPENHAGEN),
        datetime(2027, 10, 31, 3, 0, tzinfo=COPENHAGEN),
    ],
)
def test_the_hours_around_it_can_be_booked(start):
    assert check(start, horizon_days=365) is None


def test_the_lead_is_real_time_even_in_the_night_the_clock_changes():
    before = instant(date(2027, 3, 28), 90).astimezone(COPENHAGEN)
    start = instant(date(2027, 3, 28), 195).astimezone(COPENHAGEN)  # 45 minutes later
    assert check(start, now=before, lead_minutes=45) is None
    assert check(start, now=before, lead_minutes=46) is StartRefusal.TOO_SOON


def test_the_horizon_is_counted_in_danish_days():
    late = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)  # already 2 March in Denmark
    assert check(instant(date(2027, 4, 1), 480), now=late) is None
    assert check(instant(date(2027, 4, 2), 480), now=late) is StartRefusal.TOO_FAR_AHEAD


def test_a_start_without_a_zone_is_a_mistake_in_the_program():
    with pytest.raises(ValueError, match="time zone"):
        check(datetime(2027, 3, 2, 8))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        check(NOW, now=datetime(2027, 3, 2, 8))  # noqa: DTZ001
