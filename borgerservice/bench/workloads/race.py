"""W2d: fifty processes at one place, for every length; and workers killed in mid-load."""

import json
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing.synchronize import Barrier, Event

from appointments.models import Appointment
from borgerservice.bench.bookers import (
    BOOKED,
    Wish,
    anywhere,
    by_api,
    by_service,
    let_in,
    national_centres,
)
from borgerservice.bench.checks import differences, overlaps
from borgerservice.bench.clients import Attempt, Stint, run_clients
from borgerservice.bench.context import Bench
from borgerservice.bench.data import CLOSES, OPENS
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.web import Site
from borgerservice.bench.world import MINUTES, World
from borgerservice.municipalities.models import Centre

ID = "W2d"
CLIENTS, REPEATS, FEW_REPEATS = 50, 20, 3
PATIENCE = 120
LOADED_CENTRES, LOAD_CLIENTS, KILLS = 10, 8, 3
ACKNOWLEDGED = "acknowledged "


def run(bench: Bench) -> Iterator[Row]:
    """Exactly one gets it, each time; nothing acknowledged is lost."""
    yield from _one_each(bench)
    yield _killed(bench)


def _one_each(bench: Bench) -> Iterator[Row]:
    """Of all places the one that was given out most often, or least."""
    centre = Centre.objects.select_related("municipality").get(key="race")
    seats = _seats(bench.world, centre)
    barrier = multiprocessing.get_context("fork").Barrier(CLIENTS)
    tally = run_clients(
        partial(_racer, bench.world, seats, barrier),
        clients=CLIENTS,
        stint=Stint(tries=len(seats)),
    )
    booked = [tally.outcomes[f"{BOOKED} {place}"] for place in range(len(seats))]
    bench.progress.tell(f"{len(seats)} places, given out so often: {dict(Counter(booked))}")
    farthest = max(booked, key=lambda times: abs(times - 1))
    metric = f"of {CLIENTS} at one place, {len(seats)} places"
    yield counted(ID, metric, bench.vendor, farthest, must=Bound("=", 1))
    days = bench.world.free_days()
    wrong = overlaps([centre]) + differences([centre], days[0], days[-1])
    yield counted(ID, "overlaps, bitmaps that differ", bench.vendor, wrong, must=Bound("=", 0))


def _seats(world: World, centre: Centre) -> list[Wish]:
    """Places that do not touch, at the only desk of a centre: two days for each length."""
    days = world.free_days()
    seats = []
    for place, length in enumerate(MINUTES):
        own_days = days[2 * place : 2 * place + 2]
        minutes = range(OPENS, CLOSES - length + 1, length)
        own = [Wish(centre, day, minute, length) for day in own_days for minute in minutes]
        seats += own[: REPEATS if world.scale.centres > CLIENTS else FEW_REPEATS]
    return seats


def _racer(world: World, seats: list[Wish], barrier: Barrier, number: int) -> Attempt:
    places = iter(enumerate(seats))
    wanted = iter(seats)
    book = by_service(lambda: next(wanted), client=number, now=world.now)

    def attempt() -> str:
        place, _seat = next(places)
        barrier.wait(PATIENCE)
        return f"{book()} {place}"

    return attempt


def _killed(bench: Bench) -> Row:
    """What is lost, doubled or wrong after workers were killed while they booked."""
    centres = national_centres()[:LOADED_CENTRES]
    acknowledged: list[str] = []
    with bench.product() as site:
        places = list({centre.municipality_id: centre.municipality for centre in centres}.values())
        tokens = let_in(site, places, bench.world.now)
        for _ in range(KILLS):
            begun = multiprocessing.get_context("fork").Event()
            killing = (site, begun, bench.stint.seconds / 2)
            killer = threading.Thread(target=_kill_a_worker, args=killing, daemon=True)
            killer.start()
            make = partial(_loader, bench.world, centres, site, tokens=tokens, begun=begun)
            tally = run_clients(make, clients=LOAD_CLIENTS, stint=bench.stint)
            killer.join()
            hung_up = tally.outcomes["no answer"]
            answers = [word for word in tally.outcomes if word.startswith(ACKNOWLEDGED)]
            bench.progress.tell(f"killed a worker: {hung_up} without answer, {len(answers)} booked")
            acknowledged += [word.removeprefix(ACKNOWLEDGED) for word in answers]
    # Across municipalities: the bench has made them all.
    there = set(Appointment.unscoped.values_list("reference", flat=True))
    days = bench.world.free_days()
    wrong = len(set(acknowledged) - there) + overlaps(centres)
    wrong += differences(centres, days[0], days[-1])
    return counted(
        ID,
        f"lost, doubled or wrong, {KILLS} workers killed",
        bench.vendor,
        wrong,
        must=Bound("=", 0),
    )


def _kill_a_worker(site: Site, begun: Event, seconds: float) -> None:
    """A while after the clients have begun to book."""
    begun.wait(PATIENCE)
    time.sleep(seconds)
    for worker in site.workers()[:1]:
        os.kill(worker, signal.SIGKILL)


def _loader(
    world: World,
    centres: list[Centre],
    site: Site,
    number: int,
    *,
    tokens: dict[int, str],
    begun: Event,
) -> Attempt:
    ask = by_api(site, anywhere(world, centres, number), tokens, client=f"w2d-{number}")

    def attempt() -> str:
        if not begun.is_set():
            begun.set()
        try:
            status, answer = ask()
        except OSError:
            return "no answer"
        if status == 201:  # noqa: PLR2004 - created
            return ACKNOWLEDGED + str(json.loads(answer)["reference"])
        return str(status)

    return attempt
