"""The public reference of an appointment: short enough to read out on the phone.

It is a label, never a key: knowing one opens nothing.
"""

import re
import unicodedata
from typing import Final

LETTERS: Final = "BCDFGHJKMNPQRSTVWXZ"
SYMBOLS: Final = "23456789" + LETTERS

_LENGTH: Final = 10
_GROUP: Final = 4
_ENOUGH_BYTES: Final = 16
_LONGEST_INPUT: Final = 100
_SHAPE: Final = re.compile(rf"(?:[{LETTERS}][{SYMBOLS}]{{3}}){{2}}[{LETTERS}][{SYMBOLS}]")
_BETWEEN: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff._/-]+")
_LOOK_ALIKES: Final = str.maketrans("0OI1UY", "QQJ7VV")


def reference_from(randomness: bytes) -> str:
    """Make a reference such as `K7QF-M3RX-P8` of random bytes, which the caller draws.

    Reading: no vowels, so that it spells no word; none of 0 O 1 I L U Y, which are misread; and
    each group begins with a letter, so that no ten digits ever follow each other like a CPR
    number's. That leaves 19^3 * 27^7, some 7 * 10^13.
    """
    if len(randomness) < _ENOUGH_BYTES:
        raise ValueError("a reference takes sixteen random bytes")
    rest = int.from_bytes(randomness, "big")
    characters: list[str] = []
    for place in range(_LENGTH):
        alphabet = SYMBOLS if place % _GROUP else LETTERS
        rest, choice = divmod(rest, len(alphabet))
        characters.append(alphabet[choice])
    return _grouped("".join(characters))


def normalise_reference(text: str) -> str | None:
    """Read a reference as people write it, or return None when it cannot be one.

    Spaces, hyphens and case do not matter, and a character that no reference holds is read as the
    one it resembles: O as Q, 1 as 7, I as J, U as V.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    compact = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    candidate = compact.upper().translate(_LOOK_ALIKES)
    return _grouped(candidate) if _SHAPE.fullmatch(candidate) else None


def _grouped(characters: str) -> str:
    return "-".join(characters[place : place + _GROUP] for place in range(0, _LENGTH, _GROUP))
