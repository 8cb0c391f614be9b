"""Patterns for a fraud reviewer: each at its threshold, just inside and just outside."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from witnesses.models import FraudSignal
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.signals import (
    FILE,
    Seen,
    longest_look,
    patterns,
    reversal_patterns,
    thresholds,
)
from witnesses.rules.tables import RuleSetUnreadable

pytestmark = pytest.mark.once
DAY = date(2026, 6, 15)
QUOTA = RULE_SETS["mitid-2022"].witness_quota
PERSONS = RULE_SETS["digst-2023"].witness_quota
HERNING, AARHUS = 657, 751
W, A, B, C, D = 1, 2, 3, 4, 5


class Story:
    """Witnessings numbered in the order they are told in; days count from one of them."""

    def __init__(self):
        self.told = []

    def add(self, witness, applicant, days=0, *, place=HERNING, reversed_after=None):
        on = DAY + timedelta(days=days)
        gone = () if reversed_after is None else (on + timedelta(days=reversed_after),)
        self.told.append(Seen(len(self.told) + 1, witness, applicant, on, place, *gone))
        return self

    def found(self, quota=QUOTA):
        """The patterns that the one told last completes."""
        return patterns(self.told[-1], self.told, quota=quota)

    def names(self, quota=QUOTA):
        return [found.pattern for found in self.found(quota)]

    def ids(self, pattern, quota=QUOTA):
        (found,) = [one for one in self.found(quota) if one.pattern == pattern]
        return [one.id for one in found.seen]


def test_one_witnessing_is_no_pattern():
    assert Story().add(W, A).names() == []


def test_three_for_different_people_in_one_place_are_no_pattern():
    story = Story().add(W, A).add(W, B, 10).add(W, C, 20)
    assert story.names() == []


@pytest.mark.parametrize(("days", "is_seen"), [(0, True), (119, True), (120, True), (121, False)])
@pytest.mark.parametrize("order", [1, -1], ids=["in order", "recorded late"])
def test_the_same_witness_in_two_municipalities(days, is_seen, order):
    story = Story().add(W, A, place=AARHUS).add(W, B, order * days)
    assert story.names() == ["several_municipalities"] * is_seen


def test_several_municipalities_touches_each_and_names_every_witnessing_near():
    story = Story().add(W, A, place=AARHUS).add(W, B, 5).add(W, C, 300).add(W, D, 310, place=101)
    story.add(W, 9, 320)
    (found,) = story.found()
    assert [one.id for one in found.seen] == [3, 4, 5]
    assert found.municipalities == (HERNING, 101)
    assert found.witness == W


def test_two_witnesses_in_two_municipalities_for_one_person_are_no_such_pattern():
    assert Story().add(W, A, place=AARHUS).add(B, A, 1).names() == []


def test_a_reversed_one_elsewhere_was_said_all_the_same():
    story = Story().add(W, A, place=AARHUS, reversed_after=1).add(W, B, 10)
    assert story.names() == ["several_municipalities"]


MONTHS_24 = [
    (date(2026, 6, 15), date(2024, 6, 15), True),
    (date(2026, 6, 15), date(2024, 6, 16), True),
    (date(2026, 6, 15), date(2024, 6, 14), False),
    (date(2026, 2, 28), date(2024, 2, 28), True),
    (date(2026, 2, 28), date(2024, 2, 27), False),
    (date(2026, 3, 1), date(2024, 2, 29), False),
    (date(2026, 6, 15), date(2026, 6, 15), True),
]


@pytest.mark.parametrize(("later", "earlier", "is_seen"), MONTHS_24)
@pytest.mark.parametrize("is_late", [False, True])
def test_two_people_who_witness_for_each_other(later, earlier, is_seen, is_late):
    one, other = Seen(1, W, A, earlier, HERNING), Seen(2, A, W, later, AARHUS)
    if is_late:
        one, other = other, one
    found = [each for each in patterns(other, [one], quota=QUOTA) if each.pattern == "each_other"]
    assert bool(found) is is_seen
    if found:
        assert set(found[0].municipalities) == {HERNING, AARHUS}
        assert [each.on for each in found[0].seen] == [earlier, later]


def test_a_ring_of_three_is_no_pair_but_its_chain_is_seen():
    story = Story().add(W, A).add(A, B, 200).add(B, W, 400)
    assert story.names() == []
    assert Story().add(W, A).add(A, B, 20).add(B, W, 40).names() == ["recently_witnessed"]


def test_a_reversal_hides_no_pair():
    assert "each_other" in Story().add(W, A, reversed_after=2).add(A, W, 300).names()


@pytest.mark.parametrize(("days", "is_seen"), [(0, True), (178, True), (179, True), (180, False)])
def test_somebody_witnessed_recently_who_now_witnesses(days, is_seen):
    story = Story().add(W, A).add(A, B, days)
    assert story.names() == ["recently_witnessed"] * is_seen
    if is_seen:
        (found,) = story.found()
        assert (found.witness, [one.id for one in found.seen]) == (A, [1, 2])


@pytest.mark.parametrize(("days", "is_seen"), [(0, True), (179, True), (180, False)])
def test_the_same_when_being_witnessed_is_what_is_recorded_late(days, is_seen):
    story = Story().add(A, B, days).add(W, A)
    assert story.names() == ["recently_witnessed"] * is_seen
    if is_seen:
        assert story.found()[0].witness == A
        assert story.ids("recently_witnessed") == ([2, 1] if days else [1, 2])


def test_a_witness_first_and_witnessed_later_is_no_chain():
    assert Story().add(A, B).add(W, A, 1).names() == []
    assert Story().add(W, A, 1).add(A, B).names() == []


def test_one_that_joins_two_chains_is_one_pattern():
    story = Story().add(W, A).add(B, C, 60).add(A, B, 30)
    assert story.ids("recently_witnessed") == [1, 3, 2]
    assert story.found()[0].witness == A


def at_the_limit(next_day, quota=QUOTA, uses=(0, 30, 60)):
    story = Story()
    for place, days in enumerate(uses):
        story.add(W, 10 + place, days)
    return story.add(W, 99, next_day).names(quota)


@pytest.mark.parametrize("quota", [QUOTA, PERSONS], ids=["witnessings", "persons"])
@pytest.mark.parametrize(
    ("next_day", "is_seen"),
    [(121, True), (122, True), (127, True), (128, True), (129, False), (150, False), (120, False)],
)
def test_the_next_after_the_limit_within_seven_days_of_becoming_free(next_day, is_seen, quota):
    assert at_the_limit(next_day, quota) == ["at_the_limit"] * is_seen


@pytest.mark.parametrize(
    ("uses", "next_day"),
    [((0, 30), 121), ((0, 0), 121), ((0, 30, 151), 155), ((0,), 7), ((0, 40, 160), 281)],
)
def test_whoever_did_not_reach_the_limit_is_not_seen(uses, next_day):
    assert at_the_limit(next_day, uses=uses) == []


def test_the_uses_that_reached_the_limit_are_shown_with_the_next_and_no_older_one():
    story = Story().add(W, A).add(W, B, 100).add(W, C, 160).add(W, D, 220).add(W, 9, 221)
    assert story.ids("at_the_limit") == [2, 3, 4, 5]


def test_what_others_did_uses_nothing_of_a_witness_s_limit():
    assert Story().add(W, A).add(W, B, 30).add(C, D, 60).add(W, D, 121).names() == []


def test_a_later_use_changes_nothing_of_the_one_right_after_the_limit():
    story = Story().add(W, A).add(W, B, 30).add(W, C, 60).add(W, D, 200).add(W, 9, 125)
    assert story.ids("at_the_limit") == [1, 2, 3, 5]


def test_what_was_seen_before_is_not_seen_again_with_one_recorded_late():
    assert Story().add(W, A).add(W, B, 30).add(W, C, 60).add(W, D, 121).add(W, 9).names() == []


def test_under_a_limit_that_allows_nobody_there_is_no_next():
    nobody = replace(QUOTA, at_most=0)
    assert at_the_limit(121, nobody) == []
    assert Story().add(W, A).names(nobody) == []


def test_three_uses_on_one_day_are_one_limit_and_only_the_next_is_seen():
    assert at_the_limit(121, uses=(0, 0, 0)) == ["at_the_limit"]
    assert at_the_limit(121, uses=(0, 0, 0, 121)) == []


def test_the_same_person_twice_is_one_use_where_persons_are_counted():
    story = Story().add(W, A).add(W, A, 30).add(W, B, 60).add(W, C, 121)
    assert story.names(PERSONS) == []
    assert story.names(QUOTA) == ["at_the_limit"]


def test_a_reversed_use_uses_nothing_of_the_limit():
    story = Story().add(W, A).add(W, B, 30, reversed_after=1).add(W, C, 60).add(W, D, 121)
    assert story.names() == []


def test_a_use_recorded_late_that_makes_the_limit_is_seen_with_the_next():
    story = Story().add(W, A).add(W, B, 30).add(W, D, 121).add(W, C, 60)
    assert story.ids("at_the_limit") == [1, 2, 4, 3]
    assert Story().add(W, A).add(W, B, 30).add(W, D, 129).add(W, C, 60).names() == []


@pytest.mark.parametrize(("apart", "is_seen"), [(0, True), (119, True), (120, True), (121, False)])
@pytest.mark.parametrize("order", [1, -1])
def test_two_reversals_of_one_witness(apart, is_seen, order):
    story = Story().add(W, A, reversed_after=500).add(W, B, 30, reversed_after=470 + order * apart)
    found = reversal_patterns(story.told[1], story.told, quota=QUOTA)
    assert [one.pattern for one in found] == ["reversals"] * is_seen
    assert [seen.id for one in found for seen in one.seen] == [1, 2] * is_seen


def test_what_is_not_reversed_is_asked_about_by_mistake():
    (only,) = Story().add(W, A).told
    with pytest.raises(ValueError, match=r"^not reversed$"):
        reversal_patterns(only, [], quota=QUOTA)


def test_one_reversal_or_another_witness_s_is_no_pattern():
    story = Story().add(W, A, reversed_after=1).add(B, C, reversed_after=1).add(W, D)
    assert reversal_patterns(story.told[0], story.told, quota=QUOTA) == []


def test_whether_the_new_one_is_among_those_around_makes_no_difference():
    story = Story().add(W, A, place=AARHUS).add(A, W, 3).add(W, B, 5)
    new, *_ = story.told[::-1]
    assert patterns(new, story.told, quota=QUOTA) == patterns(new, story.told[:-1], quota=QUOTA)


def test_nothing_that_makes_a_pattern_lies_farther_than_the_look():
    look = longest_look(QUOTA).days
    assert look >= 2 * 120 + 7
    assert look >= 366 + 365
    assert look == 24 * 31
    assert longest_look(replace(QUOTA, days=400)).days == 2 * 400 + 1 + 7


def test_the_patterns_are_those_that_are_stored():
    assert set(thresholds().__slots__) == set(FraudSignal.Pattern.values)


def test_every_figure_is_published_with_its_source_and_date():
    for pattern in FraudSignal.Pattern.values:
        threshold = thresholds().of(pattern)
        assert threshold.reading
        for language in ("da", "en"):
            assert threshold.source(language).endswith("(2026-11-22)")
    figures = [thresholds().of(pattern).figure for pattern in FraudSignal.Pattern.values]
    assert figures == [2, 24, 180, 7, 2]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('= "control"', '= "hearsay"', ".several_municipalities.source: is none of the file's sources"),
        ("months = 24", 'months = "24"', ".each_other.months: must be a whole number, 0 or more"),
        ("months = 24", "", ".each_other.months: is missing"),
        ('"2026-11-22"', '"lately"', ".sources.requirements.dated: must be a day"),
        ('"2026-11-22"', '"2026-11-22 or so"', ".sources.requirements.dated: must be a day"),
        ('"2026-11-22"', '"2026-11-22"\nurl = "x"', ".sources.requirements: does not know url"),
        ('da = "Krav', 'de = "x"\nda = "Krav', ".sources.requirements.title: does not know de"),
        ("[each_other]", "[each]\n[each_other]", ": does not know each"),
        ("[reversals]", "[reversals]\nextra = 1", ".reversals: does not know extra"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused_and_the_place_is_named(tmp_path, old, new, problem):
    file = tmp_path / "signals.toml"
    whole = FILE.read_text(encoding="utf-8")
    assert old in whole
    file.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable) as refused:
        thresholds(file)
    assert str(refused.value) == f"signals{problem}"


def test_the_figures_are_read_once():
    assert thresholds() is thresholds()
