import itertools

import pytest

from witnesses.rules.lifecycle import (
    TRANSITIONS,
    CaseState,
    Standing,
    Step,
    is_over,
    may,
    standings,
)

OPEN = ("opened", "documents", "questions", "witness")
# Step -> the states it may be taken in -> the state it leads to.
ALLOWED = {
    "record_documents": {
        "opened": "documents",
        "documents": "documents",
        "questions": "questions",
        "witness": "witness",
    },
    "record_questions": {"documents": "questions", "questions": "questions", "witness": "witness"},
    "record_witness": {"questions": "witness", "witness": "witness"},
    "accept_declaration": {"witness": "witness"},
    "decide": {"questions": "decided", "witness": "decided"},
    "abandon": dict.fromkeys(OPEN, "abandoned"),
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", CaseState)
def test_a_case_allows_these_steps_and_no_others(step, state):
    expected = ALLOWED[step].get(state)

    assert may(step, state, questions_passed=True) is (expected is not None)
    assert TRANSITIONS[state].get(step) == expected


@pytest.mark.parametrize(
    ("state", "passed", "allowed"),
    [
        ("questions", True, True),
        ("questions", False, False),
        ("witness", True, True),
        ("witness", False, True),
        ("documents", True, False),
    ],
)
def test_only_who_passed_the_questions_is_decided_without_the_witness_step(state, passed, allowed):
    assert may(Step.DECIDE, CaseState(state), questions_passed=passed) is allowed


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_over_when_decided_or_abandoned(state):
    assert is_over(state) is (state not in OPEN)


def test_no_way_leads_to_a_decision_past_documents_and_questions():
    """Walk every way of up to six steps; before each decision both stand behind it."""
    for way in itertools.product(Step, repeat=6):
        state, taken = CaseState.OPENED, set()
        for step in way:
            if not may(step, state, questions_passed=True):
                continue
            if step is Step.DECIDE:
                assert {Step.RECORD_DOCUMENTS, Step.RECORD_QUESTIONS} <= taken
            state = TRANSITIONS[state][step]
            taken.add(step)


@pytest.mark.parametrize(
    ("state", "passed", "expected"),
    [
        ("opened", False, "current later later later"),
        ("documents", False, "done current later later"),
        ("questions", False, "done done current later"),
        ("questions", True, "done done later current"),
        ("witness", False, "done done done current"),
        ("witness", True, "done done done current"),
        ("decided", False, "done done done done"),
        ("abandoned", False, "later later later later"),
    ],
)
def test_the_list_of_steps_shows_where_a_case_stands(state, passed, expected):
    shown = standings(CaseState(state), questions_passed=passed)

    assert [step.standing for step in shown] == [Standing(word) for word in expected.split()]
    assert [step.step for step in shown] == [
        "record_documents",
        "record_questions",
        "record_witness",
        "decide",
    ]


def test_the_list_of_steps_says_which_may_be_taken_again():
    shown = standings(CaseState.QUESTIONS, questions_passed=False)

    assert [step.is_open for step in shown] == [True, True, True, False]
    assert not any(step.is_open for step in standings(CaseState.DECIDED, questions_passed=True))
