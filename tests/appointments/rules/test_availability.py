import random
from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.availability import free_starts, pick_desk, starts_from
from appointments.rules.ticks import ALL_DAY, mask, minutes_of, starts, to_words

MONDAY = date(2027, 6, 21)
TUESDAY = MONDAY + timedelta(1)
MITID, PASSPORT = 1, 2


def desk(open_from, open_to, *visits, day=MONDAY, caps=MITID):
    busy = ALL_DAY & ~mask(open_from, open_to - open_from)
    for start, minutes in visits:
        busy |= mask(start, minutes)
    return day, caps, *to_words(busy)


def times(found):
    return {day: minutes_of(bitmap) for day, bitmap in found}


def peers_workload(seed=42, desks=5, fill=0.6):
    """One centre, five desks, 60 calendar days, 08-16, 60 % of the quarters booked (A60)."""
    days = [day for n in range(60) if (day := MONDAY + timedelta(n)).weekday() < 5]
    slots = [(day, m, k) for day in days for m in range(480, 960, 15) for k in range(desks)]
    random.Random(seed).shuffle(slots)
    taken = slots[: int(len(slots) * fill)]
    visits = {(day, k): [] for day in days for k in range(desks)}
    for day, start, k in taken:
        visits[day, k].append((start, 15))
    rows = [desk(480, 960, *visits[day, k], day=day) for day in days for k in range(desks)]
    return rows, {(day, start) for day, start, _ in slots[len(taken) :]}


def test_a_time_is_free_while_one_desk_is():
    rows = [desk(480, 540, (480, 60)), desk(480, 540, (480, 30))]
    assert times(free_starts(rows, minutes=15, needed_caps=MITID)) == {MONDAY: [510, 515, 520, 525]}


def test_two_half_free_desks_do_not_make_one_free_desk():
    rows = [desk(480, 510, (480, 15)), desk(480, 510, (495, 15))]
    assert times(free_starts(rows, minutes=15, needed_caps=MITID)) == {MONDAY: [480, 495]}
    assert free_starts(rows, minutes=30, needed_caps=MITID) == ()


def test_only_a_desk_that_can_do_all_of_it_counts():
    rows = [desk(480, 495, caps=MITID), desk(495, 510, caps=MITID | PASSPORT)]
    found = free_starts(rows, minutes=15, needed_caps=MITID | PASSPORT)
    assert times(found) == {MONDAY: [495]}
    assert free_starts(rows, minutes=15, needed_caps=4) == ()


def test_a_full_day_is_not_among_the_days():
    rows = [desk(480, 495, (480, 15)), desk(480, 495, day=TUESDAY)]
    assert times(free_starts(rows, minutes=15, needed_caps=MITID)) == {TUESDAY: [480]}
    assert free_starts([], minutes=15, needed_caps=MITID) == ()


@pytest.mark.parametrize(
    ("not_before", "expected"),
    [
        pytest.param((MONDAY, 480), {MONDAY: [480, 495], TUESDAY: [480]}, id="at its minute"),
        pytest.param((MONDAY, 481), {MONDAY: [495], TUESDAY: [480]}, id="a minute later"),
        pytest.param((MONDAY, 496), {TUESDAY: [480]}, id="after the last of the day"),
        pytest.param((MONDAY, 1440), {TUESDAY: [480]}, id="at midnight"),
        pytest.param((TUESDAY, 0), {TUESDAY: [480]}, id="the next day"),
        pytest.param((TUESDAY, 481), {}, id="after everything"),
        pytest.param(
            (MONDAY - timedelta(1), 900), {MONDAY: [480, 495], TUESDAY: [480]}, id="before"
        ),
    ],
)
def test_nobody_is_offered_a_time_that_is_too_soon(not_before, expected):
    rows = [desk(480, 510), desk(480, 495, day=TUESDAY)]
    found = free_starts(rows, minutes=15, needed_caps=MITID, step=15, not_before=not_before)
    assert times(found) == expected
    of_any_time = free_starts(rows, minutes=15, needed_caps=MITID, step=15)
    assert times(starts_from(of_any_time, not_before)) == expected


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, ALL_DAY)), max_size=12),
    st.sampled_from([5, 15, 20, 30, 45]),
    st.sampled_from([5, 10, 15]),
    st.integers(0, 3),
)
def test_free_times_are_those_of_each_desk_taken_together(drawn, minutes, step, needed_caps):
    expected = {}
    for offset, caps, busy in drawn:
        if caps & needed_caps == needed_caps:
            day = MONDAY + timedelta(offset)
            expected[day] = expected.get(day, 0) | starts(busy, minutes, step)
    rows = sorted((MONDAY + timedelta(day), caps, *to_words(busy)) for day, caps, busy in drawn)
    found = free_starts(rows, minutes=minutes, needed_caps=needed_caps, step=step)
    assert dict(found) == {day: bitmap for day, bitmap in expected.items() if bitmap}


