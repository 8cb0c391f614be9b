from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules import local_time
from appointments.rules.local_time import COPENHAGEN, AmbiguousTime, NonexistentTime, NoSuchTime
from appointments.rules.ticks import clock_change_mask, mask

SPRING = date(2027, 3, 28)
AUTUMN = date(2027, 10, 31)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "minute", "moment"),
    [
        pytest.param(date(2027, 1, 4), 480, utc(2027, 1, 4, 7), id="a winter morning"),
        pytest.param(date(2027, 7, 5), 480, utc(2027, 7, 5, 6), id="a summer morning"),
        pytest.param(date(2027, 12, 31), 1440, utc(2027, 12, 31, 23), id="the next midnight"),
        pytest.param(SPRING, 0, utc(2027, 3, 27, 23), id="March: the day begins"),
        pytest.param(SPRING, 119, utc(2027, 3, 28, 0, 59), id="March: the last minute before"),
        pytest.param(SPRING, 180, utc(2027, 3, 28, 1), id="March: the first minute after"),
        pytest.param(SPRING, 1440, utc(2027, 3, 28, 22), id="March: the day ends"),
        pytest.param(AUTUMN, 0, utc(2027, 10, 30, 22), id="October: the day begins"),
        pytest.param(AUTUMN, 119, utc(2027, 10, 30, 23, 59), id="October: the last minute before"),
        pytest.param(AUTUMN, 180, utc(2027, 10, 31, 2), id="October: the first minute after"),
        pytest.param(AUTUMN, 1440, utc(2027, 10, 31, 23), id="October: the day ends"),
    ],
)
def test_a_wall_clock_time_is_one_moment(day, minute, moment):
    assert local_time.instant(day, minute) == moment
    assert local_time.instant(day, minute).tzinfo is UTC


def test_the_days_the_clock_changes_last_23_and_25_hours():
    for day, hours in ((SPRING, 23), (AUTUMN, 25), (date(2027, 6, 1), 24)):
        lasts = local_time.instant(day, 1440) - local_time.instant(day, 0)
        assert lasts == timedelta(hours=hours)


@pytest.mark.parametrize("minute", [120, 150, 179])
def test_half_past_two_does_not_exist_in_march_and_exists_twice_in_october(minute):
    with pytest.raises(NonexistentTime):
        local_time.instant(SPRING, minute)
    with pytest.raises(AmbiguousTime):
        local_time.instant(AUTUMN, minute)
    assert issubclass(NoSuchTime, ValueError)


@pytest.mark.parametrize("minute", [-1, 1441])
def test_a_day_has_1440_minutes(minute):
    with pytest.raises(ValueError, match="1440"):
        local_time.instant(SPRING, minute)


@given(
    st.one_of(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.sampled_from([SPRING, AUTUMN])),
    st.integers(0, 1439),
)
def test_every_time_that_exists_once_comes_back_and_only_the_closed_hour_does_not(day, minute):
    if clock_change_mask(day) & mask(minute, 1):
        with pytest.raises(NoSuchTime):
            local_time.instant(day, minute)
    else:
        moment = local_time.instant(day, minute)
        assert local_time.wall_clock(moment) == (day, minute)
        assert local_time.danish_date(moment) == day
        assert local_time.is_shown_once(moment)


@pytest.mark.parametrize(
    ("moment", "day", "minute"),
    [
        pytest.param(utc(2027, 3, 28, 0, 59, 59), SPRING, 119, id="March: before"),
        pytest.param(utc(2027, 3, 28, 1), SPRING, 180, id="March: after"),
        pytest.param(utc(2027, 10, 31, 0, 30), AUTUMN, 150, id="October: the first time"),
        pytest.param(utc(2027, 10, 31, 1, 30), AUTUMN, 150, id="October: the second time"),
        pytest.param(utc(2027, 10, 31, 2), AUTUMN, 180, id="October: after"),
    ],
)
def test_the_wall_clock_is_read_at_a_moment(moment, day, minute):
    assert local_time.wall_clock(moment) == (day, minute)
    assert local_time.is_shown_once(moment) is not (minute == 150)


def test_a_time_typed_in_the_hour_that_march_skips_is_noticed():
    typed = datetime(2027, 3, 28, 2, 30, tzinfo=COPENHAGEN)
    assert not local_time.is_shown_once(typed)


def test_a_moment_without_a_zone_has_no_wall_clock():
    with pytest.raises(ValueError, match="time zone"):
        local_time.wall_clock(datetime(2027, 1, 1))  # noqa: DTZ001
