"""The centre's own screen in a real browser: it asks, it forgets, and back shows nothing."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from appointments.models import BookingDraft, Hold
from appointments.views.kiosk_mode import ticket_of
from tests.builders import World
from tests.days import build_coming_world
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
NARROW, SCREEN = (320, 640), (1080, 1920)


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    with server.database.opened():
        return build_coming_world(desks=3)


def begun(page: Page, server: Server, world: World) -> None:
    """At the screen, in Danish, with a name typed and not sent."""
    page.goto(server.url(f"/kiosk/{ticket_of(world.centre.key)}/"))
    page.locator(".services a").first.click()
    page.locator("button[name=start]").first.click()
    page.locator("#id_name_0").fill("Amina Hassan")


@pytest.mark.parametrize("size", [NARROW, SCREEN], ids=["small", "screen"])
def test_everybody_can_use_the_screen(
    server: Server, world: World, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = new_page(size=size)
    page.goto(server.url(f"/kiosk/{ticket_of(world.centre.key)}/"))
    look_at(page)
    page.goto(server.url("/kiosk/"))
    look_at(page)
    page.locator("main form button.button-primary").click()
    look_at(page)
    begun(page, server, world)
    look_at(page)
    page.locator("#id_phone").fill("20 30 40 50")
    page.locator("main form button.button-primary").click()
    page.locator("main form button.button-primary").click()
    page.wait_for_selector(".reference")
    look_at(page)


def test_it_asks_first_and_whoever_answers_goes_on(
    server: Server, world: World, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=SCREEN)
    page.clock.install()
    begun(page, server, world)
    box = page.locator("[role=alertdialog]")
    page.clock.run_for(140_000)
    expect(box).to_be_hidden()
    page.clock.run_for(15_000)
    expect(box).to_be_visible()
    expect(box.locator("button")).to_be_focused()
    look_at(page)
    with page.expect_response("**/still/") as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 204
    expect(box).to_be_hidden()
    expect(page.locator("#id_name_0")).to_have_value("Amina Hassan")
    page.clock.run_for(140_000)
    expect(box).to_be_hidden()


def test_it_forgets_gives_the_time_back_and_back_shows_nothing(
    server: Server, world: World, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=SCREEN)
    page.clock.install()
    with server.database.opened():
        before = Hold.unscoped.count(), BookingDraft.objects.count()
    begun(page, server, world)
    with server.database.opened():
        assert Hold.unscoped.count() == before[0] + 1
    start = server.url(f"/{world.centre.key}/")
    page.clock.run_for(185_000)
    page.wait_for_url(start)
    with server.database.opened():
        assert (Hold.unscoped.count(), BookingDraft.objects.count()) == before
    for _ in range(3):
        page.go_back()
        assert "Amina" not in page.content()
        assert page.locator("#id_name_0").count() == 0


def test_who_types_is_not_interrupted(
    server: Server, world: World, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=SCREEN)
    page.clock.install()
    begun(page, server, world)
    for _ in range(5):
        page.clock.run_for(60_000)
        page.locator("#id_phone").press("2")
    expect(page.locator("[role=alertdialog]")).to_be_hidden()
    expect(page.locator("#id_phone")).to_have_value("22222")
