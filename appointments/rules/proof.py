"""What beginning a booking costs: nothing, until many begin one."""

from dataclasses import dataclass
from typing import Final

COST: Final = 2_000
"""Rounds of the derivation a browser repeats some 250 times: a blink on a phone."""
WAIT_SECONDS: Final = 6
LONGEST_WAIT_SECONDS: Final = 60
HIGHEST: Final = 20.0


@dataclass(frozen=True, slots=True)
class Price:
    """Work for a browser with scripts, or a wait for one without."""

    cost: int
    seconds: int


def price_of(
    *, everybody: int, network: int, free_for_everybody: int, free_for_network: int
) -> Price | None:
    """The price when so many bookings were begun lately, by everybody and by the caller's network.

    None where both are few. It grows with whichever is further above what is free.
    """
    pressure = max(everybody / free_for_everybody, network / free_for_network)
    if pressure <= 1:
        return None
    factor = min(pressure, HIGHEST)
    return Price(
        cost=round(COST * factor),
        seconds=min(round(WAIT_SECONDS * factor), LONGEST_WAIT_SECONDS),
    )
