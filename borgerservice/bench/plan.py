"""What is asked of a run, in both processes: the command's and the one that measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WORKLOADS: Final[Mapping[str, str]] = {
    "availability": "W1a: two months of free times at one centre",
    "book": "W2a, W2b: bookings a second, by function and by API",
}
"""What can be measured, by name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which workloads on which database; `out` takes the rows."""

    vendor: str
    workloads: list[str]
    rounds: int
    scale: str
    ceiling: str
    out: str
