"""The words of an explained decision, as data: one file a language, the same keys in each."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from witnesses.rules.figures import Language

_YOU: Final = "you."
"""Where the sentences stand that are said otherwise to the citizen."""


class Words:
    """One language's sentences by dotted key, and the few word forms that they need."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def say(self, key: str, **values: object) -> str:
        """The sentence under the key, with its places filled in."""
        return self.texts[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self.texts

    def count(self, unit: Literal["day", "month"], number: int) -> str:
        """A number of days or months, in the singular or plural."""
        return self.say(f"count.{unit}" if number == 1 else f"count.{unit}s", n=number)

    def day(self, day: date) -> str:
        """A day written out, the month by name."""
        month = self.say(f"months.{day.month}")
        return self.say("dates.day", day=day.day, month=month, year=day.year)

    def listed(self, words: Iterable[str]) -> str:
        """Words in a row, or the word for none."""
        return ", ".join(words) or self.say("words.none")

    def all_of(self, words: Iterable[str]) -> str:
        """Words in a row with "and" between each."""
        return f" {self.say('words.and')} ".join(words)

    def either(self, words: Iterable[str]) -> str:
        """Words in a row with "or" before the last."""
        *most, last = words
        return f"{', '.join(most)} {self.say('words.or')} {last}" if most else last

    def problem(self, text: str) -> str:
        """A problem of the validity check, which is English, in this language."""
        head, colon, rest = text.partition(": ")
        return self.say(f"problems.{head}") + colon + rest


@cache
def words_in(language: Language, *, to_citizen: bool = False) -> Words:
    """The words of a language, as staff read them or as they are said to the citizen; read once."""
    path = Path(__file__).with_name(f"{language}.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = dict(_flat("", tables))
    if to_citizen:
        texts |= {key[len(_YOU) :]: text for key, text in texts.items() if key.startswith(_YOU)}
    return Words(language, MappingProxyType(texts))


def _flat(prefix: str, table: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)
