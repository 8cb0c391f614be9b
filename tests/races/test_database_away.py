"""The database is stopped for a while: everybody is told to come back, and it goes on by itself."""

import signal
import socket
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest
from django.db import Error, OperationalError, connection, connections, transaction
from django.test import Client

from borgerservice.away import is_away
from borgerservice.kernel import clock
from tests.builders import build_staff
from tests.races.clients import FORM, Answer, ask
from tests.races.crowd import browser
from tests.races.load import Load
from tests.races.test_chaos import kept_connections, own_postgresql
from tests.rig.databases import Database
from tests.servers import Rig

SEED = 20261122
STRANGER = "grant_type=client_credentials&client_id=nobody&client_secret=nothing"
EVERY_SLOT = 8
"""So many requests in a row meet each connection that either process has kept."""


class Town(Load):
    """A centre, and everybody who has something to do with it."""

    def staff(self) -> dict[str, str]:
        with self.server.database.opened():
            clerk = Client()
            clerk.force_login(build_staff(self.world.municipality, now=clock.now()))
        return {"Cookie": f"sessionid={clerk.cookies['sessionid'].value}"}

    def ask_everything(self, staff: dict[str, str], turn: str) -> dict[str, Answer]:
        port, day = self.server.port, self.starts[len(turn)].date()
        centre, service = self.world.centre.key, self.world.service.code
        slots = f"/api/v1/slots/?centre={centre}&service={service}"
        later = day + timedelta(days=1)
        code = self.world.municipality.code
        return {
            "a page": ask(port, "GET", f"/{centre}/{service}/?first_day={day}"),
            "a search": ask(port, "GET", f"/earliest/?service={service}"),
            "a form": ask(
                port, "POST", f"/{centre}/{service}/", f"people=1&start={later}", browser()
            ),
            "a clerk": ask(port, "GET", f"/admin/{code}/", headers=staff),
            "a read": ask(port, "GET", f"{slots}&from={day}&to={later}"),
            "a booking": self.book(f"key-{turn}", self.starts[len(turn)]),
            "a token": ask(port, "POST", "/identity/o/api/token", STRANGER, FORM),
        }


@pytest.mark.only("postgresql")
def test_who_asks_while_it_is_away_is_told_to_come_back_and_then_is_served(
    rig: Rig, fresh_database: Database
) -> None:
    engine = own_postgresql(rig)
    with rig.serve(fresh_database, env=kept_connections(fresh_database)) as server:
        town = Town(server, seed=SEED)
        staff = town.staff()
        for turn in range(EVERY_SLOT):
            before = town.ask_everything(staff, f"{'x' * turn}")
        for how in (signal.SIGQUIT, signal.SIGINT):
            with engine.stopped(how):
                for turn in range(EVERY_SLOT):
                    told = town.ask_everything(staff, f"{how}{'y' * turn}")
                    assert {name: one.status for name, one in told.items()} == dict.fromkeys(
                        told, 503
                    )
                    assert all(2 <= int(one.headers["Retry-After"]) <= 6 for one in told.values())
                assert "Vi kan ikke svare lige nu" in told["a form"].body.decode()
                for name in ("a read", "a booking", "a token"):
                    assert told[name].headers["Content-Type"] == "application/problem+json"
                    assert told[name].json()["code"] == "unavailable"
                assert ask(server.port, "GET", "/readyz").status == 503
                assert ask(server.port, "GET", "/healthz").status == 200
            connections.close_all()
            for turn in range(EVERY_SLOT):
                after = town.ask_everything(staff, f"{how}{'y' * turn}")
                assert {name: one.status for name, one in after.items()} == {
                    name: one.status for name, one in before.items()
                }
            assert ask(server.port, "GET", "/readyz").body == b"ready"
        assert town.differences() == 0


@pytest.mark.only("postgresql")
def test_a_server_that_starts_before_its_database_waits_for_it(
    rig: Rig, fresh_database: Database
) -> None:
    engine = own_postgresql(rig)
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        with engine.stopped():
            starting = pool.submit(stack.enter_context, rig.serve(fresh_database))
            with pytest.raises(TimeoutError):
                starting.result(timeout=4)
        connections.close_all()
        server = starting.result(timeout=90)
        assert "The database cannot be reached yet." in server.log()
        assert ask(server.port, "GET", "/readyz").body == b"ready"


@pytest.mark.only("postgresql")
@pytest.mark.usefixtures("rig")
def test_a_server_that_says_nothing_at_all_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        lonely = connections.create_connection("default")
        where = {"HOST": "127.0.0.1", "PORT": silent.getsockname()[1]}
        lonely.settings_dict = {**lonely.settings_dict, **where}
        began = time.monotonic()
        with pytest.raises(OperationalError) as told, lonely.wrap_database_errors:
            lonely.connect()
    assert is_away(told.value)
    assert time.monotonic() - began < 20


@pytest.mark.only("sqlite")
def test_who_waits_too_long_for_the_lock_of_a_file_is_told_to_come_back(
    fresh_database: Database,
) -> None:
    with fresh_database.opened():
        connection.settings_dict["OPTIONS"] = {
            **connection.settings_dict["OPTIONS"],
            "timeout": 0.2,
        }
        connection.close()
        client = Client(raise_request_exception=False)
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
            other.execute("BEGIN IMMEDIATE")
            told = client.post("/find/", {"phone": "20304050"})
        assert told.status_code == 503
        assert int(told["Retry-After"])
        assert client.post("/find/", {"phone": "20304050"}).status_code < 400


@pytest.mark.django_db
def test_a_mistake_of_ours_is_not_taken_for_a_database_that_is_away() -> None:
    statements = {"sqlite": "SELECT 1 FROM nowhere", "postgresql": "SET LOCAL lock_timeout = 'x'"}
    with pytest.raises(Error) as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
    assert not is_away(told.value)
    assert not is_away(OperationalError("said without a cause"))
    assert Counter([is_away(None), is_away(ValueError())]) == {False: 2}
