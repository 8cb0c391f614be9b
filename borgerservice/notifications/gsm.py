"""The alphabet of text messages (GSM 03.38), in which one message holds 160 characters.

One character outside it would make the whole message cost more and be cut at 70. The Danish
letters are in it; what is not is replaced by what looks most like it. Languages in another script
are sent as they are written (UCS-2), in at most three parts.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 160
LONGEST_WIDE: Final = 3 * 67
"""Three parts of 67 characters each."""
WIDE: Final = frozenset({"uk", "ar"})
"""The languages whose letters the alphabet lacks."""

_ONE: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO: Final = frozenset("^{}\\[~]|€")
_ANY_OF_TWO: Final = re.compile(f"[{re.escape(''.join(_TWO))}]")
_UNUSUAL: Final = "\u0131łŁđĐðÐþÞœŒ\u2026"
_PLAIN: Final = "i l L d D d D th Th oe OE ..."
_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict(zip(_UNUSUAL, _PLAIN.split(), strict=True)),
    }
)


def folded(text: str) -> str:
    """The text on one line, in letters that every phone can show."""
    letters = []
    for letter in " ".join(text.translate(_ALIKE).split()):
        if letter in _ONE or letter in _TWO:
            letters.append(letter)
            continue
        plain = unicodedata.normalize("NFKD", letter)
        letters += [part for part in plain if part in _ONE or part in _TWO] or (
            [] if unicodedata.category(letter)[0] in "CM" else ["?"]
        )
    return "".join(letters)


def one_line(text: str) -> str:
    """The text on one line, in its own letters."""
    return " ".join(text.split())


def wide_length(text: str) -> int:
    """How much of a message in its own letters a text takes."""
    return len(text.encode("utf-16-le")) // 2


def length(text: str) -> int:
    """How much of a message a folded text takes: some characters count twice."""
    return len(text) + len(_ANY_OF_TWO.findall(text))


def cut(text: str) -> str:
    """The beginning of a folded text, as much of it as fits."""
    while length(text) > LONGEST:
        text = text[:-1]
    return text.rstrip()
