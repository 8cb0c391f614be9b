"""A nervous system sends the same booking many times at once, to a real server."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import requests

from appointments.models import Appointment
from appointments.rules.local_time import instant
from borgerservice.kernel import clock
from tests.builders import build_world
from tests.days import open_day
from tests.platform.api_calls import build_system
from tests.rig.services import Server

AT_ONCE = 12


def test_repeats_at_the_same_moment_book_once_and_all_hear_the_same(server: Server) -> None:
    now = clock.now()
    day = open_day(clock.danish_date(now) + timedelta(days=3))
    with server.database.opened():
        world = build_world(today=clock.danish_date(now), desks=1)
        system = build_system(world.municipality, now=now)
    body = {
        "centre": world.centre.key,
        "service": world.service.code,
        "start": instant(day, 600).isoformat(),
        "participants": [{"name": "Amina Hassan"}],
        "phone": "+4520304050",
    }
    together = Barrier(AT_ONCE)

    def book(_number: int) -> tuple[int, bytes]:
        together.wait(30)
        answer = requests.post(
            server.url("/api/v1/appointments/"),
            json=body,
            headers={**system.headers, "Idempotency-Key": "order-7"},
            timeout=60,
        )
        return answer.status_code, answer.content

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = set(pool.map(book, range(AT_ONCE)))
    assert [status for status, _content in answers] == [201]
    with server.database.opened():
        assert Appointment.unscoped.count() == 1
