"""A stored decision beside the same facts decided again: what came out otherwise."""

import json
from collections.abc import Iterator
from typing import Literal, TypeGuard

from witnesses.rules.answers import Answer, Finding

Change = Literal["to_not_confirmed", "to_confirmed", "other_grounds"]
RuleChange = Literal["now_fails", "now_passes", "otherwise"]


def change_between(stored: Answer, again: Answer) -> Change | None:
    """How the decision made again differs from the stored one; None where it does not.

    Under one rule set the two must be equal in everything they say. Under another the figures and
    their sources differ by themselves, so outcome, route and which rules passed are compared.
    """
    if stored["outcome"] != again["outcome"]:
        return "to_confirmed" if again["outcome"] == "confirmed" else "to_not_confirmed"
    if stored["rule_set"] == again["rule_set"]:
        is_same = stored == again or stored == json.loads(json.dumps(again))
    else:
        is_same = _verdict(stored) == _verdict(again)
    return None if is_same else "other_grounds"


def rules_changed(stored: Answer, again: Answer) -> Iterator[tuple[str, RuleChange]]:
    """Each rule that came out otherwise. To be asked where the decision did."""
    before, after = _by_rule(stored), _by_rule(again)
    is_one_set = stored["rule_set"] == again["rule_set"]
    for rule in [*after, *(rule for rule in before if rule not in after)]:
        was, became = before.get(rule), after.get(rule)
        if was is None or became is None:
            yield rule, "otherwise"
        elif was["passed"] != became["passed"]:
            yield rule, "now_passes" if became["passed"] else "now_fails"
        elif is_one_set and was != json.loads(json.dumps(became)):
            yield rule, "otherwise"


def _verdict(answer: Answer) -> object:
    """What an answer says apart from figures, observations and sources."""
    passed = [(rule, finding["passed"]) for rule, finding in _by_rule(answer).items()]
    return answer["route"], answer["failed"], passed


def _by_rule(answer: Answer) -> dict[str, Finding]:
    """The findings by their rules, without what is none: a stored answer may hold anything."""
    found: object = answer["findings"]
    findings = found if isinstance(found, list) else []
    return {finding["rule"]: finding for finding in findings if _is_finding(finding)}


def _is_finding(found: object) -> TypeGuard[Finding]:
    return isinstance(found, dict) and isinstance(found.get("rule"), str) and "passed" in found
