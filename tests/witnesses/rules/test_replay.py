"""Two answers side by side: what counts as another decision, and which rules are named for it."""

import json

import pytest

from witnesses.rules.replay import change_between, rules_changed

pytestmark = pytest.mark.once
PASSED = ("applicant.documents", "applicant.proof")


def answer(
    *failed, rule_set="mitid-2022", route="witness", rules=PASSED, observed=(), source="page"
):
    """A decision over some rules; what is observed is told as a tuple, as the engine may."""
    return {
        "rule_set": rule_set,
        "outcome": "not_confirmed" if failed else "confirmed",
        "route": route,
        "failed": list(failed),
        "findings": [
            {"rule": rule, "passed": rule not in failed, "observed": observed, "source": source}
            for rule in rules
        ],
    }


def stored(made):
    return json.loads(json.dumps(made))


@pytest.mark.parametrize("rule_set", ["mitid-2022", "mitid-2025"])
@pytest.mark.parametrize("kept", [stored, lambda made: made], ids=["read back", "as made"])
def test_the_same_decision_again_is_no_change(kept, rule_set):
    for made in (answer(rule_set=rule_set), answer("applicant.proof", rule_set=rule_set)):
        assert change_between(kept(answer(*made["failed"])), made) is None


@pytest.mark.parametrize("rule_set", ["mitid-2022", "mitid-2025"])
def test_another_outcome_is_named_by_where_it_went(rule_set):
    good, bad = answer(), answer("applicant.proof")
    assert change_between(good, {**bad, "rule_set": rule_set}) == "to_not_confirmed"
    assert change_between(bad, {**good, "rule_set": rule_set}) == "to_confirmed"


@pytest.mark.parametrize(
    ("again", "under_one_set", "under_another"),
    [
        ({"observed": ("passport",)}, "other_grounds", None),
        ({"source": "another page"}, "other_grounds", None),
        ({"route": "questions"}, "other_grounds", "other_grounds"),
        ({"rules": PASSED[:1]}, "other_grounds", "other_grounds"),
        ({"rules": (PASSED[0], "witness.quota")}, "other_grounds", "other_grounds"),
    ],
)
def test_under_another_set_only_route_and_which_rules_passed_are_compared(
    again, under_one_set, under_another
):
    assert change_between(stored(answer()), answer(**again)) == under_one_set
    assert change_between(stored(answer()), answer(rule_set="other", **again)) == under_another


def test_other_rules_failing_with_one_outcome_are_other_grounds():
    before, after = answer("applicant.proof"), answer("applicant.documents", rule_set="other")
    assert change_between(before, after) == "other_grounds"
    assert change_between(before, {**answer("applicant.proof"), "failed": []}) == "other_grounds"
    assert (
        change_between(before, {**answer("applicant.proof", rule_set="other"), "failed": []})
        == "other_grounds"
    )


def test_an_answer_that_contradicts_itself_is_not_the_same():
    broken = {**answer("applicant.proof"), "failed": [], "outcome": "confirmed"}
    assert change_between(broken, answer(rule_set="other")) == "other_grounds"


def test_each_rule_that_came_out_otherwise_is_named_in_the_order_of_the_new_answer():
    before = answer("a", "c", rules=("a", "b", "c", "gone"))
    after = answer("b", "c", rules=("new", "b", "a", "c"))
    assert list(rules_changed(stored(before), after)) == [
        ("new", "otherwise"),
        ("b", "now_fails"),
        ("a", "now_passes"),
        ("gone", "otherwise"),
    ]


def test_what_was_observed_names_a_rule_under_one_set_alone():
    seen = ("passport",)
    assert list(rules_changed(stored(answer(observed=seen)), answer(observed=seen))) == []
    assert list(rules_changed(stored(answer()), answer(observed=seen))) == [
        (rule, "otherwise") for rule in PASSED
    ]
    assert list(rules_changed(stored(answer()), answer(observed=seen, rule_set="other"))) == []
