"""May this person be the witness on the day of the visit? The engine's rules, asked ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from witnesses.rules.answers import (
    WITNESS_DOCUMENTS,
    WITNESS_MITID_BROUGHT,
    WITNESS_MITID_HELD,
)
from witnesses.rules.dates import day_of
from witnesses.rules.facts import DEFAULT_PERSON, Witness
from witnesses.rules.figures import RuleSet
from witnesses.rules.quota import eligible_from
from witnesses.rules.witness import examine, first_day_held

FARTHEST: Final = timedelta(days=366)
"""Who may act only later than this is told no: nobody waits for a witness so long."""
AT_THE_DESK: Final = frozenset({WITNESS_MITID_BROUGHT})
"""What only the clerk can see: the MitID in the hand."""

RuleSetOn = Callable[[date], RuleSet]


class Verdict(StrEnum):
    """What a witness is told before the visit. `NOT_YET`: only with other papers."""

    MAY = "may"
    NOT_YET = "not_yet"
    MAY_FROM = "may_from"
    MAY_NOT = "may_not"


@dataclass(frozen=True, slots=True)
class Precheck:
    """The answer for the day of the visit: from which day at the earliest, and which rules said no.

    `is_mitid_unknown`: how long they have had MitID is for the desk to establish.
    """

    verdict: Verdict
    from_day: date | None
    failed: tuple[str, ...]
    is_mitid_unknown: bool


def precheck(witness: Witness, *, on: date, rule_set_on: RuleSetOn) -> Precheck:
    """Look at every rule one can look at before the visit on `on`, with the rules of that day.

    Reading: what is not known beforehand is not held against anybody; the desk looks at everything.
    Papers can be changed for others: they alone make nobody one who may not, or may only later.
    """
    failed = _failed(witness, on, rule_set_on(on))
    unknown = witness.get("mitid_since") is None
    if not failed:
        return Precheck(Verdict.MAY, on, (), unknown)
    if failed == (WITNESS_DOCUMENTS,):
        return Precheck(Verdict.NOT_YET, on, failed, unknown)
    witness = {**witness, "documents": []}
    days = sorted(day for day in _turning_days(witness, on, rule_set_on(on)) if day > on)
    for day in days:
        if day - on <= FARTHEST and not _failed(witness, day, rule_set_on(day)):
            return Precheck(Verdict.MAY_FROM, day, failed, unknown)
    return Precheck(Verdict.MAY_NOT, None, failed, unknown)


def latest_birth(day: date, years: int) -> date:
    """The last day on which somebody can have been born who is so many years old on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def _failed(witness: Witness, on: date, rule_set: RuleSet) -> tuple[str, ...]:
    findings = examine(witness, on=on, applicant=DEFAULT_PERSON, rule_set=rule_set)
    left_out = set(AT_THE_DESK)
    if witness.get("mitid_since") is None:
        left_out.add(WITNESS_MITID_HELD)
    if not witness.get("documents"):
        left_out.add(WITNESS_DOCUMENTS)
    return tuple(
        finding["rule"]
        for finding in findings
        if not finding["passed"] and finding["rule"] not in left_out
    )


def _turning_days(witness: Witness, on: date, rule_set: RuleSet) -> list[date]:
    """The days on which one of the rules turns: of age, MitID old enough, free again.

    A later day must satisfy all of them, so the last of them is tried too as free from there on.
    """
    since = witness.get("mitid_since")
    turns = [
        _birthday(day_of(witness["birth_date"]), rule_set.witness_minimum_age.years),
        first_day_held(day_of(since), rule_set.witness_mitid_held) if since else None,
    ]
    days = [on, *(day for day in turns if day)]
    history = witness.get("earlier_witnessings", ())
    free = [
        eligible_from(history, on=day, person=None, quota=rule_set.witness_quota) for day in days
    ]
    return [*days, *(day for day in free if day)]


def _birthday(born: date, years: int) -> date | None:
    """The day somebody turns so many years; born on 29 February, on 1 March in other years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        in_range = born.year + years <= date.max.year
        return date(born.year + years, 3, 1) if in_range else None
