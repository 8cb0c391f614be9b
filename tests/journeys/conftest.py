"""One town for all journeys: a server with the MitID of the demo; each journey gets its centre."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from appointments.models import Appointment
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
    plan_visit,
)
from borgerservice.adapters.mitid.demo import DemoWitness
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Municipality
from borgerservice.vault.links import derive_link
from tests.builders import World
from tests.days import build_coming_world
from tests.journeys.settings import EVERY, How
from tests.journeys.walk import Walk
from tests.rig.mitid import demo_running
from tests.rig.services import Server
from tests.servers import Rig

ADULTS = {
    how: DemoWitness(f"uuid-adult-{n}", f"Bente Vidne {n}", f"610190{2000 + n}", "substantial")
    for n, how in enumerate(EVERY)
}
CHILD = DemoWitness("uuid-child", "Bo Barn", "6101184001", "substantial")


@pytest.fixture(scope="session")
def mitid() -> Iterator[str]:
    """The MitID of the demo, who knows one grown-up for each combination, and a child."""
    with demo_running(*ADULTS.values(), CHILD) as issuer:
        yield issuer


@pytest.fixture(scope="session")
def town(rig: Rig, mitid: str) -> Iterator[Server]:
    with (
        rig.fresh_database() as database,
        rig.serve(database, env={"DEMO_MITID": mitid}) as server,
    ):
        yield server


@dataclass
class Place:
    """A centre of one journey's own."""

    server: Server
    world: World
    walk_with: Callable[[How, Server], Walk]

    @property
    def key(self) -> str:
        return self.world.centre.key

    @property
    def times(self) -> str:
        """The address of its free times."""
        return f"/{self.key}/new_mitid/"

    def walk(self, how: How, *, on: Server | None = None) -> Walk:
        """Somebody with a browser of their own."""
        return self.walk_with(how, on or self.server)

    def visit(self, *, nth: int = 0, at: datetime | None = None, language: str = "da") -> str:
        """Somebody's visit, at one of the free times or at a moment; its address."""
        visit = self.book(at or self.free()[nth], language=language)
        return f"/visit/{derive_link('visit', visit.link_salt)}/"

    def book(self, start: datetime, *, language: str = "da") -> Appointment:
        with self.server.database.opened():
            return book_appointment(
                centre=self.world.centre,
                visitors=[Visitor(name="Amina Hassan", service="new_mitid")],
                start=start,
                phone="+4520304050",
                email="",
                language=language,
                origin=Appointment.Origin.WEB,
                actor="citizen",
                now=clock.now(),
            )

    def free(self) -> list[datetime]:
        """Every free time of the next two weeks."""
        now = clock.now()
        today = clock.danish_date(now)
        with self.server.database.opened():
            plan = plan_visit(centre=self.world.centre, codes=["new_mitid"])
            days = bookable_times(
                centre=self.world.centre,
                minutes=plan.minutes,
                caps=plan.caps,
                window=plan.window,
                first=today,
                last=today + timedelta(days=14),
                now=now,
            )
        return [start for day in days for start in day.starts]


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[int]:
    """A number for each journey: no two meet."""
    return itertools.count()


@pytest.fixture
def place(town: Server, elsewhere: Iterator[int], new_page: Callable[..., Page]) -> Place:
    """A centre with one desk, open the next two weeks, in one of the country's municipalities."""

    def walk(how: How, server: Server) -> Walk:
        return Walk(new_page(size=how.size, javascript=how.javascript), server, how)

    with town.database.opened():
        municipalities = Municipality.objects.order_by("code")
        one = municipalities[next(elsewhere) % municipalities.count()]
        world = build_coming_world(code=one.code, name=one.name, desks=1)
    return Place(town, world, walk)