def test_two_months_at_a_centre_are_read_in_a_moment():
    rows, free = peers_workload()
    took = []
    for _ in range(5):
        begun = perf_counter()
        found = free_starts(rows, minutes=15, needed_caps=MITID, step=15)
        offered = {(day, start) for day, bitmap in found for start in minutes_of(bitmap)}
        took.append(perf_counter() - begun)
    assert offered == free
    assert min(took) < 0.005  # about 0.25 ms; the bound leaves room for a machine that is busy


def choose(*desks, start_minute=480, minutes=15, needed_caps=MITID):
    rows = [(name, caps, *to_words(busy)) for name, caps, busy in desks]
    return pick_desk(rows, start_minute=start_minute, minutes=minutes, needed_caps=needed_caps)


def busy_but(*spans):
    busy = ALL_DAY
    for start, minutes in spans:
        busy &= ~mask(start, minutes)
    return busy


def test_a_visit_gets_no_desk_when_all_are_taken_or_unable():
    assert choose() is None
    assert choose(("one", MITID, mask(490, 5)), ("two", PASSPORT, 0)) is None


def test_the_desk_that_can_do_rare_things_is_spared():
    assert choose(("rare", MITID | PASSPORT, 0), ("plain", MITID, 0)) == "plain"
    assert choose(("rare", MITID | PASSPORT, 0), ("plain", MITID, mask(480, 5))) == "rare"


def test_the_tightest_gap_is_filled_first():
    wide, tight = busy_but((480, 60)), busy_but((480, 15))
    assert choose(("wide", MITID, wide), ("tight", MITID, tight)) == "tight"
    after_one = busy_but((475, 20))
    assert choose(("after", MITID, after_one), ("wide", MITID, wide)) == "after"
    before, until_midnight = busy_but((420, 75)), busy_but((480, 960))
    assert choose(("before", MITID, before), ("wide", MITID, wide)) == "wide"
    assert choose(("until midnight", MITID, until_midnight), ("wide", MITID, wide)) == "wide"
    assert (
        choose(("empty", MITID, 0), ("until midnight", MITID, until_midnight)) == "until midnight"
    )


def test_among_equals_the_first_desk_is_taken():
    assert choose(("first", MITID, 0), ("second", MITID, 0)) == "first"


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, ALL_DAY)), max_size=6),
    st.integers(0, 284),
    st.sampled_from([5, 15, 20]),
    st.integers(0, 3),
)
def test_a_desk_is_found_exactly_when_the_time_is_offered(drawn, tick, minutes, needed_caps):
    rows = [(MONDAY, caps, *to_words(busy)) for caps, busy in drawn]
    offered = dict(free_starts(rows, minutes=minutes, needed_caps=needed_caps)).get(MONDAY, 0)
    desks = [(index, caps, *to_words(busy)) for index, (caps, busy) in enumerate(drawn)]
    chosen = pick_desk(desks, start_minute=5 * tick, minutes=minutes, needed_caps=needed_caps)
    assert (chosen is not None) is bool(offered >> tick & 1)
    if chosen is not None:
        caps, busy = drawn[chosen]
        assert caps & needed_caps == needed_caps
        assert not busy & mask(5 * tick, minutes)
