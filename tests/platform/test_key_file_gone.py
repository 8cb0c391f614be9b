"""Without the key file nothing personal is kept or opened, which is said; all else goes on."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from appointments.models import Appointment
from borgerservice.management.commands import sweep
from borgerservice.municipalities.models import StaffMember
from borgerservice.vault.keys import KeyUnavailable, key_ring
from borgerservice.vault.links import derive_code, derive_link, new_salt
from borgerservice.vault.services import new_data_key, seal_directly
from tests.appointments.api_bookings import wanted
from tests.appointments.desk import at, centre_page, signed_in, visit_page
from tests.appointments.pages import begin, fill_in, starts_on, text_of, times_address
from tests.builders import NOW, PASSWORD, TODAY, World, build_staff, build_visit, build_world
from tests.keys import KeyFile
from tests.platform.api_calls import System, build_system, problem

pytestmark = pytest.mark.django_db
TOLD = "We cannot keep or open what people tell us right now"
TOLD_IN_DANISH = "Vi kan ikke gemme eller åbne det, folk fortæller os, lige nu"
TO_STAFF = "Sig til dem, der driver systemet, at nøglefilen skal lægges tilbage."


def without(domain: str) -> Callable[[KeyFile], None]:
    return lambda keys: keys.put(json.dumps({**keys.stored(), domain: {}}))


WAYS: dict[str, Callable[[KeyFile], Any]] = {
    "missing": lambda keys: keys.path.unlink(),
    "not JSON": lambda keys: keys.put("not JSON"),
    "not text": lambda keys: keys.path.write_bytes(b"\xff\xfe\x00"),
    "another JSON": lambda keys: keys.put("[]"),
    "a key cut short": lambda keys: keys.put(
        json.dumps({**keys.stored(), "wrap": {"1": keys.stored()["wrap"]["1"][:20]}})
    ),
    "no wrapping key": without("wrap"),
    "another wrapping key": KeyFile.replace_wrapping,
}


@dataclass
class Town:
    """A centre with a visit, and everybody who has something to do with it."""

    world: World
    clerk: StaffMember
    staff: Client
    citizen: Client
    system: System
    visit: Appointment
    draft: str
    starts: list[str]

    def walk_in(self) -> Any:
        typed = {"service": self.world.service.code, "name_0": "Bo Berg", "language": "da"}
        return self.staff.post(centre_page(self.world, "walk_in"), {**typed, "once": "page"})

    def book_by_phone(self) -> Any:
        address = f"{centre_page(self.world, 'book')}?service={self.world.service.code}&people=1"
        typed = {"name_0": "Bo Berg", "phone": "20 30 40 51", "language": "da", "once": "page"}
        return self.staff.post(address, {**typed, "start": self.starts[-1]})


@pytest.fixture
def keys(settings, tmp_path):
    return KeyFile(settings, tmp_path)


@pytest.fixture
def town(keys):
    cache.clear()
    with at(NOW):
        world = build_world()
        clerk = build_staff(world.municipality)
        citizen, staff = Client(raise_request_exception=False), signed_in(clerk)
        staff.raise_request_exception = False
        draft = begin(citizen, world)
        fill_in(citizen, draft)
        yield Town(
            world,
            clerk,
            staff,
            citizen,
            build_system(world.municipality),
            build_visit(world, minute=14 * 60, phone="+4520304051"),
            draft,
            [start.isoformat() for start in starts_on(citizen.get(times_address(world)))],
        )


STAFF: dict[str, Callable[[Town], Any]] = {
    "somebody walks in": Town.walk_in,
    "somebody phones": Town.book_by_phone,
    "the day": lambda town: town.staff.get(centre_page(town.world, "day")),
    "a visit": lambda town: town.staff.get(visit_page(town.world, town.visit.reference)),
    "moving": lambda town: town.staff.get(
        visit_page(town.world, town.visit.reference, "visit_move")
    ),
}
CITIZENS: dict[str, Callable[[Town], Any]] = {
    "choosing a time": lambda town: town.citizen.post(
        times_address(town.world), {"people": 1, "start": town.starts[-1]}
    ),
    "what was typed": lambda town: town.citizen.get(town.draft),
    "booking": lambda town: town.citizen.post(f"{town.draft}check/"),
    "waiting": lambda town: town.citizen.post(
        f"{times_address(town.world)}wait/",
        {"hours": "any", "name_0": "Bo Berg", "phone": "20 30 40 51"},
    ),
}
PROGRAMS: dict[str, Callable[[Town], Any]] = {
    "booking": lambda town: town.system.book(wanted(town.world)),
    "a visit": lambda town: town.system.get(f"appointments/{town.visit.reference}/"),
    "visits": lambda town: town.system.get(
        "appointments/", {"centre": town.world.centre.key, "date": TODAY.isoformat()}
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_door_that_needs_a_key_says_so(town, keys, way):
    before = Appointment.unscoped.count()
    WAYS[way](keys)

    for name, door in STAFF.items():
        page = door(town)
        assert (page.status_code, name) == (503, name)
        assert TOLD_IN_DANISH in text_of(page)
        assert TO_STAFF in text_of(page)
    for name, door in CITIZENS.items():
        page = door(town)
        assert (page.status_code, name) == (503, name)
        assert TOLD in text_of(page)
        assert page["Cache-Control"] == "no-store"
    for name, call in PROGRAMS.items():
        assert (*problem(call(town))[:2], name) == (503, "keys_unavailable", name)
    assert Appointment.unscoped.count() == before


def test_a_lost_link_cannot_be_sent_again_without_any_key(town, keys):
    keys.path.unlink()
    page = town.citizen.post("/en/find/", {"phone": "20 30 40 51"})
    assert (page.status_code, TOLD in text_of(page)) == (503, True)


def test_without_a_link_key_nobody_books_and_every_visit_is_read(town, keys):
    without("link")(keys)

    assert town.walk_in().status_code == 503
    assert town.citizen.post(f"{town.draft}check/").status_code == 503
    assert STAFF["the day"](town).status_code == 200
    assert PROGRAMS["a visit"](town).status_code == 200


def test_whatever_needs_no_key_goes_on(town, keys):
    keys.path.unlink()
    world, system = town.world, System()

    for address in ("/", f"/{world.centre.key}/", times_address(world), "/guide/", "/healthz"):
        assert town.citizen.get(address).status_code == 200
    slots = {"centre": world.centre.key, "service": world.service.code}
    assert system.get("slots/", slots).status_code == 200
    typed = {"login": town.clerk.username, "password": PASSWORD}
    assert Client().post("/accounts/login/", typed).status_code == 302
    assert town.staff.get("/admin/").status_code in {200, 302}


def test_with_the_file_back_everything_is_as_it_was(town, keys):
    kept = keys.text
    keys.path.unlink()
    assert town.citizen.post(f"{town.draft}check/").status_code == 503
    keys.put(kept)

    assert town.citizen.post(f"{town.draft}check/").status_code == 302


def test_no_domain_without_a_key_makes_anything(keys):
    salt = new_salt("random")
    for domain, makes in {
        "wrap": (new_data_key, lambda: seal_directly("text", place="here")),
        "link": (
            lambda: new_salt("random"),
            lambda: derive_link("visit", salt),
            lambda: derive_code("visit", salt),
        ),
    }.items():
        before = keys.text
        without(domain)(keys)
        assert not getattr(key_ring(), domain)
        for make in makes:
            with pytest.raises(KeyUnavailable):
                make()
        keys.put(before)


def test_the_sweep_goes_on_with_its_other_jobs(keys, caplog):
    keys.path.unlink()
    with caplog.at_level(logging.WARNING, logger=sweep.__name__):
        sweep._run("needs a key", key_ring)
    assert "sweep.failed job=needs a key problem=KeyUnavailable" in caplog.text
