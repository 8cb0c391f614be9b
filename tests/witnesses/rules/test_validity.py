"""The check of the facts, problem by problem: the place, and the words it is told in."""

import copy
import json

import pytest

from tests.witnesses.rules.builders import case, witness
from tests.witnesses.rules.random_cases import facts, generator
from witnesses.rules.facts import DOCUMENT_FORMS, DOCUMENT_TYPES, QUESTION_OUTCOMES
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.validity import TwiceKeyed, key_count, problems_of

DAY = "must be a day of the calendar, written YYYY-MM-DD"
NULL_OR_DAY = "must be null or a day of the calendar, written YYYY-MM-DD"
OBJECT = "must be a JSON object"
FLAG = "must be true or false"


def whole():
    return case(witness=witness(earlier_witnessings=[{"on": "2026-01-01", "person": "a"}]))


def problems(sent):
    return [(one["path"], one["problem"]) for one in problems_of(sent, rule_sets=RULE_SETS)]


def holder_of(sent, path):
    """The object or list a path ends in, and its key or place there."""
    *steps, last = path.replace("[", ".[").split(".")
    for step in steps:
        sent = sent[int(step[1:-1]) if step.startswith("[") else step]
    return sent, int(last[1:-1]) if last.startswith("[") else last


@pytest.mark.parametrize(
    "path",
    [
        "on", "applicant", "applicant.birth_date", "applicant.documents[0].type",
        "applicant.documents[0].issuer", "witness.birth_date", "witness.documents[0].type",
        "witness.documents[0].issuer", "witness.earlier_witnessings[0].on",
        "witness.earlier_witnessings[0].person",
    ],
)  # fmt: skip
def test_what_must_be_there_is_missed_at_its_own_path(path):
    sent = whole()
    assert problems(sent) == []
    holder, key = holder_of(sent, path)
    del holder[key]
    assert problems(sent) == [(path, "is missing")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("id", "must be a string"),
        ("rule_set", "must be a string"),
        ("on", DAY),
        ("applicant", OBJECT),
        ("applicant.birth_date", DAY),
        ("applicant.person", "must be a string"),
        ("applicant.wants_cpr_link", FLAG),
        ("applicant.questions", "must be one of: " + ", ".join(QUESTION_OUTCOMES)),
        ("applicant.documents", "must be a list"),
        ("applicant.documents[0]", OBJECT),
        ("applicant.documents[0].type", "must be one of: " + ", ".join(DOCUMENT_TYPES)),
        ("applicant.documents[0].issuer", "must be two capital letters A to Z"),
        ("applicant.documents[0].shows_photo", FLAG),
        ("applicant.documents[0].shows_cpr", FLAG),
        ("applicant.documents[0].form", "must be one of: " + ", ".join(DOCUMENT_FORMS)),
        ("applicant.documents[0].expires_on", NULL_OR_DAY),
        ("applicant.documents[0].issued_on", NULL_OR_DAY),
        ("applicant.documents[0].provisional", FLAG),
        ("witness", OBJECT),
        ("witness.birth_date", DAY),
        ("witness.mitid_since", NULL_OR_DAY),
        ("witness.brought_mitid", FLAG),
        ("witness.documents", "must be a list"),
        ("witness.documents[0]", OBJECT),
        ("witness.documents[0].shows_photo", FLAG),
        ("witness.is_applicant", FLAG),
        ("witness.is_clerk", FLAG),
        ("witness.earlier_witnessings", "must be a list"),
        ("witness.earlier_witnessings[0]", OBJECT),
        ("witness.earlier_witnessings[0].on", DAY),
        ("witness.earlier_witnessings[0].person", "must be a string"),
        ("witness.earlier_witnessings[0].counted", FLAG),
    ],
)
def test_a_wrong_value_is_told_in_its_own_words(path, text):
    sent = whole()
    holder, key = holder_of(sent, path)
    holder[key] = 7
    assert problems(sent) == [(path, text)]


def test_what_is_unknown_or_stands_twice_is_told_at_its_holder():
    assert problems(case(rule_set="x")) == [("rule_set", "must be the id of a known rule set")]
    assert problems(case(x=1)) == [("", "holds a key that is not known here")]
    assert problems(TwiceKeyed(case())) == [("", "holds a key twice")]
    sent = whole()
    sent["witness"]["earlier_witnessings"].append(TwiceKeyed(on="2026-01-01", person="a"))
    sent["witness"]["documents"].append({"type": "passport", "issuer": "DK", "x": 1})
    assert problems(sent) == [
        ("witness.documents[1]", "holds a key that is not known here"),
        ("witness.earlier_witnessings[1]", "holds a key twice"),
    ]
    assert problems(7) == [("", OBJECT)]


def test_nothing_is_looked_at_inside_what_is_unknown():
    history = [{"on": "x"}, 3]
    sent = case(applicant={"earlier_witnessings": history}, earlier_witnessings=history)
    unknown = "holds a key that is not known here"
    assert problems(sent) == [("", unknown), ("applicant", unknown)]


def test_every_problem_is_named_in_one_go():
    sent = whole()
    del sent["on"], sent["applicant"]["birth_date"]
    sent["applicant"]["documents"] += [3, {"x": 1}]
    sent["witness"]["earlier_witnessings"] = [{"on": "x"}]
    assert [path for path, _ in problems(sent)] == [
        "on", "applicant.birth_date", "applicant.documents[1]", "applicant.documents[2]",
        "applicant.documents[2].type", "applicant.documents[2].issuer",
        "witness.earlier_witnessings[0].on", "witness.earlier_witnessings[0].person",
    ]  # fmt: skip


def keys_in(value):
    if isinstance(value, dict):
        return len(value) + sum(map(keys_in, value.values()))
    return sum(map(keys_in, value)) if isinstance(value, list) else 0


def test_the_keys_of_whole_facts_are_counted_exactly():
    rng = generator(9)
    for _ in range(300):
        sent = facts(rng)
        before = copy.deepcopy(sent)
        assert key_count(sent) == keys_in(sent), json.dumps(sent)
        assert sent == before
