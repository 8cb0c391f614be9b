"""W3: decisions that enter a witnessing into the ledger, and fifty about one witness at once.

A client decides some cases before it counts: the product keeps its connections for ten minutes, and
the first few decisions on a new one are spent on plans and catalogues that PostgreSQL then keeps.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from statistics import median

from django.db import connection

from appointments.models import Desk
from borgerservice.bench.cases import Cases, build_cases
from borgerservice.bench.clients import Attempt, Stint, run_clients
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.world import World
from borgerservice.vault.marks import number_marks
from witnesses.services import decide_proofing

ID = "W3"
CLIENTS = {"postgresql": 32, "sqlite": 4}
AT_ONCE = 50
CASES_A_WITNESS = 0.4
WARM_UP = 12
FEWEST_CASES = 3000
CONFIRMED, REFUSED = "confirmed", "not_confirmed"
NONE_LEFT = "no case left"
MUST, WANTED = Bound(">=", 0.15), Bound(">=", 0.25)


def run(bench: Bench) -> Iterator[Row]:
    """Lock, rule, guard and audit in one transaction, beside T1 with as many clients."""
    scale, clients = bench.world.scale, CLIENTS[bench.vendor]
    bench.progress.tell("filling the ledger")
    cases = build_cases(
        Desk.objects.select_related("centre__municipality").filter(centre__key="rush")[0],
        witnesses=scale.witnesses,
        spread=max(FEWEST_CASES, int(scale.witnesses * CASES_A_WITNESS)),
        sought=bench.rounds,
        at_once=AT_ONCE,
        now=bench.world.now,
    )
    yield _pseudonym(bench)
    taken = multiprocessing.get_context("fork").Value("i", 0)
    make = partial(_client, bench.world, cases, taken)
    product, ceiling = f"decision, {clients} clients", f"T1, {clients} clients"
    yield from bench.ratios(
        {
            ceiling: bench.t1(clients),
            product: bench.rate(make, clients=clients, words=(CONFIRMED, REFUSED)),
        },
        [Goal(ID, f"committed/s / T1, {clients} clients", product, ceiling, MUST, WANTED)],
    )
    yield _at_once(bench, cases)


def _client(world: World, cases: Cases, taken: "Synchronized[int]", number: int) -> Attempt:
    """Decides the next case that nobody has decided; some of them before it counts."""

    def attempt() -> str:
        with taken.get_lock():
            place = taken.value
            taken.value += 1
        if place >= len(cases.spread):
            time.sleep(0.01)
            return NONE_LEFT
        return _decide(world, cases, cases.spread[place])

    for _ in range(WARM_UP):
        attempt()
    return attempt


def _decide(world: World, cases: Cases, pk: int) -> str:
    case = decide_proofing(proofing=cases.case(pk), staff=cases.staff, now=world.now)
    return str(case.outcome)


def _at_once(bench: Bench, cases: Cases) -> Row:
    """Of fifty cases of one witness with two recent ones, exactly one is confirmed."""
    found = []
    for group in cases.sought:
        claimed = multiprocessing.get_context("fork").Value("i", 0)
        make = partial(_sought, bench.world, cases, group, claimed)
        tally = run_clients(make, clients=AT_ONCE, stint=Stint(tries=1))
        found.append(tally.outcomes[CONFIRMED])
    bench.progress.tell(f"confirmed of {AT_ONCE} at once: {dict(Counter(found))}")
    farthest = max(found, key=lambda confirmed: abs(confirmed - 1))
    metric = f"confirmed of {AT_ONCE} at one witness with 2 recent"
    return counted(ID, metric, bench.vendor, farthest, must=Bound("=", 1))


def _sought(
    world: World, cases: Cases, group: range, claimed: "Synchronized[int]", number: int
) -> Attempt:
    connection.ensure_connection()
    with claimed.get_lock():
        pk = group[claimed.value]
        claimed.value += 1
    return lambda: _decide(world, cases, pk)


def _pseudonym(bench: Bench) -> Row:
    """What recognising a person by their number costs, which no other figure here includes.

    It is slow on purpose, and no lock is held meanwhile; but a clerk waits for it.
    """
    took = []
    for number in range(bench.rounds):
        began = time.perf_counter()
        number_marks("replacement", f"61019{number:05}")
        took.append(1000 * (time.perf_counter() - began))
    metric, must, wanted = "ms to recognise a number, apart", Bound("<=", 1000), Bound("<=", 250)
    return counted(ID, metric, bench.vendor, round(median(took)), must=must, goal=wanted)
