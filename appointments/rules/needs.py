"""What a visitor may need beside the service itself."""

from collections.abc import Iterable
from typing import Final

NEEDS: Final = ("interpreter", "wheelchair")


def kept_needs(codes: Iterable[str]) -> str:
    """The needs as they are kept: known codes in one order, with commas between. Others go."""
    asked = set(codes)
    return ",".join(code for code in NEEDS if code in asked)


def read_needs(kept: str) -> tuple[str, ...]:
    """The codes that were kept."""
    return tuple(code for code in kept.split(",") if code)
