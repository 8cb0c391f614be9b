import random
from datetime import UTC, date, datetime, timedelta

import pytest

from appointments.rules.opening_moment import kept_until, some_moment_of
from borgerservice.kernel.clock import danish_date

pytestmark = pytest.mark.once
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "days_before", "minute", "expected"),
    [
        (date(2026, 11, 24), 0, 420, datetime(2026, 11, 24, 6, tzinfo=UTC)),
        (date(2026, 11, 24), 3, 0, datetime(2026, 11, 20, 23, tzinfo=UTC)),
        (date(2026, 11, 24), 0, 1440, datetime(2026, 11, 24, 23, tzinfo=UTC)),
        (SPRING, 0, 150, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (SPRING, 0, 180, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (AUTUMN, 0, 150, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        (AUTUMN + timedelta(1), 1, 120, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ],
)
def test_what_is_kept_opens_at_a_danish_minute_some_days_before(day, days_before, minute, expected):
    assert kept_until(day, days_before=days_before, minute=minute) == expected


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 6, 1), 24)])
def test_a_random_moment_lies_on_the_day_and_reaches_all_of_it(day, hours):
    moments = [some_moment_of(day, chance=random.Random(n)) for n in range(2000)]
    assert {danish_date(moment) for moment in moments} == {day}
    assert max(moments) - min(moments) > timedelta(hours=hours) * 0.99
