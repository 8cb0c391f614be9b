"""The pages on which a municipality settles its own, in a real browser, and what comes of it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffRole
from tests.appointments.pngs import chunk, png
from tests.appointments.test_desk_look import press
from tests.builders import PASSWORD, World, build_staff
from tests.days import build_coming_world
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
HEAVY = png(extra=chunk(b"tEXt", bytes(190 * 1024)))
"""More than a form may send, less than a file may."""
PAINTED = "button => getComputedStyle(button).backgroundColor"


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    now = clock.now()
    with server.database.opened():
        world = build_coming_world(desks=2)
        role = StaffRole.Role.ADMINISTRATOR
        build_staff(world.municipality, role=role, username="chief", now=now)
    return world


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_an_administrator_paints_the_pages_and_a_citizen_sees_it(
    server: Server, world: World, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = new_page(size=size)

    def open_page(path: str) -> None:
        page.goto(server.url(path))
        look_at(page)

    open_page("/accounts/login/")
    page.locator("#id_login").fill("chief")
    page.locator("#id_password").fill(PASSWORD)
    press(page.locator("main form button"))
    open_page("/admin/0657/own/")
    page.locator("#id_accent").fill("#ffcc00")
    press(page.locator("main form.act button.default"))
    assert page.locator("#id_accent_error").count() == 1
    look_at(page)
    page.locator("#id_accent").fill("#0b5a34")
    press(page.locator("main form.act button.default"))
    open_page("/admin/0657/own/logo/")
    press(page.locator("main form.act button.default"))
    look_at(page)
    page.locator("#id_logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": HEAVY}
    )
    press(page.locator("main form.act button.default"))
    assert page.locator(".own-logo").evaluate("image => image.naturalWidth") == 120
    look_at(page)
    open_page("/admin/0657/own/links/")
    open_page(f"/{world.centre.key}/")
    assert page.locator(".site-logo").evaluate("image => image.naturalWidth") == 120
    page.goto(server.url("/?q=herning"))
    grey = page.locator(".button-primary").first.evaluate(PAINTED)
    page.goto(server.url(f"/{world.centre.key}/{world.service.code}/"))
    press(page.locator("button[name=start]").first)
    painted = page.locator(".button-primary").first.evaluate(PAINTED)
    assert (grey, painted) == ("rgb(69, 69, 69)", "rgb(11, 90, 52)")
    look_at(page)
