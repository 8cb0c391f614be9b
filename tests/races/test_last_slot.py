"""Fifty citizens press at once for the last free time: one gets it, nobody else does.

Every client is a connection of its own to gunicorn with two workers. The controls take the guards
away one by one: either alone holds, and with both away the same test oversells.
"""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from appointments.models import Appointment
from appointments.rules.local_time import instant
from appointments.services.centres.desk_days import rebuild
from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.kernel import clock
from tests.builders import World, build_world
from tests.days import open_day
from tests.races.clients import ask_politely, token
from tests.rig.services import Server
from tests.servers import Rig

CLIENTS = 50
UNGUARDED = {"GUNICORN_CMD_ARGS": "--config=tests/races/unguarded.py"}
DROP_THE_CONSTRAINT = {
    "postgresql": (
        "ALTER TABLE appointments_appointment DROP CONSTRAINT one_visit_per_desk_and_time",
    ),
    "sqlite": (
        "DROP TRIGGER new_visit_finds_the_desk_free",
        "DROP TRIGGER moved_visit_finds_the_desk_free",
    ),
}


def day_ahead() -> date:
    return open_day(clock.danish_date(clock.now()) + timedelta(days=3))


class Rush:
    """A centre with one desk and one free time, and clients that all want it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        now = clock.now()
        with server.database.opened():
            self.world: World = build_world(today=clock.danish_date(now))
            made = create_api_client(
                municipality=self.world.municipality,
                name="race",
                scopes=[Scope.APPOINTMENTS_WRITE],
                actor="system",
                now=now,
            )
        scope = str(Scope.APPOINTMENTS_WRITE)
        self.token = token(server.port, made.client.client_id, made.secret, scope)

    def press(self) -> Counter[int]:
        """All ask at the same moment; how many got which answer."""
        body = json.dumps(
            {
                "centre": self.world.centre.key,
                "service": self.world.service.code,
                "start": instant(day_ahead(), 600).isoformat(),
                "participants": [{"name": "Amina Hassan"}],
                "phone": "+4520304050",
                "language": "da",
            }
        )
        self._wake_every_worker()
        barrier = Barrier(CLIENTS)

        def one(number: int) -> int:
            barrier.wait(30)
            headers = {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                "Idempotency-Key": f"race-{number}",
            }
            path = "/api/v1/appointments/"
            return ask_politely(self.server.port, "POST", path, body, headers).status

        with ThreadPoolExecutor(CLIENTS) as pool:
            return Counter(pool.map(one, range(CLIENTS)))

    def _wake_every_worker(self) -> None:
        """Have both workers awake, so that no client waits for one to start."""

        def look(_number: int) -> None:
            path = f"/api/v1/centres/?municipality={self.world.municipality.code}"
            ask_politely(self.server.port, "GET", path)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(look, range(32)))

    def booked(self) -> int:
        """How many visits stand at that time."""
        with self.server.database.opened():
            return Appointment.unscoped.filter(centre=self.world.centre, status="booked").count()

    def differences(self) -> int:
        """How many bitmaps differ from the appointments."""
        today = clock.danish_date(clock.now())
        with self.server.database.opened():
            return rebuild(centre=self.world.centre, first=today, last=today + timedelta(days=14))

    def drop_the_constraint(self) -> None:
        with (
            self.server.database.opened(as_owner=True) as connection,
            connection.cursor() as cursor,
        ):
            for statement in DROP_THE_CONSTRAINT[connection.vendor]:
                cursor.execute(statement)


@pytest.fixture
def rush(server: Server) -> Rush:
    return Rush(server)


@pytest.fixture
def unguarded(rig: Rig) -> Iterator[Rush]:
    with rig.fresh_database() as database, rig.serve(database, env=UNGUARDED) as server:
        yield Rush(server)


def test_of_fifty_who_press_at_once_exactly_one_gets_the_time(rush: Rush) -> None:
    answers = rush.press()
    assert answers == {201: 1, 409: CLIENTS - 1}
    assert rush.booked() == 1
    assert rush.differences() == 0


def test_the_bitmap_alone_holds(rush: Rush) -> None:
    rush.drop_the_constraint()
    assert rush.press() == {201: 1, 409: CLIENTS - 1}
    assert rush.booked() == 1


def test_the_database_alone_holds(unguarded: Rush) -> None:
    answers = unguarded.press()
    assert (answers[201], unguarded.booked()) == (1, 1)


def test_with_both_away_the_time_is_sold_twice(unguarded: Rush) -> None:
    unguarded.drop_the_constraint()
    answers = unguarded.press()
    assert unguarded.booked() == answers[201] > 1
