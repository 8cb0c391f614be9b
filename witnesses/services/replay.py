"""Stored decisions decided again from their sealed facts: the proof that the archive is whole.

Nothing a person is known by leaves this module: counts, and the references of cases on request.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Municipality
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import SealBroken, open_data_key
from witnesses.models import IdentityProofing
from witnesses.rules.answers import Answer, Route
from witnesses.rules.engine import decide
from witnesses.rules.facts import Facts
from witnesses.rules.figures import RuleSet
from witnesses.rules.replay import Change, RuleChange, change_between, rules_changed
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.validity import problems_of
from witnesses.selectors import decision_facts

Unreadable = Literal[
    "key_destroyed", "key_missing", "seal_broken", "facts_do_not_fit", "set_unknown"
]
Tell = Callable[[int], None]

CHANGES: Final[tuple[Change, ...]] = ("to_not_confirmed", "to_confirmed", "other_grounds")
ROUTES: Final[Mapping[str, Route]] = {"questions": "questions", "witness": "witness"}
_LAWFUL: Final = "key_destroyed"
_BATCH: Final = 500
_NEEDED: Final = (
    "municipality_id", "reference", "rule_set", "outcome", "route", "failed", "findings",
    "facts_sealed", "decided_on", "data_key__wrapped", "data_key__key_version",
)  # fmt: skip


@dataclass(slots=True)
class Report:
    """What a replay found. `broken` counts decisions that their own facts and rules do not give.

    `municipalities` counts by code the decisions, their changes, and those `not_readable`.
    """

    first: date
    last: date
    rule_set: str | None
    decisions: int = 0
    same: int = 0
    broken: int = 0
    changes: Counter[Change] = field(default_factory=Counter)
    unreadable: Counter[Unreadable] = field(default_factory=Counter)
    rules: dict[str, Counter[RuleChange]] = field(default_factory=dict)
    municipalities: dict[str, Counter[str]] = field(default_factory=dict)
    cases: list[tuple[str, Change | Unreadable]] = field(default_factory=list)


def replay_decisions(
    *,
    first: date,
    last: date,
    under: RuleSet | None,
    now: datetime,
    lists_cases: bool = False,
    tell: Tell = lambda _done: None,
) -> Report:
    """Decide again every decision about a meeting in the span, both days included, and compare.

    Each under its own rule set, or all `under` one. Reads in small pieces, so memory stays flat but
    for `cases`, filled only with `lists_cases`. `tell` hears how many are done.
    """
    report = Report(first, last, under.id if under else None)
    codes = dict(Municipality.objects.values_list("pk", "code"))
    for case in _decided(first, last):
        found = _look_at(case, under, report)
        report.decisions += 1
        place = report.municipalities.setdefault(codes[case.municipality_id], Counter())
        place["decisions"] += 1
        if found is None:
            report.same += 1
        else:
            place[found if found in CHANGES else "not_readable"] += 1
            if lists_cases:
                report.cases.append((case.reference, found))
        tell(report.decisions)
    _note(report, now)
    return report


def decisions_in(first: date, last: date) -> int:
    """How many decisions there are about meetings in the span, both days included."""
    return IdentityProofing.unscoped.filter(
        state=IdentityProofing.State.DECIDED, decided_on__range=(first, last)
    ).count()


def _decided(first: date, last: date) -> Iterator[IdentityProofing]:
    """By primary key, a batch a statement: no cursor stays open while a year is decided again."""
    rows = (
        IdentityProofing.unscoped.filter(
            state=IdentityProofing.State.DECIDED, decided_on__range=(first, last)
        )
        .select_related("data_key")
        .only(*_NEEDED)
        .order_by("pk")
    )
    reached = 0
    while batch := list(rows.filter(pk__gt=reached)[:_BATCH]):
        yield from batch
        reached = batch[-1].pk


def _look_at(
    case: IdentityProofing, under: RuleSet | None, report: Report
) -> Change | Unreadable | None:
    """What became of one decision, counted in the report; None where it came out the same."""
    rules = under or RULE_SETS.get(case.rule_set)
    facts = _facts_of(case) if rules else "set_unknown"
    if rules is None or isinstance(facts, str):
        why = facts if isinstance(facts, str) else "set_unknown"
        report.unreadable[why] += 1
        report.broken += why != _LAWFUL
        return why
    stored, again = _stored(case), decide(facts, rules)
    change = change_between(stored, again)
    if change:
        report.changes[change] += 1
        report.broken += rules.id == case.rule_set
        for rule, how in rules_changed(stored, again):
            report.rules.setdefault(rule, Counter())[how] += 1
    return change


def _facts_of(case: IdentityProofing) -> Facts | Unreadable:
    """The facts a decision was made on, or why they cannot be used."""
    try:
        key = open_data_key(case.data_key)
        if key is None:
            return "key_destroyed"
        facts = decision_facts(case, key)
    except KeyUnavailable:
        return "key_missing"
    except SealBroken:
        return "seal_broken"
    except ValueError:
        return "facts_do_not_fit"
    if facts is None or problems_of(facts, rule_sets=[case.rule_set]):
        return "facts_do_not_fit"
    on = case.decided_on.isoformat() if case.decided_on else ""
    told = (facts.get("id"), facts["on"], facts.get("rule_set"))
    return facts if told == (case.reference, on, case.rule_set) else "facts_do_not_fit"


def _stored(case: IdentityProofing) -> Answer:
    """The answer as the row has it, whatever was written there."""
    return {
        "id": case.reference,
        "rule_set": case.rule_set,
        "outcome": "confirmed" if case.outcome == case.Outcome.CONFIRMED else "not_confirmed",
        "route": ROUTES.get(case.route),
        "failed": case.failed,
        "findings": case.findings,
    }


def _note(report: Report, now: datetime) -> None:
    """Opening sealed facts is written down, like every reading of a case."""
    record(
        Event.DECISIONS_REPLAYED,
        actor="command",
        subject=f"decisions:{report.first}/{report.last}",
        municipality=None,
        at=now,
        facts={
            "rule_set": report.rule_set,
            "decisions": report.decisions,
            "same": report.same,
            "broken": report.broken,
        },
    )
