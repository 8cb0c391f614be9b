from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.opening import (
    Closing,
    Extra,
    OpeningPeriod,
    Problem,
    closed_ticks,
    open_ticks,
    problems_with_closings,
    problems_with_extras,
    problems_with_periods,
)
from appointments.rules.ticks import ALL_DAY, mask, minutes_of

MONDAY = date(2027, 1, 4)
SPRING = date(2027, 3, 28)
AUTUMN = date(2027, 10, 31)
MORNING = OpeningPeriod(0, 480, 720)
AFTERNOON = OpeningPeriod(0, 780, 960)

minutes = st.integers(0, 1440)
nearby = st.integers(-10, 10).map(lambda days: MONDAY + timedelta(days=days))
any_day = st.one_of(nearby, st.sampled_from([SPRING, AUTUMN]))
periods = st.builds(
    OpeningPeriod,
    st.integers(0, 6),
    minutes,
    minutes,
    st.one_of(st.none(), nearby),
    st.one_of(st.none(), nearby),
)
closings = st.builds(Closing, any_day, any_day, minutes, minutes)


def test_a_desk_is_open_in_its_hours_on_its_weekday():
    assert open_ticks(MONDAY, [MORNING, AFTERNOON]) == mask(480, 240) | mask(780, 180)
    assert open_ticks(MONDAY + timedelta(days=1), [MORNING, AFTERNOON]) == 0
    assert open_ticks(MONDAY, []) == 0


def test_a_desk_may_be_open_all_day_and_all_night():
    assert open_ticks(MONDAY, [OpeningPeriod(0, 0, 1440)]) == ALL_DAY


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_open"),
    [
        pytest.param(MONDAY, MONDAY, True, id="this day only"),
        pytest.param(None, MONDAY, True, id="the last day"),
        pytest.param(MONDAY, None, True, id="the first day"),
        pytest.param(MONDAY + timedelta(days=1), None, False, id="from tomorrow"),
        pytest.param(None, MONDAY - timedelta(days=1), False, id="until yesterday"),
    ],
)
def test_hours_hold_on_the_first_and_the_last_day_of_their_validity(valid_from, valid_to, is_open):
    hours = OpeningPeriod(0, 480, 720, valid_from, valid_to)
    assert bool(open_ticks(MONDAY, [hours])) is is_open


@pytest.mark.parametrize(
    ("closing", "still_open"),
    [
        pytest.param(Closing(MONDAY, MONDAY), 0, id="the whole day"),
        pytest.param(Closing(MONDAY, MONDAY, 600, 660), 180, id="an hour"),
        pytest.param(Closing(MONDAY, MONDAY, 601, 659), 180, id="off the grid closes more"),
        pytest.param(Closing(MONDAY - timedelta(3), MONDAY), 0, id="the last day"),
        pytest.param(Closing(MONDAY, MONDAY + timedelta(3)), 0, id="the first day"),
        pytest.param(Closing(MONDAY + timedelta(1), MONDAY + timedelta(3)), 240, id="tomorrow"),
        pytest.param(Closing(MONDAY - timedelta(3), MONDAY - timedelta(1)), 240, id="yesterday"),
        pytest.param(Closing(MONDAY - timedelta(3), MONDAY + timedelta(3), 660), 180, id="days"),
    ],
)
def test_a_closure_closes_its_minutes_on_each_of_its_days(closing, still_open):
    assert open_ticks(MONDAY, [MORNING], [closing]).bit_count() * 5 == still_open


@pytest.mark.parametrize(
    ("holiday_from", "expected"),
    [(None, 660), (0, None), (720, 660), (600, 595), (598, 590), (1440, 660)],
)
def test_a_holiday_closes_the_day_from_its_minute_on(holiday_from, expected):
    found = minutes_of(open_ticks(MONDAY, [OpeningPeriod(0, 480, 665)], (), holiday_from))
    assert (found[-1] if found else None) == expected


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_nobody_is_open_in_the_hour_the_clock_changes(day):
    sunday = OpeningPeriod(6, 60, 240)
    assert open_ticks(day, [sunday]) == mask(60, 60) | mask(180, 60)
    assert open_ticks(day + timedelta(days=7), [sunday]) == mask(60, 180)


