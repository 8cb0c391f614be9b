"""Who waits to write to a SQLite file is woken by whoever wrote, and waits for nobody else."""

import select
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from django.db import connection, connections, transaction

from borgerservice.database.sqlite import base
from tests.servers import Database

pytestmark = pytest.mark.only("sqlite")
TOO_LONG = 600
"""Seconds that no test waits: who gets on before has been woken."""
FIRST_TRIES = 3
"""SQLite is told not to wait, then finds the file locked, then that nobody rang meanwhile."""
A_WHILE = 60
MOST_TRIES, A_MOMENT = 20, 0.05
MENDING = """
import fcntl, sys
sys.stdin.readline()
with open(sys.argv[1], "r+b", buffering=0) as index:
    for place in (120, 122):  # who writes, who mends
        fcntl.lockf(index, fcntl.LOCK_EX, 1, place)
    index.write(bytes(96))
    print("mending", flush=True)
    sys.stdin.read()
"""


def waiting(first: Callable[[], object] = lambda: None) -> threading.Thread:
    """Somebody who has found the file locked twice, and now waits to write."""
    tries = threading.Semaphore(0)

    def write() -> None:
        connection.ensure_connection()
        first()
        connection.connection.set_trace_callback(lambda _statement: tries.release())
        with transaction.atomic():
            connection.connection.set_trace_callback(None)
        connections.close_all()

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    for _ in range(FIRST_TRIES):
        assert tries.acquire(timeout=A_WHILE)
    return thread


@pytest.mark.parametrize("ending", ["kept", "undone"])
def test_who_waits_is_woken_once_the_one_before_is_done(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(base, "LOOK_AGAIN", TOO_LONG)
    with fresh_database.opened():
        with transaction.atomic():
            transaction.set_rollback(ending == "undone")
            woken = waiting()
            assert woken.is_alive()
        woken.join(A_WHILE)
        assert not woken.is_alive()


def test_who_waits_for_somebody_without_a_bell_looks_again(fresh_database: Database) -> None:
    with fresh_database.opened():
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as stranger:
            stranger.execute("BEGIN IMMEDIATE")
            late = waiting()
            assert late.is_alive()
        late.join(A_WHILE)
        assert not late.is_alive()


def test_who_comes_while_another_mends_the_file_waits_for_it(fresh_database: Database) -> None:
    with fresh_database.opened():
        connection.ensure_connection()
        command = [sys.executable, "-c", MENDING, f"{connection.settings_dict['NAME']}-shm"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as mender:

            def begin() -> None:
                print(file=mender.stdin, flush=True)
                mender.stdout.readline()

            late = waiting(first=begin)
            assert late.is_alive()
        late.join(A_WHILE)
        assert not late.is_alive()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="there every ring wakes all")
def test_a_ring_wakes_one_of_those_who_wait_and_that_is_who_came_first(
    fresh_database: Database,
) -> None:
    name = fresh_database.env["DATABASE_URL"].removeprefix("sqlite:///")
    ringer = base.Bell(name)
    for _ in range(MOST_TRIES):  # whoever is not quite asleep yet hears it, too
        woken: list[int] = []
        waiters = [
            threading.Thread(target=_wait_and_tell, args=(base.Bell(name), number, woken))
            for number in range(3)
        ]
        for waiter in waiters:
            waiter.start()
            time.sleep(A_MOMENT)
        ringer.ring()
        time.sleep(A_MOMENT)
        first = list(woken)
        for waiter in waiters:
            while waiter.is_alive():
                ringer.ring()
                waiter.join(A_MOMENT)
        ringer.silence()
        if first == [0] and woken == [0, 1, 2]:
            return
    raise AssertionError(first, woken)


def _wait_and_tell(bell: base.Bell, number: int, woken: list[int]) -> None:
    bell.wait(A_WHILE)
    woken.append(number)


def test_a_bell_that_nobody_hears_is_rung_for_ever(fresh_database: Database) -> None:
    with fresh_database.opened():
        bell = base.Bell(connection.settings_dict["NAME"])
        for _ in range(2 * base._MOST_HEARD):
            bell.ring()
        bell.silence()
        bell.wait(0)
        with transaction.atomic():
            assert connection.in_atomic_block
