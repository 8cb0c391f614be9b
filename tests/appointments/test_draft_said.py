"""With scripts, whoever is at the page of a booking keeps it, and is told before it is deleted."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from appointments.models import BookingDraft
from tests.days import build_coming_world
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
PHONE, MINUTE = (360, 740), 60_000
SOON = "In 5 minutes we delete what you have written. Press a key or touch the page"
OVER = "The time is over. Nothing has been booked, and we have deleted what you wrote."


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def centre(server: Server) -> str:
    with server.database.opened():
        return build_coming_world(desks=4).centre.key


def begun(page: Page, server: Server, centre: str, prefix: str = "/en") -> None:
    page.goto(server.url(f"{prefix}/{centre}/new_mitid/"))
    page.locator("button[name=start]").first.click()
    page.wait_for_url("**/book/**")
    page.locator("#id_name_0").fill("Amina Hassan")


def line_of(page: Page):
    return page.locator(".draft-life")


def test_it_is_said_five_minutes_before_and_a_key_keeps_what_is_typed(
    server: Server, centre: str, phone: Page
) -> None:
    phone.clock.install()
    begun(phone, server, centre)
    expect(line_of(phone)).to_have_attribute("role", "status")
    phone.clock.fast_forward(54 * MINUTE)
    expect(line_of(phone)).to_be_empty()
    phone.clock.fast_forward(2 * MINUTE)
    expect(line_of(phone)).to_contain_text(SOON)
    expect(line_of(phone)).to_be_in_viewport()
    look_at(phone)
    with phone.expect_response("**/still/") as answered:
        phone.locator("#id_phone").press("2")
    assert (answered.value.request.method, answered.value.status) == ("POST", 204)
    assert answered.value.request.post_data is None, "nothing that was typed goes along"
    expect(line_of(phone)).to_be_empty()
    expect(phone.locator("#id_name_0")).to_have_value("Amina Hassan")
    phone.clock.fast_forward(54 * MINUTE)
    expect(line_of(phone)).to_be_empty()
    phone.clock.fast_forward(7 * MINUTE)
    expect(line_of(phone)).to_have_text(OVER)
    look_at(phone)


def test_who_books_at_once_or_types_all_the_time_asks_once_in_five_minutes(
    server: Server, centre: str, phone: Page
) -> None:
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.clock.install()
    begun(phone, server, centre)
    name = phone.locator("#id_name_0")
    name.press("a")
    phone.clock.fast_forward(6 * MINUTE)
    with phone.expect_response("**/still/"):
        name.press("b")
    phone.clock.fast_forward(2 * MINUTE)
    name.press_sequentially("cdef")
    phone.clock.fast_forward(4 * MINUTE)
    with phone.expect_response("**/still/"):
        name.press("g")
    assert len([url for url in asked if url.endswith("/still/")]) == 2


def test_what_is_said_moves_nothing_on_the_page(server: Server, centre: str, phone: Page) -> None:
    phone.clock.install()
    begun(phone, server, centre)
    phone.clock.fast_forward(11 * MINUTE)
    expect(phone.locator(".kept")).to_contain_text("no longer kept for you")
    button = phone.locator("main form .button-primary")
    before = button.bounding_box()
    phone.clock.fast_forward(45 * MINUTE)
    expect(line_of(phone)).to_contain_text(SOON)
    assert button.bounding_box() == before


def test_whoever_comes_back_late_keeps_it_by_the_first_key(
    server: Server, centre: str, phone: Page
) -> None:
    begun(phone, server, centre)
    with server.database.opened():
        row = BookingDraft.objects.latest("pk")
        row.began_at -= timedelta(minutes=56)
        row.expires_at -= timedelta(minutes=56)
        row.save()
    phone.reload()
    expect(line_of(phone)).to_contain_text(SOON)
    with phone.expect_response("**/still/") as answered:
        phone.locator("#id_name_0").press("a")
    assert answered.value.status == 204
    expect(line_of(phone)).to_be_empty()


def test_on_the_last_hour_of_the_day_nothing_is_promised(
    server: Server, centre: str, phone: Page
) -> None:
    phone.clock.install()
    begun(phone, server, centre)
    with server.database.opened():
        row = BookingDraft.objects.latest("pk")
        row.expires_at = row.began_at + timedelta(minutes=30)
        row.began_at = row.expires_at - timedelta(hours=24)
        row.save()
    phone.reload()
    phone.clock.fast_forward(28 * MINUTE)
    expect(line_of(phone)).to_be_empty()
    phone.clock.fast_forward(3 * MINUTE)
    expect(line_of(phone)).to_have_text(OVER)


def test_a_draft_that_is_gone_already_is_said_to_be(
    server: Server, centre: str, phone: Page
) -> None:
    phone.clock.install()
    begun(phone, server, centre)
    with server.database.opened():
        BookingDraft.objects.latest("pk").delete()
    phone.clock.fast_forward(6 * MINUTE)
    phone.locator("#id_name_0").press("a")
    expect(line_of(phone)).to_have_text(OVER)


@pytest.mark.parametrize("page_of_it", ["check/", "time/"])
def test_the_other_pages_of_a_booking_say_it_too(
    server: Server, centre: str, new_page: Callable[..., Page], page_of_it: str
) -> None:
    page = new_page(size=PHONE)
    page.clock.install()
    begun(page, server, centre, prefix="/ar")
    page.locator("#id_phone").fill("20 30 40 50")
    page.locator("main form .button-primary").first.click()
    page.wait_for_url("**/check/")
    page.goto(page.url.replace("check/", page_of_it))
    page.clock.fast_forward(56 * MINUTE)
    expect(line_of(page)).to_contain_text("5")
    look_at(page)


def test_the_back_button_leads_from_the_check_to_what_was_typed_also_after_a_mistake(
    server: Server, centre: str, phone: Page
) -> None:
    begun(phone, server, centre)
    go_on = phone.get_by_role("button", name="Continue")
    go_on.click()
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.wait_for_load_state()
    phone.locator("#id_phone").fill("20304050")
    go_on.click()
    phone.wait_for_url("**/check/")
    phone.go_back()
    expect(phone.locator("#id_name_0")).to_have_value("Amina Hassan")
