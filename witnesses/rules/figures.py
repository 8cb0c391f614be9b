"""What a rule set holds: figures and lists, each with its source and that one's date.

The figures themselves stand in `sets/*.toml`, one file a set, to be read by a lawyer.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Language = Literal["da", "en"]
Compare = Literal["at_least", "more_than"]
Unit = Literal["witnessings", "persons"]
CprNeed = Literal["never", "if_wanted", "always"]

LANGUAGES: Final[tuple[Language, ...]] = ("da", "en")


@dataclass(frozen=True, slots=True)
class Source:
    """A published page, and when it was published as far as that is known.

    `dated` is a year, month or day (2022, 2021-10, 2021-10-04), or two of them (2021/2023) between
    which an undated copy lies. `cited` is the one line that stands in findings and letters.
    """

    title: str
    publisher: str
    dated: str
    url: str
    cited: str

    @property
    def between(self) -> tuple[date, date]:
        """The first and the last day on which it can have been published."""
        return _days_of(self.dated)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure or list of the published rules: where it stands, and how we read it."""

    source: Source
    reading: str
    reading_da: str

    def read_in(self, language: Language) -> str:
        """How we read it, in a language; in English where the file says it in no other."""
        return (self.reading_da if language == "da" else "") or self.reading


@dataclass(frozen=True, slots=True)
class MinimumAge(Figure):
    """Full years on the local day of the meeting."""

    years: int


@dataclass(frozen=True, slots=True)
class MitidHeld(Figure):
    """Whole local days a witness must have had a MitID (karens)."""

    days: int
    compare: Compare


@dataclass(frozen=True, slots=True)
class Quota(Figure):
    """How often one person may witness within so many days (kvote)."""

    at_most: int
    unit: Unit
    days: int


@dataclass(frozen=True, slots=True)
class Reversals(Figure):
    """How many of a witness's witnessings may be reversed within the quota's days.

    The schedule carries it to the guard in the database; no decision looks at it.
    """

    at_most: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A kind of document: its types, who issued it, and what it must show.

    `issuers` None means any. `excepted` are issuers left out of that.
    """

    types: tuple[str, ...]
    issuers: tuple[str, ...] | None
    excepted: tuple[str, ...]
    shows_photo: bool
    shows_cpr: bool


@dataclass(frozen=True, slots=True)
class TwoPapers:
    """Two papers of different types, one of the core types, one showing the CPR number."""

    types: tuple[str, ...]
    core: tuple[str, ...]
    issuers: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Way:
    """One way to suffice: a document, where asked another beside it, where asked the CPR number.

    `cpr` says whether some usable document must show the CPR number: that one or any other.
    With `papers`, the two papers alone are the way.
    """

    name: str
    document: tuple[Clause, ...]
    another: tuple[Clause, ...]
    cpr: CprNeed
    papers: TwoPapers | None


@dataclass(frozen=True, slots=True)
class Criterion(Figure):
    """Which documents suffice: any one of the ways. `name` is what answers call it."""

    name: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Recent(Figure):
    """Papers that must be at most so many calendar months old, and say when they were issued."""

    types: tuple[str, ...]
    months: int


@dataclass(frozen=True, slots=True)
class Usable(Figure):
    """Which documents count at all: never these types, as an app only those."""

    never: tuple[str, ...]
    as_app: tuple[Clause, ...]
    recent: Recent


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """One published set of rules, whole. Which one is in force when is not known here.

    Two are the same only when they are one object, so a set is cheap to keep things by.
    """

    id: str
    title: Mapping[Language, str]
    source: Source
    usable: Usable
    applicant_minimum_age: MinimumAge
    applicant_documents: Criterion
    applicant_proof: Figure
    witness_minimum_age: MinimumAge
    witness_mitid_held: MitidHeld
    witness_mitid_brought: Figure
    witness_documents: Criterion
    witness_independent: Figure
    witness_quota: Quota
    witness_reversals: Reversals


def _days_of(dated: str) -> tuple[date, date]:
    """The first and last day of a year, month or day, or of two with a stroke between.

    Raises ValueError where the calendar has no such day.
    """
    first, _, last = dated.partition("/")
    year, *rest = map(int, first.split("-"))
    month, day = [*rest, 1, 1][:2]
    begins = date(year, month, day)
    year, *rest = map(int, (last or first).split("-"))
    month = rest[0] if rest else 12
    day = rest[1] if len(rest) > 1 else calendar.monthrange(year, month)[1]
    return begins, date(year, month, day)
