"""Reading rule sets from their files. Adding a set is adding a file; no code knows their names."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, get_args

from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import (
    LANGUAGES,
    Clause,
    Compare,
    CprNeed,
    Criterion,
    Figure,
    MinimumAge,
    MitidHeld,
    Quota,
    Recent,
    Reversals,
    RuleSet,
    Source,
    TwoPapers,
    Unit,
    Usable,
    Way,
)
from witnesses.rules.tables import RuleSetUnreadable, Table, one_of

SETS_FOLDER: Final = Path(__file__).parent / "sets"
LONGEST_ID: Final = 40
"""So many characters the database keeps with every decision."""
_DATED: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(/\d{4}(-\d\d(-\d\d)?)?)?", re.ASCII)
_SHOWS: Final = ("photo", "cpr_number")
_COMPARES: Final[Mapping[str, Compare]] = {word: word for word in get_args(Compare)}
_UNITS: Final[Mapping[str, Unit]] = {word: word for word in get_args(Unit)}
_CPR_NEEDS: Final[Mapping[str, CprNeed]] = {word: word for word in get_args(CprNeed)}


@cache
def load_rule_sets(folder: Path = SETS_FOLDER) -> Mapping[str, RuleSet]:
    """Every rule set in the folder by its id, in the order of the file names; read once.

    Raises RuleSetUnreadable where a file is not whole or its name is not its id.
    """
    sets = [read_file(path) for path in sorted(folder.glob("*.toml"))]
    return MappingProxyType({rule_set.id: rule_set for rule_set in sets})


def read_file(path: Path) -> RuleSet:
    """The rule set in one file. Raises RuleSetUnreadable, which names what is wrong where."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as refused:
        raise RuleSetUnreadable(f"{path.name}: {refused}") from refused
    read = _SetFile(Table(path.stem, content)).read()
    if read.id != path.stem:
        raise RuleSetUnreadable(f"{path.name}: a file is named after the id it holds")
    return read


class _SetFile:
    """One file's reading: its sources by key, and the set's own for figures that name none."""

    def __init__(self, top: Table) -> None:
        self.top = top
        sources = top.table("sources")
        self.sources = {key: read_source(sources.table(key)) for key in sources.keys()}  # noqa: SIM118
        self.own = self.source_of(top)

    def read(self) -> RuleSet:
        top = self.top
        title, usable = top.table("title"), top.table("usable")
        applicant, witness = top.table("applicant"), top.table("witness")
        read = RuleSet(
            id=self.name_of(top),
            title=MappingProxyType({language: title.text(language) for language in LANGUAGES}),
            source=self.own,
            usable=self.usable(usable),
            applicant_minimum_age=self.minimum_age(applicant.table("minimum_age")),
            applicant_documents=self.criterion(applicant.table("documents")),
            applicant_proof=self.figure(applicant.table("proof")),
            witness_minimum_age=self.minimum_age(witness.table("minimum_age")),
            witness_mitid_held=self.mitid_held(witness.table("mitid_held")),
            witness_mitid_brought=self.figure(witness.table("mitid_brought")),
            witness_documents=self.criterion(witness.table("documents")),
            witness_independent=self.figure(witness.table("independent")),
            witness_quota=self.quota(witness.table("quota")),
            witness_reversals=self.reversals(witness.table("reversals")),
        )
        for table in (title, applicant, witness, top):
            table.finish()
        return read

    def source_of(self, table: Table) -> Source:
        key = table.text("source")
        if key not in self.sources:
            raise table.wrong("source", "is none of the file's sources")
        return self.sources[key]

    def name_of(self, table: Table) -> str:
        name = table.text("id")
        if len(name) > LONGEST_ID:
            raise table.wrong("id", f"must be at most {LONGEST_ID} characters")
        return name

    def origin(self, table: Table) -> tuple[Source, str, str]:
        """Source and readings of a figure; without a source of its own, the set's."""
        source = self.source_of(table) if table.has("source") else self.own
        return source, table.text("reading", ""), table.text("reading_da", "")

    def figure(self, table: Table) -> Figure:
        figure = Figure(*self.origin(table))
        table.finish()
        return figure

    def minimum_age(self, table: Table) -> MinimumAge:
        figure = MinimumAge(*self.origin(table), years=table.number("years"))
        table.finish()
        return figure

    def mitid_held(self, table: Table) -> MitidHeld:
        figure = MitidHeld(
            *self.origin(table),
            days=table.number("days"),
            compare=one_of(table, "compare", _COMPARES),
        )
        table.finish()
        return figure

    def quota(self, table: Table) -> Quota:
        figure = Quota(
            *self.origin(table),
            at_most=table.number("at_most"),
            unit=one_of(table, "unit", _UNITS),
            days=table.number("days"),
        )
        table.finish()
        return figure

    def reversals(self, table: Table) -> Reversals:
        figure = Reversals(*self.origin(table), at_most=table.number("at_most"))
        table.finish()
        return figure

    def usable(self, table: Table) -> Usable:
        recent = table.table("recent")
        figure = Usable(
            *self.origin(table),
            never=table.words("never", DOCUMENT_TYPES),
            as_app=_clauses(table, "as_app"),
            recent=Recent(
                *self.origin(recent),
                types=recent.words("types", DOCUMENT_TYPES),
                months=recent.number("months"),
            ),
        )
        recent.finish()
        table.finish()
        return figure

    def criterion(self, table: Table) -> Criterion:
        figure = Criterion(
            *self.origin(table),
            name=table.text("criterion"),
            ways=tuple(_way(way) for way in table.tables("ways")),
        )
        table.finish()
        return figure


