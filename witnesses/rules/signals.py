"""Patterns in the ledger that a fraud reviewer should look at. They refuse nobody.

Facts in, patterns out. Persons are named by who they turned out to be. A pattern is told where a
new witnessing completes it, and looked for both ways in time, since one may be recorded late.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from witnesses.rules.dates import months_back
from witnesses.rules.facts import EarlierWitnessing
from witnesses.rules.figures import LANGUAGES, Language, Quota
from witnesses.rules.quota import eligible_from
from witnesses.rules.tables import Table

Pattern = Literal[
    "several_municipalities", "each_other", "recently_witnessed", "at_the_limit", "reversals"
]
FILE: Final = Path(__file__).with_name("signals.toml")
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on a pattern is shown: the figure, where it comes from, and how we read it."""

    figure: int
    cited: Mapping[Language, str]
    reading: str

    def source(self, language: Language) -> str:
        """Title and date of what the figure was taken from."""
        return self.cited[language]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The published figures, one of each pattern."""

    several_municipalities: Threshold
    each_other: Threshold
    recently_witnessed: Threshold
    at_the_limit: Threshold
    reversals: Threshold

    def of(self, pattern: Pattern) -> Threshold:
        threshold: Threshold = getattr(self, pattern)
        return threshold


@dataclass(frozen=True, slots=True)
class Seen:
    """One witnessing as the patterns look at it; `reversed_on` where it no longer counts."""

    id: int
    witness: int
    applicant: int
    on: date
    municipality: int
    reversed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern, whose it is, and the witnessings that make it, oldest first."""

    pattern: Pattern
    witness: int
    seen: tuple[Seen, ...]

    @property
    def municipalities(self) -> tuple[int, ...]:
        """Everywhere the pattern touches."""
        return tuple(dict.fromkeys(one.municipality for one in self.seen))


