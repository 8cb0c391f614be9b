"""Whoever goes on in another language finds what they typed, and nothing has been done."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from appointments.models import WaitingEntry
from borgerservice.notifications.models import Message
from tests.appointments.pages import begin, fill_in
from tests.builders import build_visit, build_world
from tests.days import build_coming_world
from tests.rig.services import Server

TYPED = {
    "name_0": "Amina Ha",
    "is_protected_0": "on",
    "phone": "12",
    "email": "amina@",
    "needs_interpreter": "on",
}


def typed_on(response: HttpResponse) -> dict[str, str]:
    """What the fields of a page hold, and which boxes are ticked."""
    page = response.content.decode()
    held = dict(re.findall(r'<input type="[a-z]+" name="(\w+)" value="([^"]+)"', page))
    ticked = re.findall(r'<input type="checkbox" name="(\w+)"[^>]* checked', page)
    return held | dict.fromkeys(ticked, "on")


@pytest.mark.django_db
class TestPages:
    def test_who_comes(self, client: Client, clock) -> None:
        draft = begin(client, build_world())
        danish = draft.removeprefix("/en")
        answer = client.post(danish, {**TYPED, "in_language": "da"})
        assert answer.status_code == 200
        assert "Hvem kommer?" in answer.content.decode()
        assert TYPED.items() <= typed_on(answer).items()
        assert 'class="form-error-message"' not in answer.content.decode()

    def test_a_whole_form_is_not_sent(self, client: Client, clock) -> None:
        draft = begin(client, build_world())
        assert fill_in(client, draft, in_language="en").status_code == 200
        assert client.get(f"{draft}check/").headers["Location"] == draft

    def test_a_button_pressed_beside_it_does_nothing(self, client: Client, clock) -> None:
        draft = begin(client, build_world())
        answer = fill_in(client, draft, in_language="en", add="1")
        assert answer.status_code == 200
        assert typed_on(answer)["name_0"] == "Amina Hassan"

    @pytest.mark.parametrize("field", ["name_0", "phone", "email"])
    def test_what_looks_like_a_cpr_number_does_not(self, client: Client, clock, field: str) -> None:
        draft = begin(client, build_world())
        answer = fill_in(client, draft, in_language="en", **{field: "610190-1234"})
        assert "610190" not in answer.content.decode()

    def test_who_waits(self, client: Client, clock) -> None:
        world = build_world()
        address = f"/{world.centre.key}/{world.service.code}/wait/"
        whole = {"name_0": "Amina Hassan", "phone": "20 30 40 50", "hours": "morning"}
        answer = client.post(address, {**whole, "in_language": "da"})
        assert answer.status_code == 200
        assert typed_on(answer)["name_0"] == "Amina Hassan"
        assert '<option value="morning" selected>' in answer.content.decode()
        assert not WaitingEntry.unscoped.exists()

    def test_who_looks_for_a_booking(self, client: Client, clock) -> None:
        world = build_world()
        build_visit(world, phone="+4520304050")
        before = Message.unscoped.count()
        answer = client.post("/en/find/", {"phone": "20 30 40 50", "in_language": "en"})
        assert typed_on(answer)["phone"] == "20 30 40 50"
        assert Message.unscoped.count() == before


@pytest.mark.once
@pytest.mark.parametrize("scripts", [True, False])
def test_in_a_browser(server: Server, new_page, *, scripts: bool) -> None:
    with server.database.opened():
        key = build_coming_world(desks=2).centre.key
    page = new_page(size=(360, 740), javascript=scripts)
    page.goto(server.url(f"/en/{key}/new_mitid/"))
    page.locator("button[name=start]").last.click()
    page.get_by_label("Name", exact=True).fill("Amina Hassan")
    page.locator(".site-languages").get_by_role("button", name="Dansk").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Hvem kommer?"
    name = page.get_by_label("Navn", exact=True)
    assert name.input_value() == "Amina Hassan"
    name.press("Enter")
    assert "/en/" not in page.url
    assert page.get_by_text("Noget mangler eller er forkert").is_visible()
    page.locator(".language-switcher").locator("[lang=ar]").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("[name=name_0]").input_value() == "Amina Hassan"
    page.locator("[name=phone]").fill("20 30 40 50")
    page.locator("[name=phone]").press("Enter")
    assert page.url.endswith("/check/")
