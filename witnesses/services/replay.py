"""Stored decisions decided again from their sealed facts: the proof that the archive is whole.

Nothing a person is known by leaves this module: counts, and the references of cases on request.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from django.db.models import QuerySet

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import SealBroken, open_data_key
from witnesses.models import IdentityProofing
from witnesses.rules.answers import Answer
from witnesses.rules.engine import decide
from witnesses.rules.facts import Facts
from witnesses.rules.figures import RuleSet
from witnesses.rules.replay import Change, RuleChange, change_between, rules_changed
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.validity import problems_of
from witnesses.selectors.cases import decision_facts, stored_answer

Unreadable = Literal[
    "key_destroyed", "key_missing", "seal_broken", "facts_do_not_fit", "set_unknown"
]
Tell = Callable[[int], None]

CHANGES: Final[tuple[Change, ...]] = ("to_not_confirmed", "to_confirmed", "other_grounds")
_LAWFUL: Final = "key_destroyed"
_BATCH: Final = 500
_NEEDED: Final = (
    "municipality_id", "reference", "rule_set", "outcome", "route", "failed", "findings",
    "facts_sealed", "decided_on", "data_key__wrapped", "data_key__key_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Again:
    """A decision as it is stored, and the `answer` that its facts give now.

    Without an answer `unreadable` says why there is none. `change` is None where both are the same.
    """

    stored: Answer
    facts: Facts | None = None
    answer: Answer | None = None
    change: Change | None = None
    unreadable: Unreadable | None = None

    @property
    def is_broken(self) -> bool:
        """Whether facts or rules of its own do not give the decision, or cannot be used."""
        if self.answer is None:
            return self.unreadable != _LAWFUL
        return self.change is not None and self.answer["rule_set"] == self.stored["rule_set"]


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
    _replay(_decided(first, last), under, report, codes, lists_cases=lists_cases, tell=tell)
    _note(report, actor="command", municipality=None, now=now)
    return report


def replay_municipality(
    *,
    municipality: Municipality,
    staff: StaffMember,
    first: date,
    last: date,
    under: RuleSet | None,
    now: datetime,
    at_most: int,
) -> Report:
    """The same for one municipality, asked by a member of its staff: the newest, so many."""
    report = Report(first, last, under.id if under else None)
    newest = _in_span(IdentityProofing.objects.for_municipality(municipality), first, last)
    cases = newest.order_by("-decided_on", "-pk")[:at_most]
    _replay(cases, under, report, {municipality.pk: municipality.code}, lists_cases=True)
    _note(report, actor=staff.actor, municipality=municipality, now=now)
    return report


def _replay(
    cases: Iterable[IdentityProofing],
    under: RuleSet | None,
    report: Report,
    codes: Mapping[int, str],
    *,
    lists_cases: bool,
    tell: Tell = lambda _done: None,
) -> None:
    """Look at each case; the report counts what was found."""
    for case in cases:
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


def decisions_in(first: date, last: date) -> int:
    """How many decisions there are about meetings in the span, both days included."""
    return _in_span(IdentityProofing.unscoped.all(), first, last).count()


def _decided(first: date, last: date) -> Iterator[IdentityProofing]:
    """By primary key, a batch a statement: no cursor stays open while a year is decided again."""
    rows = _in_span(IdentityProofing.unscoped.all(), first, last).order_by("pk")
    reached = 0
    while batch := list(rows.filter(pk__gt=reached)[:_BATCH]):
        yield from batch
        reached = batch[-1].pk


def _in_span(
    cases: QuerySet[IdentityProofing], first: date, last: date
) -> QuerySet[IdentityProofing]:
    """Those decided about meetings in the span, with what is needed to decide them again."""
    decided = cases.filter(state=IdentityProofing.State.DECIDED, decided_on__range=(first, last))
    return decided.select_related("data_key").only(*_NEEDED)


def decide_again(case: IdentityProofing, *, under: RuleSet | None = None) -> Again:
    """Decide a decided case again from its facts, under its own rule set or `under` another.

    Whoever asks writes the reading down.
    """
    stored, rules = stored_answer(case), under or RULE_SETS.get(case.rule_set)
    if rules is None:
        return Again(stored, unreadable="set_unknown")
    facts = _facts_of(case)
    if isinstance(facts, str):
        return Again(stored, unreadable=facts)
    answer = decide(facts, rules)
    return Again(stored, facts, answer, change_between(stored, answer))


def _look_at(
    case: IdentityProofing, under: RuleSet | None, report: Report
) -> Change | Unreadable | None:
    """What became of one decision, counted in the report; None where it came out the same."""
    again = decide_again(case, under=under)
    report.broken += again.is_broken
    if again.unreadable:
        report.unreadable[again.unreadable] += 1
    elif again.change and again.answer:
        report.changes[again.change] += 1
        for rule, how in rules_changed(again.stored, again.answer):
            report.rules.setdefault(rule, Counter())[how] += 1
    return again.unreadable or again.change


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


def _note(report: Report, *, actor: str, municipality: Municipality | None, now: datetime) -> None:
    """Opening sealed facts is written down, like every reading of a case."""
    record(
        Event.DECISIONS_REPLAYED,
        actor=actor,
        subject=f"decisions:{report.first}/{report.last}",
        municipality=municipality,
        at=now,
        facts={
            "rule_set": report.rule_set,
            "decisions": report.decisions,
            "same": report.same,
            "broken": report.broken,
        },
    )
