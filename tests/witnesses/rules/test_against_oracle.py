"""Random cases: the product and the second implementation never disagree."""

import json
from datetime import date

from tests.witnesses.rules import oracle
from tests.witnesses.rules.builders import by_default, decided
from tests.witnesses.rules.random_cases import (
    EDGE_DAYS,
    FULL,
    RULE_SETS,
    facts,
    generator,
    history,
    maybe,
    moved,
    spoiled,
)
from witnesses.rules import dates
from witnesses.rules.engine import decide
from witnesses.rules.lines import answer_line, rule_set_for
from witnesses.rules.quota import eligible_from, highest_count
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.witness import days_held

DECISIONS = 100_000 if FULL else 5_000
SPOILED = 100_000 if FULL else 5_000
DATE_PAIRS = 200_000 if FULL else 5_000
HISTORIES = 5_000 if FULL else 150


def without_sources(answer):
    """The answer as the oracle gives it; every source must be a text."""
    findings = []
    for finding in answer["findings"]:
        assert set(finding) == {"rule", "passed", "required", "observed", "source"}
        assert isinstance(finding["source"], str)
        assert finding["source"]
        findings.append({key: value for key, value in finding.items() if key != "source"})
    return {**answer, "findings": findings}


def same(one, other):
    """Equal, and equal in type: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_random_cases_are_decided_as_the_oracle_decides_them():
    rng = generator()
    outcomes = {"confirmed": 0, "not_confirmed": 0}
    for number in range(DECISIONS):
        case = facts(rng)
        line = json.dumps(case).encode()
        text, is_case = answer_line(line, in_force=by_default)
        assert is_case
        assert text.isascii()
        answer = decide(case, rule_set_for(case, in_force=by_default))
        assert same(without_sources(answer), oracle.decide(case)), (number, case)
        assert same(json.loads(text), answer), (number, case)
        outcomes[answer["outcome"]] += 1
    assert min(outcomes.values()) > DECISIONS // 20, outcomes  # the generator reaches both


def test_spoiled_lines_are_refused_at_the_paths_the_oracle_finds():
    rng = generator(1)
    refused = 0
    for number in range(SPOILED):
        line = spoiled(rng, facts(rng))
        value, paths = oracle.read(line)
        answer = decided(line, in_force=by_default)
        if not paths:
            assert same(without_sources(answer), oracle.decide(value)), (number, line)
            continue
        refused += 1
        detail = answer["error"]["detail"]
        assert {entry["path"] for entry in detail} == paths, (number, line)
        assert all(set(entry) == {"path", "problem"} and entry["problem"] for entry in detail)
        sent = value.get("id") if isinstance(value, dict) else None
        assert answer["id"] == (sent if isinstance(sent, str) else None), (number, line)
    assert refused > SPOILED // 2


def test_random_pairs_of_days_give_the_ages_and_days_the_oracle_counts():
    rng = generator(2)
    for _ in range(DATE_PAIRS):
        one, other = (
            date.fromisoformat(rng.choice(EDGE_DAYS))
            if maybe(rng, 0.2)
            else date.fromordinal(rng.randint(1, date.max.toordinal()))
            for _ in "ab"
        )
        if maybe(rng, 0.5):
            other = moved(one, rng.choice([-1, 0, 1]) + 365 * rng.randint(-40, 40))
        born, on = one.isoformat(), other.isoformat()
        assert dates.full_years(one, other) == oracle.age(born, on), (born, on)
        assert days_held(one, other) == oracle.number_of(on) - oracle.number_of(born), (born, on)
        back = dates.months_back(other, 3)
        earlier = oracle.split(back.isoformat()) >= oracle.three_months_back(on)
        assert earlier, on
        assert back == date.min or oracle.split(back.isoformat()) == oracle.three_months_back(on)


def test_a_witness_is_free_from_the_day_the_oracle_walks_to():
    rng = generator(3)
    for _ in range(HISTORIES):
        on = moved(date(2026, 4, 15), rng.randint(-5, 5))
        past, quota = history(rng, on), rule_set(rng.choice(RULE_SETS)).witness_quota
        person = rng.choice(["a", "b", "z"])
        day = eligible_from(past, on=on, person=person, quota=quota)
        assert day == oracle.free_from(past, on.isoformat(), person, quota.unit), past
        assert highest_count(past, on=day, person=person, quota=quota) <= quota.at_most
