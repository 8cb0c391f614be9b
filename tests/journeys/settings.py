"""How a journey is walked: in which language, on which screen, with scripts or without."""

from dataclasses import dataclass
from itertools import product

import pytest

PHONE, DESKTOP = (360, 740), (1280, 900)
LANGUAGES = ("da", "en", "ar")


@dataclass(frozen=True)
class How:
    """One combination of the settings."""

    language: str
    size: tuple[int, int]
    javascript: bool

    def __str__(self) -> str:
        screen = "phone" if self.size == PHONE else "desktop"
        return f"{self.language}, {screen}, {'scripts' if self.javascript else 'no scripts'}"


EVERY = tuple(How(*chosen) for chosen in product(LANGUAGES, (PHONE, DESKTOP), (True, False)))

ORDINARY = {
    "book": How("ar", PHONE, True),
    "guide then book": How("en", PHONE, False),
    "witness fine": How("ar", DESKTOP, False),
    "witness not yet": How("da", PHONE, True),
    "witness never": How("en", DESKTOP, True),
    "move": How("ar", PHONE, False),
    "cancel": How("da", DESKTOP, False),
    "waiting list": How("en", PHONE, True),
    "wrong link": How("ar", DESKTOP, True),
    "taken meanwhile": How("da", PHONE, False),
    "broker down": How("en", DESKTOP, False),
}
"""How each journey is walked in an ordinary run; every other combination is for the long one."""


def in_every_setting(journey: str):
    """Walk a journey as the table says, and with `FULL=1` in all twelve ways."""
    params = [
        pytest.param(how, id=str(how), marks=() if how == ORDINARY[journey] else pytest.mark.full)
        for how in EVERY
    ]
    return pytest.mark.parametrize("how", params)
