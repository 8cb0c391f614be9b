"""What is asked of a run, in both processes: the command's and the one that measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WORKLOADS: Final[Mapping[str, str]] = {
    "availability": "W1a: two months of free times at one centre",
    "earliest": "W1b: the earliest time at every centre of the country",
    "book": "W2a, W2b: bookings a second, by function and by API",
    "rush": "W2c: thousands of attempts at the last 300 places of a centre",
    "race": "W2d: fifty at one place at once; workers killed in mid-load",
    "dayview": "W4: a clerk's list of a full day",
    "apilist": "W5: a municipality's visits, a page at a time",
    "reminders": "W6: a hundred thousand reminders through two Celery workers",
    "witness": "W3: decisions that enter a witnessing into the nation-wide ledger",
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