@cache
def thresholds(path: Path = FILE) -> Thresholds:
    """The figures as published. Raises RuleSetUnreadable where the file is not whole."""
    top = Table(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    sources = top.table("sources")
    cited = {key: _cited(sources.table(key)) for key in sources.keys()}  # noqa: SIM118
    figures = {
        "several_municipalities": "municipalities",
        "each_other": "months",
        "recently_witnessed": "less_than_days",
        "at_the_limit": "within_days",
        "reversals": "at_least",
    }
    read = Thresholds(
        **{name: _threshold(top.table(name), figure, cited) for name, figure in figures.items()}
    )
    top.finish()
    return read


def patterns(new: Seen, around: Iterable[Seen], *, quota: Quota) -> list[Found]:
    """Every pattern that a new witnessing completes.

    `around` holds the witnessings in which its witness or its applicant took part, in either role;
    whether the new one is among them makes no difference. `quota` is that of its day.
    """
    others = [one for one in around if one.id != new.id]
    looks: tuple[Callable[[Seen, Sequence[Seen], Quota], list[Found]], ...] = (
        _several_municipalities,
        _each_other,
        _recently_witnessed,
        _at_the_limit,
    )
    return [found for look in looks for found in look(new, others, quota)]


def reversal_patterns(reversed_now: Seen, around: Iterable[Seen], *, quota: Quota) -> list[Found]:
    """The pattern that a reversal completes: several of one witness within the quota's days."""
    day = reversed_now.reversed_on
    if day is None:
        raise ValueError("not reversed")
    near = [
        one
        for one in around
        if one.witness == reversed_now.witness
        and one.id != reversed_now.id
        and one.reversed_on is not None
        and abs((one.reversed_on - day).days) <= quota.days
    ]
    if len(near) + 1 < thresholds().reversals.figure:
        return []
    return [Found("reversals", reversed_now.witness, _in_order([*near, reversed_now]))]


def longest_look(quota: Quota) -> timedelta:
    """How far from a witnessing another can be and still make a pattern with it, or more."""
    months, days = thresholds().each_other.figure, thresholds().recently_witnessed.figure
    return timedelta(days=max(31 * months, days, 2 * quota.days + 1 + _grace()))


def _grace() -> int:
    return thresholds().at_the_limit.figure


def _several_municipalities(new: Seen, others: Sequence[Seen], quota: Quota) -> list[Found]:
    near = [
        one
        for one in others
        if one.witness == new.witness and abs((one.on - new.on).days) <= quota.days
    ]
    places = {one.municipality for one in (*near, new)}
    if len(places) < thresholds().several_municipalities.figure:
        return []
    return [Found("several_municipalities", new.witness, _in_order([*near, new]))]


def _each_other(new: Seen, others: Sequence[Seen], quota: Quota) -> list[Found]:
    months = thresholds().each_other.figure
    back = [
        one
        for one in others
        if (one.witness, one.applicant) == (new.applicant, new.witness)
        and months_back(max(one.on, new.on), months) <= min(one.on, new.on)
    ]
    return [Found("each_other", new.witness, _in_order([*back, new]))] if back else []


def _recently_witnessed(new: Seen, others: Sequence[Seen], quota: Quota) -> list[Found]:
    """The new witness was witnessed shortly before; or, recorded late, the new applicant was."""
    less_than = thresholds().recently_witnessed.figure
    before = [
        one
        for one in others
        if one.applicant == new.witness and 0 <= (new.on - one.on).days < less_than
    ]
    after = [
        one
        for one in others
        if one.witness == new.applicant and 0 <= (one.on - new.on).days < less_than
    ]
    if not before and not after:
        return []
    whose = new.witness if before else new.applicant
    return [Found("recently_witnessed", whose, _in_order([*before, new, *after]))]


def _at_the_limit(new: Seen, others: Sequence[Seen], quota: Quota) -> list[Found]:
    """The new one is the next after the limit; or, recorded late, one of those that reached it."""
    uses = _in_order(
        one for one in others if one.witness == new.witness and one.reversed_on is None
    )
    # On one day the new one comes last: it was not there when the others were decided.
    before = [one for one in uses if one.on <= new.on]
    if spent := _spent_before(new, before, quota):
        return [Found("at_the_limit", new.witness, _in_order([*spent, new]))]
    for place, later in enumerate(uses):
        spent = _spent_before(later, _in_order([*uses[:place], new]), quota)
        if new in spent and not _spent_before(later, uses[:place], quota):
            return [Found("at_the_limit", new.witness, _in_order([*spent, later]))]
    return []


def _spent_before(next_use: Seen, before: Sequence[Seen], quota: Quota) -> Sequence[Seen]:
    """The uses that reached the limit, where the next one came as soon as it was free again."""
    if len(before) < quota.at_most or not before:
        return ()
    last = before[-1].on
    history: list[EarlierWitnessing] = [
        {"on": one.on.isoformat(), "person": str(one.applicant)} for one in before
    ]
    free = eligible_from(history, on=last, person=None, quota=quota)
    if free is None or free == last or not 0 <= (next_use.on - free).days <= _grace():
        return ()
    return [one for one in before if (last - one.on).days <= quota.days]


def _in_order(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    return tuple(sorted(seen, key=lambda one: (one.on, one.id)))


def _cited(table: Table) -> Mapping[Language, str]:
    title, dated = table.table("title"), table.text("dated")
    if not _DATED.fullmatch(dated):
        raise table.wrong("dated", "must be a day")
    cited = {language: f"{title.text(language)} ({dated})" for language in LANGUAGES}
    title.finish()
    table.finish()
    return MappingProxyType(cited)


def _threshold(table: Table, figure: str, cited: Mapping[str, Mapping[Language, str]]) -> Threshold:
    source = table.text("source")
    if source not in cited:
        raise table.wrong("source", "is none of the file's sources")
    threshold = Threshold(table.number(figure), cited[source], table.text("reading"))
    table.finish()
    return threshold
