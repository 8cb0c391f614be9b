"""From the bytes a door received to the answer it gives back, for the command and the API alike."""

from collections.abc import Callable, Container, Mapping
from datetime import date
from typing import Literal, TypedDict

from witnesses.rules.dates import day_of
from witnesses.rules.engine import decide
from witnesses.rules.explain import explain, explain_invalid
from witnesses.rules.facts import Facts
from witnesses.rules.figures import Language, RuleSet
from witnesses.rules.json_answer import answer_as_json, as_json
from witnesses.rules.json_text import NotJson, read_fast, read_noting_twice
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.validity import InvalidFacts, Problem, key_count, problems_of

InForce = Callable[[date], RuleSet]


class InvalidCaseError(TypedDict):
    """Why a case could not be decided: every problem found in it."""

    code: Literal["invalid_facts"]
    detail: list[Problem]


class InvalidCase(TypedDict):
    """The answer to a case that is none."""

    id: str | None
    error: InvalidCaseError


def answer_line(
    raw: bytes,
    *,
    in_force: InForce,
    rule_sets: Mapping[str, RuleSet] = RULE_SETS,
    under: RuleSet | None = None,
) -> tuple[str, bool]:
    """The answer to one line as ASCII JSON without a line end, and whether the line was a case.

    `in_force` says which set is in force on a local day; it is only called for a valid case that
    names no set. `under` overrides both. What it raises is passed on, nothing else is raised.
    """
    try:
        facts = read_facts(raw, rule_sets=rule_sets)
    except InvalidFacts as invalid:
        return as_json(invalid_case(invalid)), False
    chosen = under or rule_set_for(facts, in_force=in_force, rule_sets=rule_sets)
    return answer_as_json(decide(facts, chosen), chosen), True


def explain_line(
    raw: bytes,
    language: Language,
    *,
    in_force: InForce,
    rule_sets: Mapping[str, RuleSet] = RULE_SETS,
    under: RuleSet | None = None,
) -> tuple[str, bool]:
    """The answer to one line in plain words, without a line end, and whether it was a case."""
    try:
        facts = read_facts(raw, rule_sets=rule_sets)
    except InvalidFacts as invalid:
        return explain_invalid(invalid.case_id, invalid.problems, language), False
    chosen = under or rule_set_for(facts, in_force=in_force, rule_sets=rule_sets)
    return explain(decide(facts, chosen), chosen, language, facts=facts).as_text(), True


def read_facts(raw: bytes, *, rule_sets: Container[str] = RULE_SETS) -> Facts:
    """The facts written in JSON, checked whole. Raises InvalidFacts with every problem found.

    Every key of an object has one colon. Where the text has as many colons as the facts have keys,
    no key stood twice and the quick reading holds; otherwise the text is read again with care.
    """
    try:
        text = raw.decode("utf-8")
        facts = read_fast(text)
        problems = problems_of(facts, rule_sets=rule_sets)
        if problems or text.count(":") != key_count(facts):
            facts = read_noting_twice(text)
            problems = problems_of(facts, rule_sets=rule_sets)
    except UnicodeDecodeError:
        raise InvalidFacts([{"path": "", "problem": "is not UTF-8"}], None) from None
    except NotJson:
        raise InvalidFacts([{"path": "", "problem": "is not JSON"}], None) from None
    if problems:
        raise InvalidFacts(problems, _id_of(facts))
    checked: Facts = facts
    return checked


def rule_set_for(
    facts: Facts, *, in_force: InForce, rule_sets: Mapping[str, RuleSet] = RULE_SETS
) -> RuleSet:
    """The set the facts name, or the one in force on the day of the meeting."""
    named = facts.get("rule_set")
    return in_force(day_of(facts["on"])) if named is None else rule_sets[named]


def invalid_case(invalid: InvalidFacts) -> InvalidCase:
    """The answer to facts that are no case: every problem, and nothing that was sent but the id."""
    return {
        "id": invalid.case_id,
        "error": {"code": "invalid_facts", "detail": invalid.problems},
    }


def _id_of(facts: object) -> str | None:
    case_id = facts.get("id") if isinstance(facts, dict) else None
    return case_id if isinstance(case_id, str) else None
