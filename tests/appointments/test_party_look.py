"""Whoever asks for one more goes on in it: with a keyboard, with and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.appointments.test_pages_look import DESK, centre, server
from tests.rig.services import Server

pytestmark = pytest.mark.only("postgresql")
__all__ = ["centre", "server"]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def page(request: pytest.FixtureRequest, new_page: Callable[..., Page]) -> Page:
    return new_page(size=DESK, javascript=request.param)


def test_whoever_adds_a_person_goes_on_in_their_name(
    server: Server, centre: str, page: Page
) -> None:
    page.goto(server.url(f"/en/{centre}/new_mitid/"))
    page.locator("[name=start]").first.click()
    page.locator("#id_name_0").fill("Amina Hassan")
    for place in (1, 2):
        page.get_by_role("button", name="Add a person").focus()
        page.keyboard.press("Enter")
        expect(page.locator(f"#id_name_{place}")).to_be_focused()
        expect(page.locator(f"#id_name_{place}")).to_be_in_viewport()
    page.get_by_role("button", name="Remove person 3").click()
    expect(page.locator("#party")).to_be_focused()
    expect(page.locator("#id_name_0")).to_have_value("Amina Hassan")


def test_whoever_has_one_more_paper_goes_on_in_it(server: Server, page: Page) -> None:
    page.goto(server.url("/en/guide/bring/"))
    page.locator("[name=p][value=passport]").check()
    for name, value in (("number", "yes"), ("lived", "new"), ("address", "yes")):
        page.locator(f"[name={name}][value={value}]").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have one more of these").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name='1-issuer']")).to_be_focused()
