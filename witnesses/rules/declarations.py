"""The text a witness accepts, by version and language. A new wording is a new file, no code."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from witnesses.rules.figures import LANGUAGES, Language
from witnesses.rules.tables import Table

TEXTS_FOLDER: Final = Path(__file__).parent / "declaration_texts"


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeclarationText:
    """One version in one language, as it is shown: what the witness is told, and declares."""

    version: str
    language: Language
    title: str
    told: tuple[Part, ...]
    declares: Part

    @property
    def plain(self) -> str:
        """Every word the witness is shown of the text, in order, a line each."""
        lines = [self.title]
        for part in (*self.told, self.declares):
            lines += [part.heading, *part.lines]
        return "\n".join(lines)

    @property
    def sha256(self) -> str:
        """What stands in the record for the exact text."""
        return hashlib.sha256(self.plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """What the text rests on: a claim, and where it stands."""

    claim: str
    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True)
class DeclarationVersion:
    """A text in every language, in use from a day until a newer one is."""

    version: str
    in_use_from: date
    sources: tuple[Source, ...]
    texts: Mapping[Language, DeclarationText]


@cache
def load_declarations(folder: Path = TEXTS_FOLDER) -> Mapping[str, DeclarationVersion]:
    """Every version in the folder, the oldest first; read once.

    Raises RuleSetUnreadable where a file is not whole, and ValueError where two begin on one day.
    """
    found = sorted(map(read_declaration, folder.glob("*.toml")), key=lambda one: one.in_use_from)
    if len({one.in_use_from for one in found}) < len(found):
        raise ValueError("two versions of the declaration are in use from the same day")
    return MappingProxyType({one.version: one for one in found})


def read_declaration(path: Path) -> DeclarationVersion:
    """The version in one file. Raises RuleSetUnreadable, which names what is wrong where."""
    top = Table(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    version, in_use_from = top.text("version"), top.value("in_use_from")
    if version != path.stem:
        raise top.wrong("version", "must be the name of the file")
    if type(in_use_from) is not date:
        raise top.wrong("in_use_from", "must be a day")
    sources = tuple(_source(table) for table in top.tables("sources"))
    own, text = top.table("own"), top.table("text")
    for key in own.keys():  # noqa: SIM118
        own.text(key)
    read = DeclarationVersion(
        version,
        in_use_from,
        sources,
        MappingProxyType({one: _text(text.table(one), version, one) for one in LANGUAGES}),
    )
    for table in (text, top):
        table.finish()
    return read


def declaration_in_use(on: date, folder: Path = TEXTS_FOLDER) -> DeclarationVersion:
    """The newest version in use on a day; before the first one, the first."""
    versions = list(load_declarations(folder).values())
    begun = [one for one in versions if one.in_use_from <= on]
    return begun[-1] if begun else versions[0]


def declaration_text(version: str, language: Language) -> DeclarationText:
    """The text of a version, old ones too, in a language. Raises KeyError for one there is not."""
    return load_declarations()[version].texts[language]


def _source(table: Table) -> Source:
    source = Source(*(table.text(key) for key in ("claim", "title", "publisher", "url")))
    table.finish()
    return source


def _text(table: Table, version: str, language: Language) -> DeclarationText:
    text = DeclarationText(
        version=version,
        language=language,
        title=table.text("title"),
        told=tuple(_part(part) for part in table.tables("told")),
        declares=_part(table.table("declares")),
    )
    table.finish()
    return text


def _part(table: Table) -> Part:
    heading, lines = table.text("heading"), table.value("lines")
    if not isinstance(lines, list) or not lines or not all(isinstance(one, str) for one in lines):
        raise table.wrong("lines", "must be a list of texts, at least one")
    table.finish()
    return Part(heading, tuple(lines))
