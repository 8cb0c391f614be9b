"""Staff's pages in English, in a real browser: chosen with a plain button, without scripts too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.appointments.desk import centre_page
from tests.appointments.test_desk_look import press, server, world
from tests.builders import PASSWORD, World
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server

pytestmark = pytest.mark.only("postgresql")
__all__ = ["server", "world"]
OF_CENTRE = ("day", "book", "walk_in", "closures", "hours", "desks", "booking_rules", "screen")
OTHERS = ("own/", "own/links/", "staff/", "staff/invite/", "letters/", "centres/new/")


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_english_is_a_button_away_before_and_after_signing_in(
    server: Server, world: World, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = new_page(size=size, javascript=False)
    page.goto(server.url(centre_page(world, "day")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Log ind")
    english = page.get_by_role("button", name="English")
    expect(english).to_have_attribute("lang", "en")
    english.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Username").fill("chief")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(server.url(centre_page(world, "day")))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Dansk").click()
    expect(page).to_have_url(server.url(centre_page(world, "day")))
    expect(page.locator("html")).to_have_attribute("lang", "da")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    "size", [NARROW, pytest.param(DESK, marks=pytest.mark.full)], ids=["narrow", "desk"]
)
def test_pages_in_english_are_as_sound_as_in_danish(
    server: Server, world: World, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = new_page(size=size)
    page.goto(server.url("/accounts/login/"))
    if page.get_by_role("button", name="English").count():
        press(page.get_by_role("button", name="English"))
    look_at(page)
    page.get_by_label("Username").fill("chief")
    page.get_by_label("Password").fill(PASSWORD)
    press(page.get_by_role("button", name="Sign in"))
    code = world.municipality.code
    for path in [
        *(centre_page(world, name) for name in OF_CENTRE),
        *(f"/admin/{code}/{name}" for name in OTHERS),
        "/accounts/password/",
        "/accounts/second-factor/",
    ]:
        page.goto(server.url(path))
        expect(page.locator("html")).to_have_attribute("lang", "en")
        look_at(page)