@given(any_day, st.lists(periods, max_size=6), st.lists(closings, max_size=4), st.none() | minutes)
def test_a_desk_is_never_open_outside_its_hours(day, hours, closed, holiday_from):
    opened = open_ticks(day, hours, closed, holiday_from)
    for minute in minutes_of(opened):
        assert any(
            each.holds_on(day) and each.opens_minute <= minute and minute + 5 <= each.closes_minute
            for each in hours
        )
        assert not any(
            each.first_day <= day <= each.last_day
            and each.from_minute < each.to_minute
            and each.from_minute < minute + 5
            and minute < each.to_minute
            for each in closed
        )
        assert holiday_from is None or minute + 5 <= holiday_from
        assert day not in {SPRING, AUTUMN} or not 120 <= minute < 180
    assert closed_ticks(day, hours, closed, holiday_from) == ALL_DAY ^ opened


def told(problems):
    return [(problem.code, problem.index, problem.field) for problem in problems]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        pytest.param(MORNING, [], id="ordinary hours"),
        pytest.param(OpeningPeriod(0, 0, 1440), [], id="the whole day"),
        pytest.param(
            OpeningPeriod(0, 720, 480), [("ends_before_it_begins", 0, "closes_minute")], id="back"
        ),
        pytest.param(
            OpeningPeriod(0, 720, 720),
            [("ends_before_it_begins", 0, "closes_minute")],
            id="no time",
        ),
        pytest.param(OpeningPeriod(0, 482, 720), [("off_the_grid", 0, "opens_minute")], id="8:02"),
        pytest.param(
            OpeningPeriod(0, 480, 719), [("off_the_grid", 0, "closes_minute")], id="11:59"
        ),
        pytest.param(
            OpeningPeriod(0, -5, 1445),
            [("outside_the_day", 0, "opens_minute"), ("outside_the_day", 0, "closes_minute")],
            id="yesterday to tomorrow",
        ),
        pytest.param(
            OpeningPeriod(7, 480, 720), [("no_such_weekday", 0, "weekday")], id="weekday 7"
        ),
        pytest.param(OpeningPeriod(-1, 480, 720), [("no_such_weekday", 0, "weekday")], id="-1"),
        pytest.param(
            OpeningPeriod(0, 480, 720, MONDAY, MONDAY - timedelta(1)),
            [("ends_before_it_begins", 0, "valid_to")],
            id="valid to before valid from",
        ),
        pytest.param(OpeningPeriod(0, 480, 720, MONDAY, MONDAY), [], id="valid for one day"),
    ],
)
def test_a_clerk_is_told_what_is_wrong_with_hours(period, expected):
    assert told(problems_with_periods([period])) == expected


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        pytest.param(OpeningPeriod(0, 720, 780), False, id="right after"),
        pytest.param(OpeningPeriod(0, 420, 480), False, id="right before"),
        pytest.param(OpeningPeriod(0, 715, 780), True, id="a tick too early"),
        pytest.param(OpeningPeriod(0, 420, 485), True, id="a tick too late"),
        pytest.param(MORNING, True, id="the same again"),
        pytest.param(OpeningPeriod(1, 480, 720), False, id="another weekday"),
        pytest.param(OpeningPeriod(0, 480, 720, None, MONDAY), True, id="until the first day"),
        pytest.param(
            OpeningPeriod(0, 480, 720, None, MONDAY - timedelta(1)),
            False,
            id="until the day before",
        ),
    ],
)
def test_hours_overlap_on_one_weekday_while_both_are_valid(other, overlaps):
    first = OpeningPeriod(0, 480, 720, valid_from=MONDAY)
    expected = [Problem("overlaps", 1, "opens_minute", 0)] if overlaps else []
    assert problems_with_periods([first, other]) == expected


