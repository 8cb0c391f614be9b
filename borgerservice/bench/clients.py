"""Clients as processes of their own: all begin at the same moment, each counts what it got."""

import gc
import itertools
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from django.db import connections

Attempt = Callable[[], str]
"""One try; the word it returns is what came of it."""
MakeClient = Callable[[int], Attempt]
"""Connects the client of that number and returns what it does again and again."""

READY_SECONDS = 60
_numbers = itertools.count()
_FORK = multiprocessing.get_context("fork")


class ClientFailed(RuntimeError):
    """A client ended with an error, or not at all."""


@dataclass(slots=True)
class Tally:
    """What all clients got, at which rate together, and how long each try took."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rates: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def rate(self, *words: str) -> float:
        """How many tries a second ended with one of these words."""
        return float(sum(self.rates[word] for word in words))

    def percentile(self, share: float) -> float:
        """How many seconds that share of the tries took at most."""
        waited = sorted(self.seconds)
        return waited[min(len(waited) - 1, int(share * len(waited)))]


@dataclass(frozen=True, slots=True)
class Stint:
    """How long the clients go on: some seconds, or some tries each."""

    seconds: float = 3600
    tries: int = 10**9


def run_clients(make: MakeClient, *, clients: int, stint: Stint) -> Tally:
    """Let some clients try at once. Raises ClientFailed; no client outlives the call.

    No two clients of a run have the same number.
    """
    connections.close_all()  # a forked process must not share ours
    gc.collect()
    gc.freeze()  # nor copy what is there by looking for what is not
    barrier = _FORK.Barrier(clients)
    pipes, processes = [], []
    for number in itertools.islice(_numbers, clients):
        ours, theirs = _FORK.Pipe(duplex=False)
        process = _FORK.Process(
            target=_client, args=(number, make, barrier, stint, theirs), daemon=True
        )
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        patience = READY_SECONDS + (stint.seconds if stint.seconds < READY_SECONDS else 600)
        return _gathered(pipes, patience=patience)
    finally:
        for process in processes:
            process.kill()
            process.join()


def _gathered(pipes: list[Connection], *, patience: float) -> Tally:
    tally, problems = Tally(), []
    end = time.monotonic() + patience
    for pipe in pipes:
        if not pipe.poll(max(0.0, end - time.monotonic())):
            raise ClientFailed("a client did not come to an end")
        problem, outcomes, elapsed, seconds = pipe.recv()
        if problem:
            problems.append(problem)
        tally.outcomes.update(outcomes)
        for word, count in outcomes.items():
            tally.rates[word] += count / elapsed
        tally.seconds.extend(seconds)
    if problems:
        # Those who waited in vain for one that failed have nothing to tell.
        raise ClientFailed(min(problems, key=lambda told: told.startswith("BrokenBarrier")))
    return tally


def _client(
    number: int, make: MakeClient, barrier: Barrier, stint: Stint, answer: Connection
) -> None:
    outcomes: Counter[str] = Counter()
    waited: list[float] = []
    problem, elapsed = "", 0.0
    try:
        attempt = make(number)
        barrier.wait(READY_SECONDS)
        began = now = time.perf_counter()
        end = began + stint.seconds
        while now < end and len(waited) < stint.tries:
            outcomes[attempt()] += 1
            before, now = now, time.perf_counter()
            waited.append(now - before)
        elapsed = now - began
    except Exception as failure:  # noqa: BLE001 - told to whoever started us
        barrier.abort()
        problem = f"{type(failure).__name__}: {failure}"[:2000]
    answer.send((problem, outcomes, elapsed or 1.0, waited))
