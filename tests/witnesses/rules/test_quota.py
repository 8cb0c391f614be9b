from datetime import date, timedelta

import pytest

from tests.witnesses.rules.builders import DAY
from witnesses.rules.quota import eligible_from, highest_count
from witnesses.rules.rule_sets import rule_set

MEETING = date.fromisoformat(DAY)
TIMES = rule_set("mitid-2022").witness_quota
PERSONS = rule_set("digst-2023").witness_quota


def ago(*days, who=None):
    """One witnessing so many days before the meeting (negative: after), each for somebody new."""
    return [
        {"on": (MEETING - timedelta(days=gap)).isoformat(), "person": who or f"p{at}"}
        for at, gap in enumerate(days)
    ]


def count(history, quota=TIMES, person="applicant", on=MEETING):
    return highest_count(history, on=on, person=person, quota=quota)


@pytest.mark.parametrize("quota", [TIMES, PERSONS], ids=["times", "persons"])
@pytest.mark.parametrize(
    ("history", "granted"),
    [
        pytest.param([], True, id="never been a witness"),
        pytest.param(ago(1, 60), True, id="twice within the days"),
        pytest.param(ago(0, 0), True, id="twice already on the same day"),
        pytest.param(ago(0, 0, 0), False, id="three times already on the same day"),
        pytest.param(ago(1, 60, 119), False, id="the oldest a day before the edge"),
        pytest.param(ago(1, 60, 120), False, id="the oldest on the last day that counts"),
        pytest.param(ago(1, 60, 121), True, id="the oldest just fell out"),
        pytest.param(ago(-1, -60, -120), False, id="three later ones, recorded late"),
        pytest.param(ago(-1, -60, -121), True, id="the latest lies past every span"),
        pytest.param(ago(60, 1, -59), False, id="a day less than a span from first to last"),
        pytest.param(ago(60, 1, -60), False, id="exactly one span from first to last"),
        pytest.param(ago(61, 1, -60), True, id="one day more than a span"),
        pytest.param(ago(119, 70, -70, -119), True, id="spread wide, no span holds four"),
        pytest.param(ago(200, 201, 202, 203, 204), True, id="a breach long ago"),
        pytest.param(ago(-121, -122, -123, -124), True, id="a breach to come"),
    ],
)
def test_a_witness_may_act_three_times_in_any_span_that_holds_the_meeting(history, granted, quota):
    assert (count(history, quota, person="new") <= quota.at_most) is granted
    assert (count(history[::-1], quota, person="new") <= quota.at_most) is granted


def test_equal_entries_are_two_witnessings():
    twice = [{"on": "2026-04-01", "person": "a"}] * 2
    assert count(twice) == 3
    assert count(twice, PERSONS) == 2


def test_reversed_witnessings_do_not_count():
    history = [{**entry, "counted": False} for entry in ago(1, 2, 3)]
    assert count(history) == 1
    assert count([*history, {"on": DAY, "person": "a", "counted": True}]) == 2


def test_persons_are_told_apart_exactly_and_the_applicant_is_one():
    history = [{"on": DAY, "person": name} for name in ("a", "A", "a ", "a")]
    assert count(history, PERSONS, person="a") == 3
    assert count(history, PERSONS, person="b") == 4


def test_a_span_already_over_the_limit_fails_even_for_a_known_person():
    history = [{"on": DAY, "person": name} for name in "abcd"]
    assert count(history, PERSONS, person="a") > PERSONS.at_most


def test_the_calendar_has_no_edges_for_the_count():
    last = [{"on": "9999-12-31", "person": "a"}]
    first = [{"on": "0001-01-01", "person": "a"}]
    assert count(last, on=date.max) == 2
    assert count(first, on=date.min) == 2
    assert count(first, on=date.max) == 1


@pytest.mark.parametrize(
    ("history", "days"),
    [
        pytest.param([], 0, id="never"),
        pytest.param(ago(1, 60), 0, id="two"),
        pytest.param(ago(1, 60, 100), 21, id="the oldest is free again on day 121"),
        pytest.param(ago(1, 60, 120), 1, id="tomorrow"),
        pytest.param(ago(0, 0, 0), 121, id="three today"),
        pytest.param(ago(60, 1, -60), 61, id="the first of three leaves the span"),
        pytest.param(ago(-1, -60, -120), 122, id="three later ones"),
        pytest.param(ago(1, 2, 3, 4, 5), 118, id="more than the limit"),
    ],
)
def test_the_witness_is_told_from_when(history, days):
    day = eligible_from(history, on=MEETING, person=None, quota=TIMES)
    assert day == MEETING + timedelta(days=days)


def test_a_known_person_can_be_witnessed_for_before_a_new_one():
    history = ago(1, 60, 100)
    assert eligible_from(history, on=MEETING, person="p0", quota=PERSONS) == MEETING
    later = MEETING + timedelta(days=21)
    assert eligible_from(history, on=MEETING, person=None, quota=PERSONS) == later
    assert eligible_from(history, on=MEETING, person="", quota=PERSONS) == later


def test_past_the_end_of_the_calendar_nobody_is_told_a_day():
    history = [{"on": "9999-12-31", "person": name} for name in "abc"]
    assert eligible_from(history, on=date(9999, 12, 31), person=None, quota=TIMES) is None


def test_the_last_day_of_the_calendar_can_be_the_one():
    before = (date.max - timedelta(days=121)).isoformat()
    history = [{"on": before, "person": name} for name in "abc"]
    yesterday = date.max - timedelta(days=1)
    assert eligible_from(history, on=yesterday, person=None, quota=TIMES) == date.max
