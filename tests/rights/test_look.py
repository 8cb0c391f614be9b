"""The page and the account in a real browser, by keyboard, small and large, and on paper."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.rights.planted import Planted, build_house, planted
from tests.servers import Rig
from tests.witnesses.test_auditor_look import SIZES, tab_to

pytestmark = pytest.mark.once
PAGE = "/admin/0657/held/"


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def asks(server: Server) -> tuple[Planted, str]:
    """Somebody with everything in Herning, and the session of its administrator."""
    now = clock.now()
    with server.database.opened():
        first, second = (
            planted(n, name, place="Herning", shift=0) for n, name in enumerate(("Amina", "Bo"), 1)
        )
        house = build_house(first, second, day=danish_date(now))
        return first, session_of(build_staff(house.municipality, role="administrator", now=now))


@pytest.mark.parametrize("size", SIZES)
def test_an_administrator_can_ask_and_print_by_keyboard(
    server: Server, new_page: Callable[..., Page], asks: tuple[Planted, str], size: str
) -> None:
    one, session = asks
    page = new_page(size=SIZES[size])
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    page.goto(server.url(PAGE))
    look_at(page)
    tab_to(page, "button[type=submit].default")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look_at(page)
    told = {"number": one.number.digits, "phone": one.phone, "email": one.email}
    for name, value in {**told, "name": one.name, "journal": "26/012345"}.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(value)
    tab_to(page, "[name=is_checked]")
    page.keyboard.press("Space")
    tab_to(page, "button[type=submit].default")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trail")
    look_at(page)
    assert one.email in page.locator("main").inner_text()
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window
