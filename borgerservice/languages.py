"""The languages citizens read: Danish and English by us, others with the help of a machine."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation

OURS = ("da", "en")
RIGHT_TO_LEFT = frozenset({"ar"})


def text_of(texts: Mapping[str, Any]) -> Any:
    """Of a text held per language, the one to show now.

    Where only Danish and English are held, the English one is translated like the rest of the page.
    A text may be a list of lines, or one of them by name.
    """
    language = translation.get_language() or settings.LANGUAGE_CODE
    if own := texts.get(language):
        return own
    if english := texts.get("en"):
        return _translated(english)
    return texts.get(settings.LANGUAGE_CODE) or ""


def offered_languages(chosen: str = "") -> list[str]:
    """The languages of this installation, in their order: all, or those of a municipality's choice.

    The choice is codes with spaces between; Danish and English are always among them.
    """
    every = [code for code, _name in settings.LANGUAGES]
    return [code for code in every if code in OURS or code in chosen.split()] if chosen else every


def is_machine_assisted(language: str) -> bool:
    """Whether nobody who speaks it has approved the language yet."""
    return language in settings.MACHINE_ASSISTED_LANGUAGES


def _translated(text: Any) -> Any:
    if isinstance(text, str):
        return translation.gettext(text) if text else ""
    if isinstance(text, Mapping):
        return {name: _translated(part) for name, part in text.items()}
    return [_translated(part) for part in text]
