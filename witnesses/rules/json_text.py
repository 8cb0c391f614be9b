"""JSON exactly as its grammar has it, with a note of every object in which a key stood twice.

Python's own reader is fast, but it drops the first of two equal keys without a word, takes NaN for
a number and gives up on deep nesting. Here the first is noted, the second refused, the third read.
"""

import json
import re
from enum import Enum, auto
from typing import Any, Final, NoReturn, TypeAlias

from witnesses.rules.validity import TwiceKeyed

Json: TypeAlias = Any  # whatever JSON can say


class NotJson(ValueError):
    """The text is not JSON."""


def read_fast(text: str) -> Json:
    """Read JSON without looking for keys that stand twice. Raises NotJson.

    Numbers come out as 0, whatever they are: no fact is a number.
    """
    return _read(text, _FAST)


def read_noting_twice(text: str) -> Json:
    """Read JSON; an object in which a key stood twice comes out as `TwiceKeyed`. Raises NotJson.

    Numbers come out as 0, whatever they are: no fact is a number.
    """
    return _read(text, _NOTING)


def _read(text: str, decoder: json.JSONDecoder) -> Json:
    try:
        return decoder.decode(text)
    except RecursionError:
        return _read_deep(text)
    except ValueError as refused:
        raise NotJson from refused


def _noted(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else TwiceKeyed(value)


def _number(_digits: str) -> int:
    return 0  # a number of a million digits costs nothing this way


def _refuse(_name: str) -> NoReturn:
    raise NotJson


_FAST: Final = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_refuse)
_NOTING: Final = json.JSONDecoder(
    object_pairs_hook=_noted, parse_int=_number, parse_float=_number, parse_constant=_refuse
)

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*+(?:
        (?P<mark>[\[\]{},:])
      | (?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
      | (?P<word>true|false|null)
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_WORDS: Final = {"true": True, "false": False, "null": None}


class _Next(Enum):
    """What the grammar allows next."""

    VALUE = auto()
    FIRST_ITEM = auto()
    KEY = auto()
    FIRST_KEY = auto()
    COLON = auto()
    COMMA = auto()
    NOTHING = auto()


class _OpenList(list[Any]):
    """A list whose end has not been read."""

    closed_by, then = "]", _Next.VALUE

    def add(self, value: object) -> None:
        self.append(value)

    def closed(self) -> list[Any]:
        return list(self)


class _OpenObject(list[tuple[str, Any]]):
    """An object whose end has not been read, as pairs; `key` waits for its value."""

    closed_by, then = "}", _Next.KEY
    key = ""

    def add(self, value: object) -> None:
        self.append((self.key, value))

    def closed(self) -> dict[str, Any]:
        return _noted(self)


def _read_deep(text: str) -> Json:
    """Read JSON of any depth on a stack of its own; slow, for what `json` cannot nest."""
    reading = _Reading()
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise NotJson
        if found.lastgroup == "end":
            return reading.whole()
        reading.take(found.lastgroup, found[found.lastgroup])
        at = found.end()


class _Reading:
    """One reading of one text: what is still open, what may come next, and the whole at the end."""

    def __init__(self) -> None:
        self._open: list[_OpenList | _OpenObject] = []
        self._next = _Next.VALUE
        self._value: Json = None

    def whole(self) -> Json:
        if self._next is not _Next.NOTHING:
            raise NotJson
        return self._value

    def take(self, kind: str, sign: str) -> None:
        """Take the next token, or raise NotJson where the grammar has no place for it."""
        wanted = self._next
        if sign == "[" and wanted in (_Next.VALUE, _Next.FIRST_ITEM):
            self._open.append(_OpenList())
            self._next = _Next.FIRST_ITEM
        elif sign == "{" and wanted in (_Next.VALUE, _Next.FIRST_ITEM):
            self._open.append(_OpenObject())
            self._next = _Next.FIRST_KEY
        elif kind != "mark" and wanted in (_Next.VALUE, _Next.FIRST_ITEM):
            self._finish(_scalar(kind, sign))
        elif kind == "string" and wanted in (_Next.KEY, _Next.FIRST_KEY):
            self._name(json.loads(sign))
        elif sign == ":" and wanted is _Next.COLON:
            self._next = _Next.VALUE
        elif sign == "," and wanted is _Next.COMMA:
            self._next = self._open[-1].then
        elif self._may_close(sign):
            self._finish(self._open.pop().closed())
        else:
            raise NotJson

    def _may_close(self, sign: str) -> bool:
        may_end = self._next in (_Next.COMMA, _Next.FIRST_ITEM, _Next.FIRST_KEY)
        return may_end and sign == self._open[-1].closed_by

    def _name(self, key: str) -> None:
        holder = self._open[-1]
        if isinstance(holder, _OpenObject):
            holder.key = key
        self._next = _Next.COLON

    def _finish(self, value: object) -> None:
        if self._open:
            self._open[-1].add(value)
            self._next = _Next.COMMA
        else:
            self._value = value
            self._next = _Next.NOTHING


def _scalar(kind: str, token: str) -> object:
    if kind == "string":
        return json.loads(token)
    return 0 if kind == "number" else _WORDS[token]
