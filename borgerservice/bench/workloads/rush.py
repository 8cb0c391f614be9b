"""W2c: thousands of attempts at the last 300 places of one centre, through the API."""

import itertools
import random
from collections.abc import Iterator
from functools import partial
from statistics import median

from borgerservice.bench.bookers import Wish, Wishes, by_api, by_service, let_in
from borgerservice.bench.checks import differences, overlaps
from borgerservice.bench.clients import Attempt, Stint, run_clients
from borgerservice.bench.context import Bench
from borgerservice.bench.data import CLOSES, DESKS, OPENS, STEP
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.web import Site
from borgerservice.municipalities.models import Centre

ID = "W2c"
CLIENTS, ATTEMPTS = 32, 5000
PLACES, DAYS = 300, 2
SLOWEST, WANTED = Bound("<=", 4), Bound("<=", 2.5)
LARGEST_SPREAD = 0.25


def run(bench: Bench) -> Iterator[Row]:
    """As many rushes as rounds, each at two days of its own; the worst of them counts."""
    centre = Centre.objects.select_related("municipality").get(key="rush")
    days = bench.world.free_days()
    told: list[tuple[int, int, float]] = []
    with bench.product() as site:
        tokens = let_in(site, [centre.municipality], bench.world.now)
        for number in range(min(bench.rounds, len(days) // DAYS)):
            times = _times_left(bench, centre, number)
            make = partial(_client, site, times, tokens)
            tries = -(-ATTEMPTS // CLIENTS) if bench.world.scale.centres > CLIENTS else 25
            tally = run_clients(make, clients=CLIENTS, stint=Stint(tries=tries))
            outcomes = tally.outcomes
            failed = sum(n for status, n in outcomes.items() if status.startswith("5"))
            slowest = tally.percentile(0.99) / tally.percentile(0.5)
            told.append((outcomes["201"], failed, slowest))
            bench.progress.tell(f"rush {number + 1}: {dict(outcomes)}, p99/p50 {slowest:.2f}")
    success = {"must": Bound("=", PLACES)}
    worst = max((booked for booked, *_ in told), key=lambda booked: abs(booked - PLACES))
    yield counted(ID, f"booked, of {PLACES} places", bench.vendor, worst, **success)
    wrong = overlaps([centre]) + sum(failed for _booked, failed, _slow in told)
    yield counted(ID, "overlaps and 5xx", bench.vendor, wrong, must=Bound("=", 0))
    off = differences([centre], days[0], days[-1])
    yield counted(ID, "bitmaps that differ", bench.vendor, off, must=Bound("=", 0))
    yield _latency(bench, [slow for _booked, _failed, slow in told])


def _latency(bench: Bench, ratios: list[float]) -> Row:
    value = median(ratios)
    is_noisy = (max(ratios) - min(ratios)) / value > LARGEST_SPREAD
    verdict = "fail" if not SLOWEST.holds(min(ratios)) else "noisy" if is_noisy else ""
    return Row(
        id=ID,
        metric="p99 / p50",
        database=bench.vendor,
        value=round(value, 3),
        must=str(SLOWEST),
        goal=str(WANTED),
        verdict=verdict or ("pass" if SLOWEST.holds(value) else "fail"),
        detail=" ".join(f"{ratio:.2f}" for ratio in ratios),
    )


def _times_left(bench: Bench, centre: Centre, number: int) -> list[Wish]:
    """The starts of two days, after bookings that leave 300 places at all desks together."""
    days = bench.world.free_days()[number * DAYS : (number + 1) * DAYS]
    times = [
        Wish(centre, day, minute, STEP)
        for day, minute in itertools.product(days, range(OPENS, CLOSES, STEP))
    ]
    gone = iter(random.Random(number).sample(times, len(times) * DESKS - PLACES))  # noqa: S311
    book = by_service(lambda: next(gone), client=number, now=bench.world.now)
    for _ in range(len(times) * DESKS - PLACES):
        book()
    return times


def _client(site: Site, times: list[Wish], tokens: dict[int, str], number: int) -> Attempt:
    """Tries every time left once before it tries one again, in an order of its own."""
    chance = random.Random(number)  # noqa: S311 - a workload, repeated

    def shuffled() -> Iterator[Wish]:
        while True:
            yield from chance.sample(times, len(times))

    left = shuffled()
    wishes: Wishes = lambda: next(left)  # noqa: E731
    ask = by_api(site, wishes, tokens, client=f"w2c-{number}")
    return lambda: str(ask()[0])
