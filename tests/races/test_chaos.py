"""Workers are killed and the database is torn down in mid-load: what was acknowledged stands.

The web comes back by itself. The control lets PostgreSQL acknowledge before it has written: then the
same restart loses bookings.
"""

import os
import random
import signal

import psutil
import pytest
from django.db import connections

from tests.races.load import Load
from tests.rig.databases import Database
from tests.rig.postgresql import PostgreSQL
from tests.rig.services import Server
from tests.servers import IS_FULL, Rig

SEED = 20261122
KILLS, RESTARTS = (100, 20) if IS_FULL else (3, 1)


def kept_connections(database: Database) -> dict[str, str]:
    """As in production: connections are kept, and looked at before they are used again."""
    url = database.env["DATABASE_URL"]
    return {"DATABASE_URL": f"{url}?conn_max_age=600&conn_health_checks=true"}


def own_postgresql(rig: Rig) -> PostgreSQL:
    assert isinstance(rig.engine, PostgreSQL)
    if rig.given:
        pytest.skip("somebody else's server is not torn down")
    return rig.engine


def restart(engine: PostgreSQL) -> None:
    engine.restart_at_once()
    connections.close_all()  # ours, too, lead nowhere now


def test_a_worker_that_is_killed_takes_no_booking_with_it(rig: Rig, server: Server) -> None:
    chance = random.Random(SEED)
    load = Load(server, seed=SEED)
    with load.running():
        for _ in range(KILLS):
            load.wait_for_more()
            worker = chance.choice(psutil.Process(server.process.pid).children())
            os.kill(worker.pid, signal.SIGKILL)
        load.wait_for_more()
    assert load.statuses["nobody answered"] > 0
    load.assert_all_is_right()


@pytest.mark.only("postgresql")
def test_a_database_that_is_torn_down_has_all_that_was_acknowledged(
    rig: Rig, fresh_database: Database
) -> None:
    engine = own_postgresql(rig)
    with rig.serve(fresh_database, env=kept_connections(fresh_database)) as server:
        load = Load(server, seed=SEED)
        with load.running():
            for _ in range(RESTARTS):
                load.wait_for_more(20)
                restart(engine)
            load.wait_for_more()
        assert set(load.statuses) <= {"201", "409", "503"}
        load.assert_all_is_right()


@pytest.mark.only("postgresql")
def test_one_that_acknowledges_before_it_has_written_loses_bookings(
    rig: Rig, fresh_database: Database
) -> None:
    engine = own_postgresql(rig)
    with (
        engine.set_to(synchronous_commit="off", wal_writer_delay="10s"),
        rig.serve(fresh_database, env=kept_connections(fresh_database)) as server,
    ):
        load = Load(server, seed=SEED)
        for number, start in enumerate(load.starts[:10]):
            load.acknowledged[str(number)] = load.book_politely(str(number), start).json()[
                "reference"
            ]
        restart(engine)
        assert load.lost() != set()
