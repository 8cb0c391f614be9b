"""The numbers that tell who somebody is: the CPR number, or a P-code for those who have none."""

import re
from typing import Final, TypeAlias

from borgerservice.kernel.cpr import CprNumber, normalise_number
from borgerservice.kernel.errors import DomainError

MASK: Final = "********"

_EIGHT_DIGITS: Final = re.compile(r"[0-9]{8}")


class ImpossiblePCode(DomainError):
    """The text is no P-code."""

    code = "impossible_p_code"


class PCode:
    """The eight digits MitID knows a person by who has no CPR number (P-kode). Masks itself."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        """Take eight plain digits; people's own spelling goes through `parse`."""
        if _EIGHT_DIGITS.fullmatch(digits) is None:
            raise ImpossiblePCode
        self._digits = digits

    @classmethod
    def parse(cls, text: str) -> "PCode":
        """Read a code as people write it, or raise ImpossiblePCode, which echoes nothing."""
        return cls(normalise_number(text))

    @property
    def digits(self) -> str:
        """The eight digits in clear. For the vault only."""
        return self._digits

    def __eq__(self, other: object) -> bool:
        return self._digits == other._digits if isinstance(other, PCode) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._digits)

    def __repr__(self) -> str:
        return f"PCode({MASK})"

    def __str__(self) -> str:
        return MASK


IdentityNumber: TypeAlias = CprNumber | PCode


def number_kind(number: IdentityNumber) -> str:
    """What a number is recorded as: `cpr`, `replacement` or `p_code`; the three never mix.

    Reading: a day raised by 60 makes a replacement number, which is never called a CPR number.
    """
    if isinstance(number, PCode):
        return "p_code"
    return "replacement" if number.is_replacement else "cpr"
