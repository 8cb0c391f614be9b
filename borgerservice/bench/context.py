"""What every workload is given: the world, the ceilings, and how long to measure."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from borgerservice.bench import web
from borgerservice.bench.ceilings import Ceiling
from borgerservice.bench.clients import MakeClient, Stint, Tally, run_clients
from borgerservice.bench.load import Requests, ask_all
from borgerservice.bench.progress import Progress
from borgerservice.bench.report import Bound, Row
from borgerservice.bench.rounds import Part, compare
from borgerservice.bench.world import World

TWO_CLIENTS = 2
WARM_UP, WARM_UP_CLIENT = 8, -1


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio is called, and what it must and should be."""

    workload: str
    metric: str
    over: str
    under: str
    must: Bound
    goal: Bound


@dataclass(slots=True)
class Bench:
    """One run on one database."""

    vendor: str
    world: World
    ceiling: Ceiling
    rounds: int
    scratch: Path
    progress: Progress
    _logs: int = field(default=0)

    @property
    def stint(self) -> Stint:
        """How long one measurement lasts."""
        return Stint(seconds=self.world.scale.seconds)

    def ratios(self, parts: Mapping[str, Part], goals: list[Goal]) -> Iterator[Row]:
        """Measure the parts in turn and say how each ratio came out."""
        named = {goal.metric: (goal.over, goal.under) for goal in goals}
        found = compare(
            parts,
            named,
            rounds=self.rounds,
            tell=self.progress.tell,
            attempts=self.world.scale.attempts,
        )
        for goal in goals:
            ratios = found[goal.metric]
            yield Row(
                id=goal.workload,
                metric=goal.metric,
                database=self.vendor,
                value=round(ratios.value, 3),
                must=str(goal.must),
                goal=str(goal.goal),
                verdict=ratios.verdict(goal.must),
                detail=" ".join(f"{ratio:.3f}" for ratio in ratios.rounds),
            )

    def rate(self, make: MakeClient, *, clients: int, words: tuple[str, ...]) -> Part:
        """A part: how many tries a second of some clients end with one of the words."""

        def measure() -> float:
            tally = run_clients(make, clients=clients, stint=self.stint)
            self._tell_others(tally, *words)
            return tally.rate(*words)

        return measure

    def _tell_others(self, tally: Tally, *words: str) -> None:
        others = {word: n for word, n in tally.outcomes.items() if word not in words}
        if others:
            self.progress.tell(f"also {others}")

    def t1(self, clients: int) -> Part:
        """The ceiling of a booking."""
        return self.rate(self.ceiling.client, clients=clients, words=("done",))

    def page(self, site: web.Site, request: bytes) -> Part:
        """How many answers a second a page gives two clients."""
        return self.asked(site, lambda _number: lambda: request, clients=TWO_CLIENTS, word="200")

    def asked(
        self, site: web.Site, make: Callable[[int], Requests], *, clients: int, word: str
    ) -> Part:
        """A part: how many requests a second of some clients end with a status."""

        def measure() -> float:
            _warm_up(site, make)
            tally = ask_all(site, make, clients=clients, stint=self.stint)
            self._tell_others(tally, word)
            return tally.rate(word)

        return measure

    @contextlib.contextmanager
    def product(self) -> Iterator[web.Site]:
        """The product behind gunicorn as it is shipped."""
        shipped = "--config=python:borgerservice.server"
        with web.serving(shipped, log=self.log("product")) as site:
            yield site

    @contextlib.contextmanager
    def plain_site(self) -> Iterator[web.Site]:
        """The ceilings of a page behind the same server."""
        with web.serving(
            *("borgerservice.bench.ceiling_site", "--worker-class", "sync"),
            log=self.log("ceiling"),
            env={"BENCH_CEILING": self.ceiling.url, "DJANGO_SETTINGS_MODULE": ""},
        ) as site:
            yield site

    def log(self, name: str) -> Path:
        """A file for what a server says."""
        self._logs += 1
        return self.scratch / f"{self.vendor}-{name}-{os.getpid()}-{self._logs}.log"


def _warm_up(site: web.Site, make: Callable[[int], Requests]) -> None:
    """Ask as often as it takes for both workers to have answered: a new one is slow once."""
    send = make(WARM_UP_CLIENT)
    for _ in range(WARM_UP):
        web.Browser(site).ask(send())
