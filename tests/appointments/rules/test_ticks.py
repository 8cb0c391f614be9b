from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules import ticks
from appointments.rules.ticks import ALL_DAY

days = st.integers(0, ALL_DAY)
lengths = st.integers(1, 1440)
steps = st.sampled_from([5, 10, 15, 20, 30, 45, 60])


@st.composite
def visits(draw):
    minutes = draw(st.integers(1, 240))
    return draw(st.integers(0, 1440 - minutes)), minutes


def naive_starts(busy, minutes, step):
    needed = -(-minutes // 5)
    return [
        5 * tick
        for tick in range(288 - needed + 1)
        if (5 * tick) % step == 0 and not any(busy >> tick + n & 1 for n in range(needed))
    ]


@given(days)
def test_a_day_comes_back_from_the_database_as_it_went(bitmap):
    words = ticks.to_words(bitmap)
    assert ticks.from_words(words) == bitmap
    assert len(words) == ticks.WORDS_PER_DAY
    assert all(0 <= word < 2**48 for word in words)


@pytest.mark.parametrize("bitmap", [-1, ALL_DAY + 1])
def test_a_day_has_no_more_than_its_ticks(bitmap):
    with pytest.raises(ValueError, match="288"):
        ticks.to_words(bitmap)


def test_words_run_from_the_early_morning_to_the_late_evening():
    assert ticks.to_words(1) == (1, 0, 0, 0, 0, 0)
    assert ticks.to_words(ticks.mask(240, 5)) == (0, 1, 0, 0, 0, 0)
    assert ticks.to_words(ticks.mask(1435, 5)) == (0, 0, 0, 0, 0, 1 << 47)


@given(visits(), visits())
def test_two_visits_that_overlap_always_share_a_tick(one, other):
    overlap = one[0] < sum(other) and other[0] < sum(one)
    if overlap:
        assert ticks.mask(*one) & ticks.mask(*other)
    elif all(minute % 5 == 0 for visit in (one, other) for minute in visit):
        assert not ticks.mask(*one) & ticks.mask(*other)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        pytest.param(0, 5, [0], id="the first tick"),
        pytest.param(1435, 5, [1435], id="the last tick"),
        pytest.param(480, 15, [480, 485, 490], id="three ticks"),
        pytest.param(482, 5, [480, 485], id="off the grid touches two"),
        pytest.param(480, 6, [480, 485], id="a minute more is a tick more"),
    ],
)
def test_a_visit_takes_every_tick_it_touches(start, minutes, expected):
    assert ticks.minutes_of(ticks.mask(start, minutes)) == expected


@pytest.mark.parametrize(
    ("start", "minutes"), [(-5, 10), (1436, 5), (0, 1441), (480, 0), (480, -5)]
)
def test_a_visit_has_a_length_and_stays_within_its_day(start, minutes):
    with pytest.raises(ValueError, match="within one day"):
        ticks.mask(start, minutes)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(480, 490, [480, 485]), (481, 490, [485]), (480, 489, [480]), (481, 489, []), (490, 480, [])],
)
def test_hours_hold_only_whole_ticks(first, last, expected):
    assert ticks.minutes_of(ticks.mask_within(first, last)) == expected


@pytest.mark.parametrize(("first", "last"), [(-1, 480), (480, 1441)])
def test_hours_stay_within_their_day(first, last):
    with pytest.raises(ValueError, match="within one day"):
        ticks.mask_within(first, last)


@given(days, lengths, steps)
def test_starts_are_those_a_patient_clerk_would_find(busy, minutes, step):
    assert ticks.minutes_of(ticks.starts(busy, minutes, step)) == naive_starts(busy, minutes, step)


@given(st.lists(visits(), max_size=12), st.sampled_from([15, 20, 30, 45]), steps)
def test_starts_are_right_on_a_day_with_real_visits(taken, minutes, step):
    busy = 0
    for visit in taken:
        busy |= ticks.mask(*visit)
    found = ticks.minutes_of(ticks.starts(busy, minutes, step))
    assert found == naive_starts(busy, minutes, step)
    assert all(not ticks.mask(start, minutes) & busy for start in found)


def test_a_visit_ends_before_the_next_one_and_before_midnight():
    busy = ALL_DAY & ~ticks.mask(480, 45)
    assert ticks.minutes_of(ticks.starts(busy, 45)) == [480]
    assert ticks.minutes_of(ticks.starts(busy, 46)) == []
    assert ticks.minutes_of(ticks.starts(0, 30))[-1] == 1410
    assert ticks.minutes_of(ticks.starts(0, 1440)) == [0]


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_a_visit_cannot_last_no_time_or_more_than_a_day(minutes):
    with pytest.raises(ValueError, match="lasts"):
        ticks.starts(0, minutes)


@given(steps)
def test_the_grid_is_counted_from_midnight(step):
    assert ticks.minutes_of(ticks.start_grid(step)) == list(range(0, 1440, step))


@pytest.mark.parametrize("step", [0, -5, 7, 4])
def test_a_step_is_made_of_whole_ticks(step):
    with pytest.raises(ValueError, match="five-minute"):
        ticks.start_grid(step)


@given(days, st.integers(0, 1440))
def test_ticks_are_read_earliest_first(bitmap, minute):
    minutes = ticks.minutes_of(bitmap)
    assert minutes == [5 * tick for tick in range(288) if bitmap >> tick & 1]
    assert not minutes or ticks.first_start(bitmap) == minutes[0]
    late = ticks.from_minute_on(bitmap, minute)
    assert ticks.minutes_of(late) == [each for each in minutes if each >= minute]


@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]
)
def test_the_hour_the_clock_changes_is_closed(day):
    assert ticks.clock_change_mask(day) == ticks.mask(120, 60)


@pytest.mark.parametrize(
    "day", [date(2027, 3, 27), date(2027, 3, 29), date(2027, 10, 30), date(2027, 11, 1)]
)
def test_the_nights_before_and_after_are_ordinary(day):
    assert ticks.clock_change_mask(day) == 0


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
@pytest.mark.parametrize("minutes", [5, 30, 60, 240])
def test_no_visit_spans_the_change_of_the_clock(day, minutes):
    found = ticks.minutes_of(ticks.starts(ticks.clock_change_mask(day), minutes))
    assert all(start + minutes <= 120 or start >= 180 for start in found)
    assert 180 in found
    assert (120 - minutes in found) is (minutes <= 120)


@pytest.mark.parametrize(
    ("busy", "minute", "free"),
    [(0, 0, 1440), (0, 1435, 5), (ticks.mask(600, 30), 540, 60), (ticks.mask(600, 30), 600, 0)],
)
def test_a_day_stays_free_until_the_next_busy_tick(busy, minute, free):
    assert ticks.free_minutes_from(busy, minute) == free
