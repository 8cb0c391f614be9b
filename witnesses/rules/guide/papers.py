"""The kinds of papers a citizen is asked about before the visit: data, in `data/papers.toml`."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import RuleSet
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.tables import RuleSetUnreadable, Table, one_of

FILE: Final = Path(__file__).parents[2] / "data" / "papers.toml"
KINGDOM: Final = ("DK", "GL", "FO")
ELSEWHERE: Final = "ZZ"
"""Any country that no rule names; a code that is given to none."""

Shows = Literal["always", "never", "ask"]
Group = Literal["photo", "paper", "rare"]
_SHOWS: Final[Mapping[str, Shows]] = {word: word for word in get_args(Shows)}
_GROUPS: Final[Mapping[str, Group]] = {word: word for word in get_args(Group)}
_CODE: Final = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper: who can have issued it, and what it can show. `issuers` None: anybody."""

    type: str
    code: str
    group: Group
    issuers: tuple[str, ...] | None
    photo: Shows
    cpr_number: Shows
    expires: bool

    @property
    def countries(self) -> tuple[str, ...]:
        """Who can have issued it, as far as any rule tells them apart."""
        return self.issuers or countries()

    def can_show_number(self, issuer: str) -> bool:
        """Whether such a paper can show a CPR number: only the kingdom's authorities print it."""
        return self.cpr_number != "never" and issuer in KINGDOM


@cache
def kinds(path: Path = FILE) -> Mapping[str, Kind]:
    """Every kind by its type, in the order shown. Raises RuleSetUnreadable where one is missing."""
    top = Table(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    read = [_kind(table) for table in top.tables("paper")]
    top.finish()
    if sorted(kind.type for kind in read) != sorted(DOCUMENT_TYPES):
        raise RuleSetUnreadable(f"{path.name}: must tell every type of document once")
    if len({kind.code for kind in read}) != len(read):
        raise RuleSetUnreadable(f"{path.name}: has one code twice")
    return MappingProxyType({kind.type: kind for kind in read})


@cache
def countries() -> tuple[str, ...]:
    """The countries that an issuer can be of, as far as any shipped rule tells them apart."""
    return told_apart(RULE_SETS.values())


def told_apart(rule_sets: Iterable[RuleSet]) -> tuple[str, ...]:
    """The kingdom, whatever else a rule set names, and one that stands for all others."""
    named = {issuer for rule_set in rule_sets for issuer in _named(rule_set)}
    return (*KINGDOM, *sorted(named - {*KINGDOM}), ELSEWHERE)


def _named(rule_set: RuleSet) -> Iterable[str]:
    ways = (*rule_set.applicant_documents.ways, *rule_set.witness_documents.ways)
    clauses = [clause for way in ways for clause in (*way.document, *way.another)]
    for clause in (*clauses, *rule_set.usable.as_app):
        yield from (*(clause.issuers or ()), *clause.excepted)
    for papers in (way.papers for way in ways if way.papers):
        yield from papers.issuers or ()


def _kind(table: Table) -> Kind:
    expires = table.value("expires")
    if not isinstance(expires, bool):
        raise table.wrong("expires", "must be true or false")
    kind = Kind(
        type=table.text("type"),
        code=table.text("code"),
        group=one_of(table, "group", _GROUPS),
        issuers=table.issuers("issuers"),
        photo=one_of(table, "photo", _SHOWS),
        cpr_number=one_of(table, "cpr_number", _SHOWS),
        expires=expires,
    )
    if not _CODE.fullmatch(kind.code):
        raise table.wrong("code", "must be two lower-case letters")
    table.finish()
    return kind
