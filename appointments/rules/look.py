"""A municipality's colour: whether it can be read, and what it paints."""

import re
from typing import Final

LEAST_CONTRAST: Final = 4.5
"""WCAG 2.1, 1.4.3: of text against what it stands on."""
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_WHITE: Final = "#ffffff"
_STYLESHEET: Final = """\
.header .portal-info {{ border-block-start: 6px solid {accent}; }}
.button.button-primary {{ background-color: {accent}; border-color: {accent}; color: {white}; }}
.button.button-primary:hover, .button.button-primary:active {{
  background-color: {darker}; border-color: {darker}; color: {white};
}}
.chosen, .visit-time {{ border-inline-start-color: {accent}; }}
"""


def colour_in(text: str) -> str | None:
    """A colour as `#0b5a34`, however its hexadecimal digits are written; None for anything else."""
    found = _HEX.fullmatch(text.strip().lower())
    if found is None:
        return None
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))  # noqa: PLR2004


def contrast(one: str, other: str) -> float:
    """How far two colours lie apart, from 1 to 21 (WCAG 2.1, relative luminance)."""
    brightest, darkest = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brightest + 0.05) / (darkest + 0.05)


def carries_white(colour: str) -> float:
    """The contrast of white text on a colour, and of the colour on a white page."""
    return contrast(colour, _WHITE)


def stylesheet(accent: str) -> str:
    """What a municipality's colour paints: a band above the page, the buttons, the time chosen."""
    if not accent:
        return ""
    return _STYLESHEET.format(accent=accent, darker=_darker(accent), white=_WHITE)


def _darker(colour: str) -> str:
    return "#" + "".join(f"{part * 3 // 4:02x}" for part in _parts(colour))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _parts(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
