"""Reading one table of a rule set's file: each key once, of the right kind, and none left over."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

LARGEST: Final = 32_767
"""What the schedule in the database can hold; no figure is larger."""
_ISSUER: Final = re.compile(r"[A-Z]{2}")
_Word = TypeVar("_Word")


class RuleSetUnreadable(ValueError):
    """A rule set's file is not whole; the text names the file, the key and what is wrong there."""


class Table:
    """A table of a TOML file: each key is asked for by name, one not asked for is an error."""

    def __init__(self, where: str, values: object) -> None:
        self.where = where
        if not isinstance(values, dict):
            raise RuleSetUnreadable(f"{where}: must be a table")
        self._left: dict[str, object] = dict(values)

    def has(self, key: str) -> bool:
        return key in self._left

    def keys(self) -> list[str]:
        return list(self._left)

    def value(self, key: str) -> object:
        """Take the key's value, of whatever kind."""
        if key not in self._left:
            raise self.wrong(key, "is missing")
        return self._left.pop(key)

    def table(self, key: str) -> "Table":
        return Table(f"{self.where}.{key}", self.value(key))

    def tables(self, key: str) -> list["Table"]:
        """Take a list of tables, at least one."""
        values = self.value(key)
        if not isinstance(values, list) or not values:
            raise self.wrong(key, "must be a list of tables, at least one")
        return [Table(f"{self.where}.{key}[{at}]", value) for at, value in enumerate(values)]

    def text(self, key: str, default: str | None = None) -> str:
        value = default if default is not None and not self.has(key) else self.value(key)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise self.wrong(key, "must be a text")
        return value

    def number(self, key: str) -> int:
        """Take a whole number, 0 or more."""
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "must be a whole number, 0 or more")
        if value > LARGEST:
            raise self.wrong(key, f"must be at most {LARGEST}")
        return value

    def words(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Take a list of distinct words, each one of those allowed."""
        values, allowed = self.value(key), tuple(allowed)
        if not isinstance(values, list) or not all(value in allowed for value in values):
            raise self.wrong(key, f"must be a list out of {', '.join(allowed)}")
        if len(set(values)) != len(values):
            raise self.wrong(key, "names one thing twice")
        return tuple(values)

    def issuers(self, key: str) -> tuple[str, ...] | None:
        """Take a list of issuers, two capital letters each; None for the word "any"."""
        values = self.value(key)
        if values == "any":
            return None
        if not isinstance(values, list) or not all(
            isinstance(value, str) and _ISSUER.fullmatch(value) for value in values
        ):
            raise self.wrong(key, 'must be "any" or a list of issuers, two capitals each')
        return tuple(values)

    def finish(self) -> None:
        """Refuse whatever was not asked for."""
        if self._left:
            raise RuleSetUnreadable(f"{self.where}: does not know {', '.join(sorted(self._left))}")

    def wrong(self, key: str, problem: str) -> RuleSetUnreadable:
        return RuleSetUnreadable(f"{self.where}.{key}: {problem}")


def one_of(table: Table, key: str, words: Mapping[str, _Word], default: str | None = None) -> _Word:
    """Take a word of a closed list."""
    word = table.text(key, default)
    if word not in words:
        raise table.wrong(key, f"must be one of {', '.join(words)}")
    return words[word]
