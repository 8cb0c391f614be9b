from datetime import date, timedelta

import pytest

from witnesses.rules.reversals import highest_count, within_limit

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("earlier", "count"),
    [
        ([], 1),
        ([0], 2),
        ([-120, 120], 2),
        ([-60, 60], 3),
        ([-120, -121, 121], 2),
        ([-1, -1, 119], 4),
        ([1, 2, 120], 4),
    ],
)
def test_reversals_are_counted_in_every_window_that_holds_the_new_one(earlier, count):
    on = date(2026, 11, 23)
    days = [on + timedelta(days=number) for number in earlier]
    assert highest_count(days, on=on, days=120) == count
    assert within_limit(days, on=on, at_most=count, days=120)
    assert not within_limit(days, on=on, at_most=count - 1, days=120)
