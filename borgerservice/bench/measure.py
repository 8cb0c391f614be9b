"""Fill a private database and run workloads on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from borgerservice.bench.ceilings import Ceiling
from borgerservice.bench.context import Bench
from borgerservice.bench.data import SCALES
from borgerservice.bench.plan import Plan
from borgerservice.bench.progress import Progress
from borgerservice.bench.report import Row
from borgerservice.bench.workloads import (
    apilist,
    availability,
    booking,
    dayview,
    earliest,
    race,
    reminders,
    rush,
    witness,
)
from borgerservice.bench.world import build_world
from borgerservice.kernel import clock

RUN: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "availability": availability.run,
    "earliest": earliest.run,
    "book": booking.run,
    "rush": rush.run,
    "race": race.run,
    "dayview": dayview.run,
    "apilist": apilist.run,
    "reminders": reminders.run,
    "witness": witness.run,
}


def measure(plan: Plan) -> list[Row]:
    """The rows of every workload asked for, in their order."""
    progress = Progress(plan.vendor)
    progress.tell("filling the database")
    bench = Bench(
        vendor=plan.vendor,
        world=build_world(SCALES[plan.scale], now=clock.now()),
        ceiling=Ceiling(plan.ceiling),
        rounds=plan.rounds,
        scratch=Path(plan.out).parent,
        progress=progress,
    )
    rows: list[Row] = []
    for name in plan.workloads:
        progress.title = f"{plan.vendor} {name}"
        try:
            rows += RUN[name](bench)
        except reminders.NoBroker as problem:
            progress.tell(f"left out, {problem}")
    progress.end()
    return rows
