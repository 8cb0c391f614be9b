"""The name a person gives when booking: tidied, never judged, and never a CPR number."""

import unicodedata
from enum import StrEnum
from typing import Final

from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.kernel.errors import DomainError

LONGEST_NAME: Final = 100

_LONGEST_INPUT: Final = 10 * LONGEST_NAME
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_JOINERS: Final = "\u200c\u200d"
# Letters and signs that print nothing at all, so that a name of them would look empty.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


class NameRefusal(StrEnum):
    """Why a name cannot be taken; the doors have the sentences."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    LOOKS_LIKE_CPR = "looks_like_cpr"
    NOT_A_NAME = "not_a_name"


class NameRefused(DomainError):
    """The name cannot be taken as it stands; nothing of it is repeated."""

    def __init__(self, code: NameRefusal) -> None:
        super().__init__(code, field="name", params={"limit": LONGEST_NAME})


def clean_person_name(text: str) -> str:
    """Return the name as it is to be kept, or raise NameRefused.

    Reading: any letter of any script makes a name, one is enough. What steers or hides text
    (controls, direction marks, zero-width signs, blanks that pass for letters) is dropped; the
    joiners that Arabic and Indic spelling needs stay between letters of those scripts.
    """
    if len(text) > _LONGEST_INPUT:
        raise NameRefused(NameRefusal.TOO_LONG)
    name = _tidied(text)
    if not name:
        raise NameRefused(NameRefusal.EMPTY)
    if holds_cpr_number(name):
        raise NameRefused(NameRefusal.LOOKS_LIKE_CPR)
    if len(name) > LONGEST_NAME:
        raise NameRefused(NameRefusal.TOO_LONG)
    if not any(char.isalpha() for char in name):
        raise NameRefused(NameRefusal.NOT_A_NAME)
    return name


def _tidied(text: str) -> str:
    around = f" {text} "
    kept = "".join(
        char
        for before, char, after in zip(around, text, around[2:], strict=False)
        if _is_kept(before, char, after)
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _is_kept(before: str, char: str, after: str) -> bool:
    if char.isspace():
        return True
    if char in _JOINERS:
        return _uses_joiners(before) and _uses_joiners(after)
    return char not in _BLANK and unicodedata.category(char) not in _DROPPED_CATEGORIES


def _uses_joiners(char: str) -> bool:
    """Tell whether a letter or sign belongs to the scripts from Arabic to Myanmar."""
    return "\u0600" <= char <= "\u109f" and unicodedata.category(char)[0] in "LM"
