"""Answers as ASCII JSON, quickly: what a rule set fixes is written out once and kept."""

import json
from typing import Final

from witnesses.rules.answers import Answer, Finding
from witnesses.rules.figures import RuleSet

as_json: Final = json.JSONEncoder(ensure_ascii=True).encode

# All of a finding but what was observed is fixed by rule set, rule and outcome.
_beginnings: Final[dict[tuple[RuleSet, str, bool], str]] = {}


def answer_as_json(answer: Answer, rule_set: RuleSet) -> str:
    """The same object as `as_json(answer)` writes, keys in another order.

    `rule_set` is the one the answer was made under.
    """
    findings = ", ".join([_finding(finding, rule_set) for finding in answer["findings"]])
    return (
        f'{{"id": {as_json(answer["id"])}, "rule_set": {as_json(answer["rule_set"])}, '
        f'"outcome": "{answer["outcome"]}", "route": {_scalar(answer["route"])}, '
        f'"failed": {_words(answer["failed"])}, "findings": [{findings}]}}'
    )


def _finding(finding: Finding, rule_set: RuleSet) -> str:
    key = (rule_set, finding["rule"], finding["passed"])
    beginning = _beginnings.get(key)
    if beginning is None:
        fixed = {name: value for name, value in finding.items() if name != "observed"}
        beginning = _beginnings[key] = as_json(fixed)[:-1] + ', "observed": '
    observed = finding["observed"]
    if isinstance(observed, list):
        return f"{beginning}{_words(observed)}}}"
    return f"{beginning}{_scalar(observed)}}}"


def _words(words: list[str]) -> str:
    """A list of words of our own, which need no escaping."""
    return '["' + '", "'.join(words) + '"]' if words else "[]"


def _scalar(value: object) -> str:
    return str(value) if type(value) is int else as_json(value)
