"""The worked cases of the contract, and the lines it calls invalid."""

import json

import pytest

from tests.witnesses.rules.builders import by_default, decided, lines_of
from tests.witnesses.rules.oracle import decide as oracle_decide
from tests.witnesses.rules.oracle import read as oracle_read

WORKED = lines_of("decisions.jsonl")
INVALID = lines_of("invalid.jsonl")


def facts_of(worked):
    return {key: value for key, value in worked.items() if key not in ("why", "expect")}


@pytest.mark.parametrize("worked", WORKED, ids=lambda worked: f"{worked['id']} {worked['why']}")
def test_a_worked_case_comes_out_as_the_contract_says(worked):
    answer = decided(json.dumps(facts_of(worked)).encode(), in_force=by_default)
    assert {key: answer[key] for key in ("outcome", "route", "failed")} == worked["expect"]
    assert set(answer) == {"id", "rule_set", "outcome", "route", "failed", "findings"}


@pytest.mark.parametrize("invalid", INVALID, ids=lambda invalid: invalid["line"][:60] or "blank")
def test_an_invalid_line_names_the_paths_the_contract_names(invalid):
    answer = decided(invalid["line"].encode(), in_force=by_default)
    assert {entry["path"] for entry in answer["error"]["detail"]} == set(invalid["paths"])
    assert answer["error"]["code"] == "invalid_facts"
    assert set(answer) == {"id", "error"}


def test_the_oracle_agrees_with_the_contract_too():
    for worked in WORKED:
        answer = oracle_decide(facts_of(worked))
        assert {key: answer[key] for key in ("outcome", "route", "failed")} == worked["expect"]
    for invalid in INVALID:
        assert oracle_read(invalid["line"].encode())[1] == set(invalid["paths"])
