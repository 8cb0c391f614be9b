"""The words of an explained decision, as data: one file a language.

Danish and English hold the same keys. Others hold what a citizen reads before a visit.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from witnesses.rules.figures import Language

_OURS: Final = "en"
"""The language to fall back on: whoever reads another one reads it rather than Danish."""
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
        return f"{self.say('words.comma')} ".join(words) or self.say("words.none")

    def all_of(self, words: Iterable[str]) -> str:
        """Words in a row with "and" between each."""
        return f" {self.say('words.and')} ".join(words)

    def either(self, words: Iterable[str]) -> str:
        """Words in a row with "or" before the last."""
        *most, last = words
        row = f"{self.say('words.comma')} ".join(most)
        return f"{row} {self.say('words.or')} {last}" if most else last

    def problem(self, text: str) -> str:
        """A problem of the validity check, which is English, in this language."""
        head, colon, rest = text.partition(": ")
        return self.say(f"problems.{head}") + colon + rest


@cache
def words_in(language: str, *, to_citizen: bool = False) -> Words:
    """The words of a language, as staff read them or as they are said to the citizen; read once.

    What a language does not hold is English.
    """
    texts = texts_held(_OURS) | texts_held(language)
    if to_citizen:
        texts |= {key[len(_YOU) :]: text for key, text in texts.items() if key.startswith(_YOU)}
    return Words("da" if language == "da" else "en", MappingProxyType(texts))


def texts_held(language: str) -> dict[str, str]:
    """What the file of a language holds, by dotted key; nothing where there is no file."""
    path = Path(__file__).with_name(f"{language}.toml")
    held = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict(_flat("", held))


def _flat(prefix: str, table: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)
