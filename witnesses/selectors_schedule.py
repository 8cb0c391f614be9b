"""The schedule of rule sets as its stewards see it: past, now and coming, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from witnesses.exceptions import NotFound
from witnesses.models import RuleSetInForce, RuleSetProposal

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
    rows = RuleSetInForce.objects.select_related("proposed_by", "approved_by")
    by_day = {row.in_force_from: row for row in rows.order_by("in_force_from", "id")}
    days = list(by_day)
    spans = zip(days, [*days[1:], None], strict=True)
    return [_scheduled(by_day[day], until, today) for day, until in spans][::-1]


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
