"""Need I come at all: a few questions that end in an answer. All of it is data, none is code.

The questions, the answers, their texts and where they come from stand in `data/come.toml`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from witnesses.rules.figures import LANGUAGES, Language, Source
from witnesses.rules.rule_sets import read_source
from witnesses.rules.tables import RuleSetUnreadable, Table

FILE: Final = Path(__file__).parents[2] / "data" / "come.toml"
STEP_SIGN: Final = "-"
_CODE: Final = re.compile(r"[a-z]+")
_ADDRESS: Final = re.compile(r"https://[\x21-\x7e]+")

Texts = Mapping[Language, str]
Lines = Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply to a question, and the question or the answer it leads to."""

    code: str
    text: Texts
    to: str


@dataclass(frozen=True, slots=True)
class Question:
    """A plain question with the replies to choose from. `hint` may be empty."""

    key: str
    text: Texts
    hint: Texts
    replies: tuple[Reply, ...]

    def reply(self, code: str) -> Reply | None:
        """The reply of that code, if there is one."""
        return next((reply for reply in self.replies if reply.code == code), None)


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the questions lead: what to do, in a few lines, and where that is published.

    `link` is the page to go on to, or empty; `support` whether MitID Support's number is told.
    `book` is the service to book here, or empty; `brings` whether to ask first what to bring.
    """

    key: str
    title: Texts
    lines: Lines
    link: str
    link_text: Texts
    support: bool
    book: str
    brings: bool
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A question that was replied to, and the path that leads back to it."""

    question: Question
    reply: Reply
    before: str


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a path leads. `understood` is false where it names what is not there."""

    steps: tuple[Step, ...]
    at: Question | Ending
    understood: bool

    @property
    def path(self) -> str:
        """The part of the path that was understood."""
        return STEP_SIGN.join(step.reply.code for step in self.steps)

    @property
    def before(self) -> str:
        """The path to the question before; empty at the first."""
        return self.steps[-1].before if self.steps else ""

    @property
    def question(self) -> Question | None:
        """The question to ask now; None at the end."""
        return self.at if isinstance(self.at, Question) else None

    @property
    def ending(self) -> Ending | None:
        """The answer, at the end."""
        return self.at if isinstance(self.at, Ending) else None

    def onward(self, code: str) -> str:
        """The path with one more reply."""
        return f"{self.path}{STEP_SIGN}{code}" if self.steps else code


@dataclass(frozen=True, slots=True)
class Guide:
    """All questions and answers; every path ends, and nothing is there that no path reaches."""

    first: str
    questions: Mapping[str, Question]
    endings: Mapping[str, Ending]

    def at(self, key: str) -> Question | Ending:
        """The question or the answer of that key."""
        return self.questions.get(key) or self.endings[key]

    def walk(self, path: str) -> Walk:
        """Follow a path as far as it is understood. Never raises, whatever the path holds."""
        steps: list[Step] = []
        here = self.at(self.first)
        for code in path.split(STEP_SIGN) if path else ():
            if not (isinstance(here, Question) and (reply := here.reply(code))):
                return Walk(tuple(steps), here, understood=False)
            before = STEP_SIGN.join(step.reply.code for step in steps)
            steps.append(Step(here, reply, before))
            here = self.at(reply.to)
        return Walk(tuple(steps), here, understood=True)

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Every way through, as the keys of its questions and of its answer."""
        yield from self._paths((self.first,))

    def _paths(self, so_far: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        question = self.questions.get(so_far[-1])
        if question is None:
            yield so_far
            return
        if question.key in so_far[:-1]:
            raise RuleSetUnreadable(f"come.questions.{question.key}: goes in a circle")
        for reply in question.replies:
            yield from self._paths((*so_far, reply.to))


@cache
def come_guide(path: Path = FILE) -> Guide:
    """The guide as published; read once. Raises RuleSetUnreadable where the file is not whole."""
    try:
        top = Table(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as refused:
        raise RuleSetUnreadable(f"{path.name}: {refused}") from refused
    first = top.text("first")
    listed = top.table("sources")
    sources = {key: read_source(listed.table(key)) for key in listed.keys()}  # noqa: SIM118
    asked, told = top.table("questions"), top.table("answers")
    questions = {key: _question(key, asked.table(key)) for key in asked.keys()}  # noqa: SIM118
    endings = {key: _ending(key, told.table(key), sources) for key in told.keys()}  # noqa: SIM118
    top.finish()
    guide = Guide(first, MappingProxyType(questions), MappingProxyType(endings))
    _require_whole(guide, top)
    return guide


def _require_whole(guide: Guide, top: Table) -> None:
    """Every reply leads somewhere, every path ends, everything is reached."""
    known = {*guide.questions, *guide.endings}
    if len(known) != len(guide.questions) + len(guide.endings):
        raise top.wrong("answers", "has the key of a question")
    for question in guide.questions.values():
        for reply in question.replies:
            if reply.to not in known:
                raise top.wrong(f"questions.{question.key}.{reply.code}", "leads nowhere")
    if guide.first not in guide.questions:
        raise top.wrong("first", "is none of the questions")
    reached = {key for path in guide.paths() for key in path}
    if reached != known:
        raise top.wrong(min(known - reached), "is reached by no path")


def _question(key: str, table: Table) -> Question:
    question = Question(
        key=key,
        text=_texts(table, "text"),
        hint=_texts(table, "hint", needed=False),
        replies=tuple(_reply(reply) for reply in table.tables("replies")),
    )
    codes = [reply.code for reply in question.replies]
    if len(set(codes)) != len(codes):
        raise table.wrong("replies", "have one code twice")
    table.finish()
    return question


def _reply(table: Table) -> Reply:
    reply = Reply(table.text("code"), _texts(table, "text"), table.text("to"))
    if not _CODE.fullmatch(reply.code):
        raise table.wrong("code", "must be lower-case letters")
    table.finish()
    return reply


def _ending(key: str, table: Table, sources: Mapping[str, Source]) -> Ending:
    cited = _strings(table, "sources")
    if not set(cited) <= set(sources):
        raise table.wrong("sources", "is none of the file's sources")
    link = table.text("link", "")
    if link and not _ADDRESS.fullmatch(link):
        raise table.wrong("link", "must be an address that begins with https://")
    told = table.table("lines")
    ending = Ending(
        key=key,
        title=_texts(table, "title"),
        lines=MappingProxyType({language: _strings(told, language) for language in LANGUAGES}),
        link=link,
        link_text=_texts(table, "link_text", needed=bool(link)),
        support=_yes_or_no(table, "support"),
        book=table.text("book", ""),
        brings=_yes_or_no(table, "brings"),
        sources=tuple(sources[name] for name in cited),
    )
    told.finish()
    table.finish()
    return ending


def _texts(table: Table, key: str, *, needed: bool = True) -> Texts:
    """A text in every language; where it is not needed, none at all may stand for it."""
    if not needed and not table.has(key):
        return MappingProxyType(dict.fromkeys(LANGUAGES, ""))
    told = table.table(key)
    texts = {language: told.text(language) for language in LANGUAGES}
    told.finish()
    return MappingProxyType(texts)


def _strings(table: Table, key: str) -> tuple[str, ...]:
    values = table.value(key)
    if (
        not isinstance(values, list)
        or not values
        or not all(isinstance(value, str) and value.strip() for value in values)
    ):
        raise table.wrong(key, "must be a list of texts, at least one")
    return tuple(values)


def _yes_or_no(table: Table, key: str) -> bool:
    value = table.value(key) if table.has(key) else False
    if not isinstance(value, bool):
        raise table.wrong(key, "must be true or false")
    return value
