"""The times offered in place of one that is gone."""

from datetime import UTC, datetime, timedelta

from appointments.rules.time_choice import nearest_starts

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def hours(*away: int) -> list[datetime]:
    return [NOON + timedelta(hours=hour) for hour in away]


def test_the_nearest_times_are_shown_in_the_order_of_the_clock() -> None:
    assert nearest_starts(hours(-30, -2, 1, 3, 26), NOON, 3) == tuple(hours(-2, 1, 3))


def test_of_two_equally_near_the_earlier_is_taken() -> None:
    assert nearest_starts(hours(-1, 1), NOON, 1) == tuple(hours(-1))


def test_few_times_are_all_shown() -> None:
    assert nearest_starts(hours(5), NOON, 3) == tuple(hours(5))
    assert nearest_starts([], NOON, 3) == ()
