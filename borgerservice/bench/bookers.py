"""Citizens who book: through the service function, or through the API."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.db import connection

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment
from appointments.rules.local_time import instant
from appointments.services import (
    Visitor,
    book_appointment,
)
from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.bench import web
from borgerservice.bench.clients import Attempt
from borgerservice.bench.data import CLOSES, LENGTHS, OPENS
from borgerservice.bench.world import NAME, World, service_code
from borgerservice.municipalities.models import Centre, Municipality

BOOKED, TAKEN = "booked", "taken"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a citizen wants: where, when, how long."""

    centre: Centre
    day: date
    minute: int
    length: int

    @property
    def start(self) -> datetime:
        """The moment, in UTC."""
        return instant(self.day, self.minute)


Wishes = Callable[[], Wish]


def anywhere(world: World, centres: Sequence[Centre], seed: int) -> Wishes:
    """Times picked at random in the days on which nothing was booked, of all lengths."""
    chance = random.Random(seed)  # noqa: S311 - a workload, repeated
    days = world.free_days()

    def pick() -> Wish:
        length = chance.choice(LENGTHS)
        minute = chance.randrange(OPENS, CLOSES - length + 1, 5)
        return Wish(chance.choice(centres), chance.choice(days), minute, length)

    return pick


def national_centres() -> list[Centre]:
    """The centres of the country, with what a booking asks of them."""
    return list(Centre.objects.filter(key__startswith="bench-").select_related("municipality"))


def by_service(wishes: Wishes, *, client: int, now: datetime) -> Attempt:
    """A client that books with the service function."""
    phones = _phones(client)
    connection.ensure_connection()

    def attempt() -> str:
        wish = wishes()
        try:
            book_appointment(
                centre=wish.centre,
                visitors=[Visitor(name=NAME, service=service_code(wish.length))],
                start=wish.start,
                phone=next(phones),
                email="",
                language="da",
                origin=Appointment.Origin.WEB,
                actor="citizen",
                now=now,
            )
        except SlotTaken:
            return TAKEN
        except Refused as refusal:
            return refusal.code
        return BOOKED

    return attempt


def _phones(seed: int | str) -> Iterator[str]:
    """Phone numbers that are made up: who books is seldom who booked before."""
    chance = random.Random(seed)  # noqa: S311 - a workload, repeated
    while True:
        yield f"+45{chance.randrange(26_000_000, 29_000_000)}"


def body_of(wish: Wish, *, phone: str) -> dict[str, object]:
    """The wish as the API takes it."""
    return {
        "centre": wish.centre.key,
        "service": service_code(wish.length),
        "start": wish.start.astimezone(UTC).isoformat(),
        "participants": [{"name": NAME}],
        "phone": phone,
        "language": "da",
    }


def to_the_api(wishes: Wishes, tokens: Mapping[int, str], *, client: str) -> Callable[[], bytes]:
    """The next booking of a client of the API, as it goes over the wire."""
    phones = _phones(client)

    def request() -> bytes:
        wish = wishes()
        bearer = tokens[wish.centre.municipality_id]
        key = f"{client}-{next(_numbers)}"
        return web.post(
            "/api/v1/appointments/", body_of(wish, phone=next(phones)), bearer=bearer, key=key
        )

    return request


def by_api(
    site: web.Site, wishes: Wishes, tokens: Mapping[int, str], *, client: str
) -> Callable[[], tuple[int, bytes]]:
    """A client that books through the API; it gets the whole answer."""
    browser = web.Browser(site)
    browser.ask(web.get("/api/v1/services/"))  # a new worker is slow once
    request = to_the_api(wishes, tokens, client=client)
    return lambda: browser.ask(request())


def let_in(site: web.Site, municipalities: Sequence[Municipality], now: datetime) -> dict[int, str]:
    """A token for each municipality, got as its system would get it."""
    tokens: dict[int, str] = {}
    for place in municipalities:
        made = create_api_client(
            municipality=place,
            name="bench",
            scopes=[Scope.APPOINTMENTS_READ, Scope.APPOINTMENTS_WRITE],
            actor="command",
            now=now,
        )
        asked = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": made.client.client_id,
                "client_secret": made.secret,
                "scope": f"{Scope.APPOINTMENTS_READ} {Scope.APPOINTMENTS_WRITE}",
            }
        )
        tokens[place.pk] = web.token(site, asked)
    return tokens
