from datetime import UTC, date, datetime, timedelta

import pytest

from borgerservice.kernel import clock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(datetime(2027, 1, 31, 22, 59, tzinfo=UTC), date(2027, 1, 31), id="winter"),
        pytest.param(datetime(2027, 1, 31, 23, 0, tzinfo=UTC), date(2027, 2, 1), id="midnight"),
        pytest.param(datetime(2027, 7, 31, 21, 59, tzinfo=UTC), date(2027, 7, 31), id="summer"),
        pytest.param(datetime(2027, 7, 31, 22, 0, tzinfo=UTC), date(2027, 8, 1), id="its midnight"),
        pytest.param(datetime(2027, 3, 28, 21, 59, tzinfo=UTC), date(2027, 3, 28), id="23 hours"),
        pytest.param(datetime(2027, 10, 31, 22, 59, tzinfo=UTC), date(2027, 10, 31), id="25 hours"),
    ],
)
def test_a_danish_day_begins_at_midnight_in_copenhagen(moment, day):
    assert clock.danish_date(moment) == day


def test_a_moment_without_a_zone_has_no_danish_date():
    with pytest.raises(ValueError, match="time zone"):
        clock.danish_date(datetime(2027, 1, 1))  # noqa: DTZ001


def test_the_clock_tells_the_time_in_utc():
    assert clock.now().utcoffset() == timedelta(0)
