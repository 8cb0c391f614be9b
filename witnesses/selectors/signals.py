"""What fraud reviewers see: signals, and the witnessings of a pattern."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import QuerySet

from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.services import roots_of
from witnesses.exceptions import NotFound
from witnesses.models import FraudSignal, Witnessing
from witnesses.rules.signals import Pattern, Seen, Threshold, thresholds
from witnesses.selectors.patterns import (
    days_away,
    found_by_reversal,
    found_by_witnessing,
    quota_of,
    witnessings_around,
)

CLOSED_SHOWN: Final = 200
"""How many closed signals are listed, the newest."""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One witnessing of a pattern. Of another municipality's, nothing but its name and the date."""

    on: date
    municipality: Municipality
    is_own: bool
    reference: str
    is_reversed: bool
    is_as_applicant: bool


@dataclass(frozen=True, slots=True)
class SignalShown:
    """One signal as a reviewer sees it: no name and no number of anybody.

    `days` are the quota's, `chain` how many witnessings stand behind the witness, each shortly
    before the next; 0 for the other patterns.
    """

    signal: FraudSignal
    threshold: Threshold
    days: int
    at_most: int
    rows: tuple[SignalRow, ...]
    chain: int


def open_signals(*, municipality: Municipality, reviewer: StaffMember) -> list[FraudSignal]:
    """What is to be looked at, oldest first; never what the reviewer takes part in."""
    waiting = _signals_of(municipality).filter(reviewed_at__isnull=True)
    return _not_about(reviewer, waiting.order_by("opened_at", "id"))


def closed_signals(*, municipality: Municipality, reviewer: StaffMember) -> list[FraudSignal]:
    """What was looked at, the newest first."""
    closed = _signals_of(municipality).filter(reviewed_at__isnull=False)
    return _not_about(reviewer, closed.order_by("-reviewed_at", "-id")[:CLOSED_SHOWN])


def signal_shown(*, municipality: Municipality, number: int, reviewer: StaffMember) -> SignalShown:
    """One signal of a municipality, or NotFound; one about the reviewer is as absent."""
    found = _not_about(reviewer, _signals_of(municipality).filter(pk=number))
    if not found:
        raise NotFound
    signal = found[0]
    pattern: Pattern = signal.pattern  # type: ignore[assignment]
    seen, whose = _seen_in(signal, pattern)
    quota = quota_of(signal.witnessing)
    return SignalShown(
        signal=signal,
        threshold=thresholds().of(pattern),
        days=quota.days,
        at_most=quota.at_most,
        rows=_rows(seen, whose=whose, municipality=municipality),
        chain=_chain(whose, seen) if pattern == "recently_witnessed" else 0,
    )


def _signals_of(municipality: Municipality) -> QuerySet[FraudSignal]:
    return FraudSignal.objects.for_municipality(municipality).select_related(
        "witnessing", "reviewed_by"
    )


def _not_about(reviewer: StaffMember, signals: Iterable[FraudSignal]) -> list[FraudSignal]:
    """Nobody learns here that a pattern they take part in was seen."""
    taking_part = {
        signal: (signal.witness_id, signal.witnessing.witness_id, signal.witnessing.applicant_id)
        for signal in signals
    }
    roots = roots_of({reviewer.person_id, *(pk for ids in taking_part.values() for pk in ids)})
    own = roots[reviewer.person_id]
    return [signal for signal, ids in taking_part.items() if own not in {roots[pk] for pk in ids}]


def _seen_in(signal: FraudSignal, pattern: Pattern) -> tuple[tuple[Seen, ...], int]:
    """The witnessings of the pattern as it stood when it was seen, and whose it is.

    Where persons were linked since, so that it would look otherwise now, the newest one alone.
    """
    new, as_of = signal.witnessing, signal.opened_at
    roots = roots_of((new.witness_id, new.applicant_id))
    witness, applicant = roots[new.witness_id], roots[new.applicant_id]
    if pattern == "reversals":
        found = found_by_reversal(new, witness=witness, as_of=as_of)
    else:
        found = found_by_witnessing(new, witness=witness, applicant=applicant, as_of=as_of)
    for one in found:
        if one.pattern == pattern:
            return one.seen, one.witness
    return (Seen(new.pk, witness, applicant, new.on_date, new.municipality_id),), witness


def _rows(seen: Iterable[Seen], *, whose: int, municipality: Municipality) -> tuple[SignalRow, ...]:
    seen = tuple(seen)
    places = Municipality.objects.in_bulk({one.municipality for one in seen})
    own = (
        Witnessing.objects.for_municipality(municipality)
        .filter(pk__in=[one.id for one in seen])
        .values_list("id", "proofing__reference", "reversal")
    )
    known = {pk: (reference, reversal is not None) for pk, reference, reversal in own}
    return tuple(
        SignalRow(
            on=one.on,
            municipality=places[one.municipality],
            is_own=one.id in known,
            reference=known.get(one.id, ("", False))[0],
            is_reversed=known.get(one.id, ("", False))[1],
            is_as_applicant=one.id in known and one.applicant == whose,
        )
        for one in seen
    )


def _chain(witness: int, seen: Iterable[Seen]) -> int:
    """How many witnessings stand behind the witness, each shortly before the next one.

    A person in the chain is followed back from the last day on which they were a witness in it.
    """
    less_than = timedelta(days=thresholds().recently_witnessed.figure)
    level = {witness: max(one.on for one in seen if one.witness == witness)}
    counted: set[int] = set()
    length = 0
    while level:
        first, last = days_away(min(level.values()), -less_than), max(level.values())
        before = [
            one
            for one in witnessings_around(list(level), first=first, last=last)
            if one.applicant in level
            and timedelta(0) <= level[one.applicant] - one.on < less_than
            and one.id not in counted
        ]
        counted |= {one.id for one in before}
        length += bool(before)
        level = {}
        for one in before:
            level[one.witness] = max(one.on, level.get(one.witness, one.on))
    return length