def read_source(table: Table) -> Source:
    """One published page. Raises RuleSetUnreadable where its date is none."""
    title, publisher = table.text("title"), table.text("publisher")
    dated, url = table.text("dated"), table.text("url", "")
    cited = f"{publisher}: {title} ({dated.replace('/', '-')})"
    source = Source(title, publisher, dated, url, f"{cited}, {url}" if url else cited)
    if not _DATED.fullmatch(dated) or not _is_in_order(source):
        raise table.wrong("dated", "must be a year, month or day, or two with a stroke between")
    table.finish()
    return source


def _is_in_order(source: Source) -> bool:
    try:
        first, last = source.between
    except ValueError:
        return False
    return first <= last


def _way(table: Table) -> Way:
    name = table.text("name")
    if table.has("papers"):
        way = Way(name, (), (), "never", _two_papers(table.table("papers")))
    else:
        way = Way(
            name,
            document=_clauses(table, "document"),
            another=_clauses(table, "another") if table.has("another") else (),
            cpr=one_of(table, "cpr_number", _CPR_NEEDS, "never"),
            papers=None,
        )
    table.finish()
    return way


def _two_papers(table: Table) -> TwoPapers:
    types = table.words("types", DOCUMENT_TYPES)
    papers = TwoPapers(types, core=table.words("core", types), issuers=table.issuers("issuers"))
    table.finish()
    return papers


def _clauses(table: Table, key: str) -> tuple[Clause, ...]:
    return tuple(_clause(clause) for clause in table.tables(key))


def _clause(table: Table) -> Clause:
    types = table.words("types", DOCUMENT_TYPES)
    issuers = table.issuers("issuers")
    excepted = (table.issuers("except") if table.has("except") else None) or ()
    shows = table.words("shows", _SHOWS) if table.has("shows") else ()
    table.finish()
    return Clause(types, issuers, excepted, "photo" in shows, "cpr_number" in shows)


RULE_SETS: Final = load_rule_sets()

AT_THE_START: Final = "mitid-2022"
"""In force for every date until rule stewards schedule another (`decisions.md`)."""


def rule_set(rule_set_id: str) -> RuleSet:
    """The shipped rule set of that id, compared exactly. Raises KeyError where there is none."""
    return RULE_SETS[rule_set_id]
