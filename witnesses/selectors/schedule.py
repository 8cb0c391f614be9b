"""The schedule of rule sets as its stewards see it: past, now and coming, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import QuerySet

from witnesses.exceptions import NotFound
from witnesses.models import RuleSetInForce, RuleSetProposal
from witnesses.rules.figures import RuleSet
from witnesses.rules.rule_sets import RULE_SETS

When = Literal["past", "now", "coming"]


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One rule set in force from a day up to and with another.

    `first` None: from the beginning; `last` None: until another is scheduled.
    """

    row: RuleSetInForce
    first: date | None
    last: date | None
    when: When


def schedule_on(today: date) -> list[Scheduled]:
    """Every rule set that was, is or will be in force, the one that begins last first.

    Of several rows for one day only the one added last is told: the others never decided.
    """
    by_day = _by_day(RuleSetInForce.objects.select_related("proposed_by", "approved_by"))
    days = list(by_day)
    spans = zip(days, [*days[1:], None], strict=True)
    return [_scheduled(by_day[day], until, today) for day, until in spans][::-1]


def rows_unlike_their_set() -> list[RuleSetInForce]:
    """The rows that count but hold other figures than their rule set, or name one not known here.

    The guards in the database read the row, everything else the rule set: here they part.
    """
    return [
        row
        for row in _by_day(RuleSetInForce.objects.all()).values()
        if row.rule_set not in RULE_SETS
        or any(
            getattr(row, name) != figure
            for name, figure in figures_for_guards(RULE_SETS[row.rule_set]).items()
        )
    ]


def figures_for_guards(rules: RuleSet) -> dict[str, Any]:
    """What a row of the schedule holds of a rule set, for the guards in the database to read."""
    return {
        "quota_at_most": rules.witness_quota.at_most,
        "quota_days": rules.witness_quota.days,
        "quota_unit": rules.witness_quota.unit,
        "reversals_at_most": rules.witness_reversals.at_most,
    }


def _by_day(rows: QuerySet[RuleSetInForce]) -> dict[date, RuleSetInForce]:
    return {row.in_force_from: row for row in rows.order_by("in_force_from", "id")}


def _scheduled(row: RuleSetInForce, until: date | None, today: date) -> Scheduled:
    when: When = "now"
    if row.in_force_from > today:
        when = "coming"
    elif until is not None and until <= today:
        when = "past"
    return Scheduled(
        row=row,
        first=None if row.in_force_from == date.min else row.in_force_from,
        last=until - timedelta(days=1) if until else None,
        when=when,
    )


def rule_sets_proposed() -> Sequence[RuleSetProposal]:
    """What waits for an answer, oldest first."""
    return list(
        RuleSetProposal.objects.select_related("proposed_by")
        .filter(answered_at=None)
        .order_by("proposed_at", "id")
    )


def get_rule_set_proposal(number: int) -> RuleSetProposal:
    """A proposal, answered or not. Raises NotFound."""
    related = RuleSetProposal.objects.select_related("proposed_by", "answered_by")
    proposal = related.filter(pk=number).first()
    if proposal is None:
        raise NotFound
    return proposal
