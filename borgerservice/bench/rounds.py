"""Ceiling and product in turn, round after round; the median of the rounds' ratios counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from borgerservice.bench.report import Bound

LARGEST_SPREAD: Final = 0.25
MOST_ATTEMPTS: Final = 3
FEWEST_ROUNDS: Final = 3

Part = Callable[[], float]
"""One measurement: how much of something was done in a second."""


class NothingMeasured(RuntimeError):
    """Something that was to be measured did not work at all."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """The rounds' ratios of one figure to another."""

    rounds: tuple[float, ...]

    @property
    def value(self) -> float:
        """Their median."""
        return median(self.rounds)

    @property
    def spread(self) -> float:
        """How far they lie apart, as a share of the median."""
        return (max(self.rounds) - min(self.rounds)) / self.value

    @property
    def is_noisy(self) -> bool:
        """Whether they lie too far apart to say more than that."""
        return self.spread > LARGEST_SPREAD

    def verdict(self, must: Bound) -> str:
        """`pass`, `fail` or `noisy`.

        Noise is said in place of a pass. Where every single round misses the bound, it is missed.
        """
        if self.is_noisy and any(must.holds(ratio) for ratio in self.rounds):
            return "noisy"
        return "pass" if must.holds(self.value) else "fail"


def compare(
    parts: Mapping[str, Part],
    ratios: Mapping[str, tuple[str, str]],
    *,
    rounds: int,
    tell: Callable[[str], None],
    attempts: int = MOST_ATTEMPTS,
) -> dict[str, Ratios]:
    """Measure every part once a round, and each ratio (of one part to another) round by round.

    Every second round goes backwards, so that a machine that slows down favours nobody. Ratios
    whose rounds spread too far are measured again, three times in all. Raises NothingMeasured.
    """
    settled: dict[str, Ratios] = {}
    open_ones = dict(ratios)
    for attempt in range(1, attempts + 1):
        needed = [name for name in parts if any(name in pair for pair in open_ones.values())]
        measured: dict[str, list[float]] = {name: [] for name in needed}
        for number in range(max(rounds, FEWEST_ROUNDS)):
            for name in needed if number % 2 == 0 else reversed(needed):
                rate = parts[name]()
                if not rate:
                    raise NothingMeasured(f"{name}: not one try went well")
                measured[name].append(rate)
                tell(f"round {number + 1}{'*' * (attempt - 1)}: {name} {rate:.0f}/s")
        for name, (over, under) in list(open_ones.items()):
            pairs = zip(measured[over], measured[under], strict=True)
            settled[name] = Ratios(tuple(top / bottom for top, bottom in pairs))
            if not settled[name].is_noisy:
                del open_ones[name]
        if not open_ones:
            break
    return settled
