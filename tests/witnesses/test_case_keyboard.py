"""A whole identity case with a keyboard alone: where one is shows, and mistakes are come upon."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from tests.journeys.test_for_everyone import Keys
from tests.rig.services import Server
from tests.witnesses.cases import number
from tests.witnesses.test_case_look import DESK, open_office

pytestmark = pytest.mark.only("postgresql")
SUBMIT = "button.default"


class ClerksKeys(Keys):
    """A clerk who never touches the mouse."""

    def choose(self, what: str, first_letters: str) -> None:
        self.reach(what)
        self.page.keyboard.type(first_letters)

    def tick(self, what: str) -> None:
        self.reach(what)
        self.page.keyboard.press("Space")
        assert self.page.locator(what).is_checked()

    def is_at(self, what: str) -> bool:
        return self.page.locator(f":focus:is({what})").count() == 1


def test_a_clerk_proves_an_identity_with_the_keyboard_alone(
    server: Server, new_page: Callable[..., Page]
) -> None:
    office, session = open_office(server)
    page = new_page(size=DESK)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    with server.database.opened():
        reference = office.case().reference
    page.goto(server.url(f"/admin/0657/proofings/{reference}/"))
    keys = ClerksKeys(page, set())

    keys.reach(".skip-to-content-link")
    keys.write("#id_birth_date", "1-13-1990")
    keys.press(SUBMIT)
    assert keys.is_at("[role=alert]")
    keys.press("button.more-rows")
    assert keys.is_at("#id_documents-4-type"), "whoever asks for one more row goes on in it"
    page.goto(server.url(f"/admin/0657/proofings/{reference}/"))

    keys.write("#id_number", number(1).digits)
    keys.choose("#id_documents-0-type", "Pas")
    keys.tick("#id_documents-0-shows_photo")
    keys.tick("#id_documents-0-shows_cpr")
    keys.press(SUBMIT)
    keys.reach("[name=outcome]")
    page.keyboard.press("ArrowUp")
    keys.press(SUBMIT)

    keys.write("#id_name", "Bente Vidne")
    keys.write("#id_number", number(5).digits)
    keys.choose("#id_reason", "Har boet kort")
    keys.choose("#id_relationship", "Ven")
    keys.choose("#id_established", "Vist")
    since = clock.danish_date(clock.now()) - timedelta(days=90)
    keys.write("#id_mitid_since", since.strftime("%d%m%Y"))
    keys.tick("#id_brought_mitid")
    keys.choose("#id_documents-0-type", "Pas")
    keys.tick("#id_documents-0-shows_photo")
    keys.press(SUBMIT)
    keys.press("a[href$='/declaration/da/']")
    keys.press("button.default")
    keys.press("form[action$='/decide/'] button")
    assert "Identiteten er bekræftet" in page.locator("h2").first.inner_text()
    keys.press("a[href$='/letter/da/']")
    keys.press("a[href$='/letter/en/']")
    keys.press(f"a[href$='/proofings/{reference}/']")
    assert keys.unmarked == set()
