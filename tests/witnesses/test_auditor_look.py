"""The auditor's pages in a real browser, by keyboard, small and large: no fault axe can find."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.archive import decided, forged, held
from tests.witnesses.cases import PASSPORT, build_office

pytestmark = pytest.mark.once
SIZES = {"phone": (320, 740), "desk": (1280, 900)}
LIST = "/admin/0657/decisions/"


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def session(server: Server) -> str:
    """An auditor in Herning with sixty decisions: confirmed, refused, one not to be vouched for."""
    now = clock.now()
    with server.database.opened():
        office = build_office(day=danish_date(now))
        confirmed = decided(office, 1, PASSPORT, **held(office, 20))
        refused = decided(office, 2, PASSPORT, **held(office, 5))
        for _ in range(57):
            forged(office, refused, participant=refused.participant)
        forged(office, confirmed, participant=refused.participant, outcome="not_confirmed")
        return session_of(build_staff(office.world.municipality, role="auditor", now=now))


def tab_to(page: Page, what: str) -> None:
    """Go with the Tab key until the focus is on what a selector finds."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(what)


@pytest.mark.parametrize("size", SIZES)
def test_an_auditor_can_read_and_use_every_page_by_keyboard(
    server: Server, new_page: Callable[..., Page], session: str, size: str
) -> None:
    page = new_page(size=SIZES[size])
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    page.goto(server.url(LIST))
    look_at(page)
    tab_to(page, "a[rel=next]")
    page.keyboard.press("Enter")
    page.wait_for_url("**after=**")
    look_at(page)
    tab_to(page, "table a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{LIST}*/")
    look_at(page)
    tab_to(page, "#id_rule_set")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**rule_set=mitid-2025*")
    look_at(page)
    assert page.locator(".differences > li, #what-if ~ h3").count() > 0
    for address in (
        f"{LIST}?first=2026-02-02&last=2026-02-01&outcome=x",
        f"{LIST}summary/",
        f"{LIST}summary/?rule_set=mitid-2025",
        f"{LIST}summary/?first=x",
    ):
        page.goto(server.url(address))
        look_at(page)
    page.goto(server.url(f"{LIST}?outcome=not_confirmed"))
    page.locator("table a").first.click()
    look_at(page)
    assert page.locator("[role=alert]").count() == 1
