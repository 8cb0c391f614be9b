"""What a page says, and in which of staff's languages its words are."""

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

import polib

from tests.builders import TODAY
from tests.rig.databases import ROOT
from witnesses.rules.declarations import declaration_in_use
from witnesses.rules.wording import texts_held

WORD = re.compile(r"[^\W\d_]{2,}")
NO_WORD = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^>]*>|&\w+;|\\\w|\S+\.\w+\S*")
TOLD_OF_TAGS = ("alt", "aria-label", "placeholder", "title", "data-words")


class Reader(HTMLParser):
    """What a page says in its own language; not what somebody typed, nor what a source is called."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.language = ""
        self.said: list[str] = []
        self._passed: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.language = self.language or given.get("lang", "")
        is_of_another = given.get("lang", self.language) != self.language
        if self._passed:
            self._passed += [tag] if tag == self._passed[0] else []
        elif is_of_another or tag in {"script", "style", "textarea"} or "source" in given.values():
            self._passed = [tag]
        else:
            self.said += [given[name] for name in TOLD_OF_TAGS if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self._passed and tag == self._passed[0]:
            self._passed.pop()

    def handle_data(self, data: str) -> None:
        if not self._passed:
            self.said.append(data)


def words_of(texts: Iterable[str]) -> set[str]:
    return {word.casefold() for text in texts for word in WORD.findall(NO_WORD.sub(" ", text))}


@cache
def foreign() -> dict[str, set[str]]:
    """By language: the words of the other one that it never uses."""
    catalogue = polib.pofile(str(ROOT / "borgerservice/locale/da/LC_MESSAGES/django.po"))
    english = words_of(text for entry in catalogue for text in (entry.msgid, entry.msgid_plural))
    danish = words_of(
        text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values())
    )
    english |= words_of(texts_held("en").values())
    danish |= words_of(texts_held("da").values())
    declared = declaration_in_use(TODAY).texts
    english |= words_of(line for part in declared["en"].told for line in part.lines)
    danish |= words_of(line for part in declared["da"].told for line in part.lines)
    assert min(len(english - danish), len(danish - english)) > 800
    return {"da": english - danish, "en": danish - english}
