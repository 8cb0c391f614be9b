"""Finding a place by what people type: no Danish keyboard, no whole word, no right case needed."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ł": "l"})
_SPELT_OUT: Final = (("ae", "a"), ("oe", "o"), ("aa", "a"))
_POSTAL_CODE: Final = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_DANISH_ORDER: Final = (("æ", "{"), ("ø", "|"), ("å", "}"), ("aa", "}"))
_OTHER_NAMES: Final = {
    "copenhagen": "kobenhavn",
    "kopenhagen": "kobenhavn",
    "elsinore": "helsingor",
}


def fold(text: str) -> str:
    """Return what is left of a name when spelling habits are taken away.

    Reading: ø, oe and o are one letter, so are å, aa and a, and æ, ae and a; case, accents and
    punctuation are nothing. `Ærø`, `AEROE` and `aero` fold to the same.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    for spelt_out, letter in _SPELT_OUT:
        letters = letters.replace(spelt_out, letter)
    words = "".join(char if char.isalnum() else " " for char in letters).split()
    return " ".join(_OTHER_NAMES.get(word, word) for word in words)


def is_asked_for(query: str, *texts: str) -> bool:
    """Tell whether every word typed is part of what is written about a place."""
    words = fold(query).split()
    written = fold(" ".join(texts))
    return bool(words) and all(word in written for word in words)


def postal_code_in(query: str) -> str | None:
    """Return the postal code in a text: four digits that stand alone."""
    found = _POSTAL_CODE.search(query)
    return found[0] if found else None


def nearest_codes(code: str, others: Iterable[str], limit: int) -> list[str]:
    """Return the postal codes closest to one by number, nearest first; it says little of miles."""
    known = sorted({other for other in others if other})
    return sorted(known, key=lambda other: abs(int(other) - int(code)))[:limit]


def look_alikes(query: str, names: Sequence[str], limit: int) -> list[str]:
    """Return the names most like a query that matched none, the likest first."""
    by_fold = {fold(name): name for name in names}
    close = difflib.get_close_matches(fold(query), by_fold, n=limit, cutoff=0.7)
    return [by_fold[name] for name in close]


def danish_order(name: str) -> str:
    """Return a key that sorts names as Danes do: æ, ø, å last, and aa as å."""
    key = name.casefold()
    for letter, place in _DANISH_ORDER:
        key = key.replace(letter, place)
    return key
