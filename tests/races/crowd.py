"""Many clients at the last places of some centres, through pages, admin and API."""

import itertools
import json
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from appointments.models import Appointment, CentreService
from appointments.selectors.bookable import bookable_times
from appointments.services import plan_visit
from appointments.services.centres.reconciling import reconcile
from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Centre
from tests.appointments.desk import session_of
from tests.builders import World, build_service, build_staff, build_world
from tests.races.clients import FORM, Answer, ask_politely, token
from tests.rig.services import Server

LENGTHS = (10, 15, 20, 30, 45)


def browser(seal: str = "a" * 32) -> dict[str, str]:
    """What a browser sends with a form. Two with one seal are the same browser."""
    return {**FORM, "Cookie": f"csrftoken={seal}", "X-CSRFToken": seal}


DROP_THE_CONSTRAINT = {
    "postgresql": (
        "ALTER TABLE appointments_appointment DROP CONSTRAINT one_visit_per_desk_and_time",
    ),
    "sqlite": (
        "DROP TRIGGER new_visit_finds_the_desk_free",
        "DROP TRIGGER moved_visit_finds_the_desk_free",
    ),
}


@dataclass(frozen=True)
class Place:
    """A time at the only desk of a centre; no two of them touch."""

    centre: str
    service: str
    start: datetime


@dataclass(frozen=True)
class Try:
    """What came of it: the status that decided, and what the winner was told to go by."""

    place: Place
    status: int
    won: str


class Crowd:
    """Centres that each do one length, with so many places left in all; clients that want them."""

    def __init__(self, server: Server, *, places: int, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        now = clock.now()
        with server.database.opened():
            worlds = [self._world(length, now) for length in LENGTHS]
            each = -(-places // len(LENGTHS))
            self.places = [p for world in worlds for p in self._places(world, each, now)][:places]
            municipality = worlds[0].municipality
            made = create_api_client(
                municipality=municipality,
                name="crowd",
                scopes=[Scope.APPOINTMENTS_WRITE],
                actor="system",
                now=now,
            )
            session = session_of(build_staff(municipality, now=now))
        self.code = municipality.code
        self.clerk = browser()
        self.clerk["Cookie"] += f"; sessionid={session}"
        scope = str(Scope.APPOINTMENTS_WRITE)
        self.token = token(server.port, made.client.client_id, made.secret, scope)
        self.doors = (self.by_page, self.by_desk, self.by_api)

    def _world(self, length: int, now: datetime) -> World:
        world = build_world(today=clock.danish_date(now), minutes=length, days=28)
        service = build_service(f"takes_{length}", minutes=length)
        CentreService.objects.filter(centre=world.centre).update(service=service)
        Centre.objects.filter(pk=world.centre.pk).update(start_step_minutes=5)
        world.centre.refresh_from_db()
        return World(world.municipality, world.centre, service, world.desks)

    def _places(self, world: World, count: int, now: datetime) -> list[Place]:
        plan = plan_visit(centre=world.centre, codes=[world.service.code])
        today = clock.danish_date(now)
        days = bookable_times(
            centre=world.centre,
            minutes=plan.minutes,
            caps=plan.caps,
            window=plan.window,
            first=today + timedelta(1),
            last=today + timedelta(28),
            now=now,
        )
        starts = (
            start
            for free in days
            for start, minute in zip(free.starts, free.minutes, strict=True)
            if (minute - 540) % plan.minutes == 0
        )
        some = itertools.islice(starts, count)
        return [Place(world.centre.key, world.service.code, start) for start in some]

    def attempt(self, clients: int, each: int) -> list[Try]:
        """So many clients try so often: all who want the same place come to it at the same time."""
        shuffled = itertools.cycle(self.chance.sample(self.places, len(self.places)))
        wishes = [list(itertools.islice(shuffled, each)) for _half in range(2)]
        seeds = [self.chance.random() for _client in range(clients)]
        with ThreadPoolExecutor(clients) as pool:
            own = ((number, wishes[number % 2], seeds[number]) for number in range(clients))
            return [one for tries in pool.map(self._client, own) for one in tries]

    def _client(self, own: tuple[int, Sequence[Place], float]) -> list[Try]:
        number, places, seed = own
        chance = random.Random(seed)
        return [
            chance.choice(self.doors)(place, f"{number}-{turn}")
            for turn, place in enumerate(places)
        ]

    def by_api(self, place: Place, name: str) -> Try:
        body = {
            "centre": place.centre,
            "service": place.service,
            "start": place.start.isoformat(),
            "participants": [{"name": "Amina Hassan"}],
            "phone": "+4520304050",
            "language": "da",
        }
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": name,
        }
        answer = self._ask("/api/v1/appointments/", json.dumps(body), headers)
        won = answer.json()["reference"] if answer.status == 201 else ""
        return Try(place, answer.status, won)

    def by_desk(self, place: Place, name: str) -> Try:
        path = f"/admin/{self.code}/centres/{place.centre}/book/?service={place.service}&people=1"
        person = {"name_0": "Amina Hassan", "phone": "20304050", "email": "", "language": "da"}
        body = urlencode({**person, "once": name, "start": place.start.isoformat()})
        answer = self._ask(path, body, self.clerk)
        return Try(place, answer.status, answer.headers.get("Location", ""))

    def by_page(self, place: Place, name: str) -> Try:
        body = urlencode({"people": 1, "start": place.start.isoformat()})
        own = browser(f"{zlib.crc32(name.encode()):032d}")
        answer = self._ask(f"/{place.centre}/{place.service}/", body, own)
        if answer.status != 302:
            return Try(place, answer.status, "")
        draft = answer.headers["Location"]
        typed = urlencode({"name_0": "Amina Hassan", "phone": "20304050", "email": ""})
        answer = self._ask(draft, typed, own)
        if answer.status == 302:
            answer = self._ask(answer.headers["Location"], "", own)
        return Try(place, answer.status, answer.headers.get("Location", ""))

    def _ask(self, path: str, body: str, headers: dict[str, str]) -> Answer:
        return ask_politely(self.server.port, "POST", path, body, headers)

    def booked(self) -> list[Appointment]:
        with self.server.database.opened():
            return list(Appointment.unscoped.filter(status="booked"))

    def differences(self) -> int:
        with self.server.database.opened():
            return len(list(reconcile(now=clock.now())))

    def drop_the_constraint(self) -> None:
        with (
            self.server.database.opened(as_owner=True) as connection,
            connection.cursor() as cursor,
        ):
            for statement in DROP_THE_CONSTRAINT[connection.vendor]:
                cursor.execute(statement)


def overlaps(visits: Sequence[Appointment]) -> int:
    """How many visits begin at a desk before the one before them is over."""
    at_desk: defaultdict[int, list[Appointment]] = defaultdict(list)
    for visit in sorted(visits, key=lambda visit: visit.starts_at):
        at_desk[visit.desk_id].append(visit)
    return sum(
        later.starts_at < earlier.busy_until
        for own in at_desk.values()
        for earlier, later in itertools.pairwise(own)
    )


def winners(tries: Sequence[Try]) -> Counter[Place]:
    """How often each place was given out."""
    return Counter(one.place for one in tries if one.won)
