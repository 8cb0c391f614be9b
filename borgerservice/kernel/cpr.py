"""Danish personal identity numbers (CPR): read, compared and guarded, never shown."""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Final, NoReturn, SupportsIndex

from borgerservice.kernel.errors import DomainError

MASK: Final = "******-****"

_SEPARATORS: Final = frozenset("-./_\u00b7\u2212\u2044\u2215\u3002\uff0e\uff0f\uff3f")
_IGNORED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Mn", "Me", "Pd"})
_REPLACEMENT_DAYS: Final = 60
_WEIGHTS: Final = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_TEN_DIGITS: Final = re.compile(r"[0-9]{10}")
_CPR_SHAPE: Final = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])(?:0[1-9]|1[0-2])[0-9]{6}"
)
# What normalising leaves as it is parts the digits on its two sides: so few can be ten between.
_BETWEEN: Final = re.compile(r"[^A-Za-z,:;]{10,}")
# By the seventh digit: a two-digit year, the century up to and including it, the century after it.
_CENTURIES: Final = (
    *[(99, 1900, 1900)] * 4,
    (36, 2000, 1900),
    *[(57, 2000, 1800)] * 4,
    (36, 2000, 1900),
)


class ImpossibleCprNumber(DomainError):
    """The text is no CPR number that could ever have been given to anybody."""

    code = "impossible_cpr_number"


def normalise_number(text: str) -> str:
    """Fold every way of writing one number into one: ASCII digits with nothing between them.

    Spaces, hyphens, dots and slashes of any alphabet and characters nobody can see are dropped;
    digits of any alphabet become 0-9; everything else stays, so that it can be refused. It is the
    one place where this happens: a number spelled differently must never be a different person.
    """
    return "".join(map(_folded, text))


def holds_cpr_number(text: str) -> bool:
    """Tell whether a text holds something a reader could take for a CPR number.

    Reading: ten digits in a row that begin with a day (or a day + 60) and a month, whatever stands
    between the digits and however many digits surround them. It rather asks a person to rephrase a
    harmless note than stores a number that nobody asked for.
    """
    return any(_CPR_SHAPE.search(normalise_number(part)) for part in _BETWEEN.findall(text))


class CprNumber:
    """A personal identity number (personnummer), which shows itself to nobody.

    Law: the seventh digit and the year decide the century (cpr.dk, "Opbygning af CPR-nummeret").
    Modulus 11 decides nothing: numbers without it have been given out since 2007.
    Reading: a day raised by 60 is a replacement number (erstatningspersonnummer): it is read like
    any other and says so itself. A birth date in the future is for the rule that knows the day.
    A plain class on purpose: encoders take dataclasses apart.
    """

    __slots__ = ("_birth_date", "_digits")
    _birth_date: date
    _digits: str

    def __init__(self, digits: str) -> None:
        """Take ten plain digits; people's own spelling goes through `parse`."""
        born = _birth_date_in(digits)
        if born is None:
            raise ImpossibleCprNumber
        object.__setattr__(self, "_digits", digits)
        object.__setattr__(self, "_birth_date", born)

    @classmethod
    def parse(cls, text: str) -> "CprNumber":
        """Read a number as people write it, or raise ImpossibleCprNumber, which echoes nothing."""
        return cls(normalise_number(text))

    @property
    def digits(self) -> str:
        """The ten digits in clear. For the vault only, which encrypts and pseudonymises them."""
        return self._digits

    @property
    def birth_date(self) -> date:
        """The date of birth the number tells."""
        return self._birth_date

    @property
    def is_replacement(self) -> bool:
        """Whether this is a replacement number, given to somebody who has no CPR number."""
        return int(self._digits[:2]) > _REPLACEMENT_DAYS

    @property
    def has_check_digit(self) -> bool:
        """Whether the last digit checks the others (modulus 11). Many a sound number has none."""
        return sum(int(d) * w for d, w in zip(self._digits, _WEIGHTS, strict=True)) % 11 == 0

    def __eq__(self, other: object) -> bool:
        return self._digits == other._digits if isinstance(other, CprNumber) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._digits)

    def __repr__(self) -> str:
        return f"CprNumber({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a CPR number does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a CPR number does not change")

    def __copy__(self) -> "CprNumber":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "CprNumber":
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a CPR number is not stored or sent by accident: it goes through the vault")

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a CPR number is not stored or sent by accident: it goes through the vault")


@lru_cache(maxsize=1024)
def _folded(char: str) -> str:
    if "0" <= char <= "9":
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    ignored = (
        char.isspace() or char in _SEPARATORS or unicodedata.category(char) in _IGNORED_CATEGORIES
    )
    return "" if ignored else char


def _birth_date_in(digits: str) -> date | None:
    """Return the date of birth, or None; nothing raised here may carry the digits along."""
    if _TEN_DIGITS.fullmatch(digits) is None:
        return None
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    if day > _REPLACEMENT_DAYS:
        day -= _REPLACEMENT_DAYS
    try:
        return date(_century(int(digits[6]), year) + year, month, day)
    except ValueError:
        return None


def _century(seventh_digit: int, year: int) -> int:
    last_year, century, otherwise = _CENTURIES[seventh_digit]
    return century if year <= last_year else otherwise
