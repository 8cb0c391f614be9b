"""The pages of keeping and letting go in a real browser, by keyboard, small and large."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from tests.appointments.desk import session_of
from tests.builders import build_staff, build_world
from tests.retention.lives import build_lives
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.test_auditor_look import SIZES, tab_to

pytestmark = pytest.mark.once
OLD = date(2020, 3, 2)


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def work(server: Server) -> tuple[str, list[str]]:
    """The number of a visit that has had its time, and the sessions of two administrators."""
    now = clock.now()
    with server.database.opened():
        lives = build_lives(build_world())
        kept, _other = lives.visit(OLD), lives.full_visit(OLD)
        place = lives.world.municipality
        two = [build_staff(place, role="administrator", now=now) for _ in range(2)]
        return kept.reference, [session_of(one) for one in two]


def as_staff(page: Page, server: Server, session: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])


@pytest.mark.parametrize("size", SIZES)
def test_keeping_proposing_and_answering_by_keyboard(
    server: Server, new_page: Callable[..., Page], work: tuple[str, list[str]], size: str
) -> None:
    reference, sessions = work
    page = new_page(size=SIZES[size])
    as_staff(page, server, sessions[0])
    page.goto(server.url("/admin/0657/holds/"))
    tab_to(page, "[name=reference]")
    page.keyboard.type(reference)
    tab_to(page, "[name=reason]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=holdes tilbage, indtil")
    look_at(page)
    tab_to(page, "table button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Intet holdes tilbage.")
    page.goto(server.url("/admin/0657/disposal/"))
    look_at(page)
    tab_to(page, "button[type=submit].default")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look_at(page)
    tab_to(page, "[name=authority]")
    page.keyboard.type("26/012345")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=En kollega skal svare.")
    page.context.clear_cookies()
    as_staff(page, server, sessions[1])
    page.goto(server.url("/admin/0657/disposal/"))
    look_at(page)
    tab_to(page, "button[value=approve]" if size == "desk" else "button[value=decline]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Godkendt." if size == "desk" else "text=Afvist.")
    look_at(page)