def test_problems_come_in_the_order_of_the_entries():
    entries = [MORNING, MORNING, OpeningPeriod(0, 720, 480), MORNING]
    assert [problem.index for problem in problems_with_periods(entries)] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(Closing(MONDAY, MONDAY), [("overlaps", 1, "first_day")], id="the same day"),
        pytest.param(Closing(MONDAY + timedelta(1), MONDAY + timedelta(1)), [], id="the next day"),
        pytest.param(
            Closing(MONDAY, MONDAY - timedelta(1)),
            [("ends_before_it_begins", 1, "last_day")],
            id="ends before it begins",
        ),
        pytest.param(
            Closing(MONDAY, MONDAY, 600, 600),
            [("ends_before_it_begins", 1, "to_minute")],
            id="no minute",
        ),
        pytest.param(
            Closing(MONDAY, MONDAY, 601), [("off_the_grid", 1, "from_minute")], id="off the grid"
        ),
    ],
)
def test_a_clerk_is_told_what_is_wrong_with_closures(other, expected):
    assert told(problems_with_closings([Closing(MONDAY, MONDAY), other])) == expected


def test_two_closures_of_different_hours_do_not_lie_over_each_other():
    morning, noon = Closing(MONDAY, MONDAY, 480, 600), Closing(MONDAY, MONDAY, 600, 720)
    assert not problems_with_closings([morning, noon])
    assert not problems_with_closings([noon, morning])


def test_an_extra_opening_opens_what_hours_and_holidays_close():
    sunday = MONDAY - timedelta(1)
    extra = Extra(sunday, 600, 720)
    assert open_ticks(sunday, [MORNING], extras=[extra]) == mask(600, 120)
    assert open_ticks(MONDAY, [MORNING], extras=[extra]) == mask(480, 240)
    assert open_ticks(sunday, [MORNING], holiday_from=0, extras=[extra]) == mask(600, 120)


def test_a_closure_beats_an_extra_opening():
    extra, closing = Extra(MONDAY, 600, 780), Closing(MONDAY, MONDAY, 660, 720)
    assert open_ticks(MONDAY, [], [closing], extras=[extra]) == mask(600, 60) | mask(720, 60)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_nothing_opens_the_hour_in_which_the_clock_changes(day):
    assert open_ticks(day, [], extras=[Extra(day, 0, 1440)]) == ALL_DAY & ~mask(120, 60)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (Extra(MONDAY, 720, 780), []),
        (Extra(MONDAY + timedelta(1), 600, 720), []),
        (Extra(MONDAY, 715, 780), [("overlaps", 1, "opens_minute")]),
        (Extra(MONDAY, 780, 720), [("ends_before_it_begins", 1, "closes_minute")]),
        (Extra(MONDAY, 721, 780), [("off_the_grid", 1, "opens_minute")]),
        (Extra(MONDAY, 1430, 1445), [("outside_the_day", 1, "closes_minute")]),
        (Extra(SPRING, 120, 180), [("no_such_time", 1, "opens_minute")]),
        (Extra(AUTUMN, 130, 150), [("no_such_time", 1, "opens_minute")]),
        (Extra(AUTUMN, 130, 185), []),
    ],
)
def test_a_clerk_is_told_what_is_wrong_with_extra_openings(extra, expected):
    assert told(problems_with_extras([Extra(MONDAY, 600, 720), extra])) == expected


def test_door_hours_may_lie_over_the_hours_of_booked_visits_but_not_over_each_other():
    door = OpeningPeriod(0, 480, 720, is_of_door=True)
    assert not problems_with_periods([MORNING, door])
    assert [problem.index for problem in problems_with_periods([MORNING, door, door])] == [2]
