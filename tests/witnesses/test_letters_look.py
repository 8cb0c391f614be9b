"""Letters in a real browser and on paper: no fault axe can find, nothing too wide, no menu printed."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from borgerservice.kernel import clock
from borgerservice.sign_in.sessions import SessionStore
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.rig.axe import faults
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.cases import build_office, witness
from tests.witnesses.test_letters import refused

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def letters(server: Server) -> dict[str, str]:
    """The addresses of a no and a yes, and the sessions of those who may open them."""
    today = clock.danish_date(clock.now())
    with server.database.opened():
        office = build_office("0657", day=today, desks=4)
        no = refused(office, mitid_since=date(2022, 1, 1)).reference
        yes = office.decided(witness(3), applicant=4).reference
        head = build_staff(office.world.municipality, role="administrator", now=office.now)
        return {
            "no": f"/admin/0657/proofings/{no}/letter",
            "yes": f"/admin/0657/proofings/{yes}/letter",
            "clerk": session_of(office.clerk),
            "administrator": session_of(head),
        }


def come_in(page: Page, server: Server, session: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_a_letter_can_be_read_by_everybody_and_leads_back_by_keyboard(
    server: Server,
    new_page: Callable[..., Page],
    letters: dict[str, str],
    size: tuple[int, int],
) -> None:
    page = new_page(size=size)
    come_in(page, server, letters["clerk"])
    for letter, language in (("no", "da"), ("no", "en"), ("yes", "da"), ("yes", "en")):
        page.goto(server.url(f"{letters[letter]}/{language}/"))
        look_at(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/proofings/*/")
    look_at(page)


def test_on_paper_there_is_the_letter_alone_on_a4(
    server: Server, new_page: Callable[..., Page], letters: dict[str, str]
) -> None:
    page = new_page(size=DESK)
    come_in(page, server, letters["clerk"])
    page.goto(server.url(f"{letters['no']}/da/"))

    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.locator("main").evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    paper = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595" in paper


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_an_administrator_can_write_the_text_on_any_screen(
    server: Server,
    new_page: Callable[..., Page],
    letters: dict[str, str],
    size: tuple[int, int],
) -> None:
    page = new_page(size=size)
    come_in(page, server, letters["administrator"])
    page.goto(server.url("/admin/0657/letters/"))
    look_at(page)
    page.locator("#id_danish").fill("Klag her.")
    page.locator("form.act button").click()
    look_at(page)
    assert page.locator(".errorlist").count() == 1
    assert page.locator("#id_danish").input_value() == "Klag her."


def wait(page: Page, server: Server, session: str, *, minutes: int) -> None:
    """Let time pass on the page and for its session."""
    with server.database.opened():
        stored = SessionStore(session)
        stored["seen"] -= minutes * 60
        stored.save()
    page.clock.fast_forward(minutes * 60_000)


def test_a_letter_left_alone_is_gone_after_a_quarter_of_an_hour(
    server: Server, desktop: Page, letters: dict[str, str]
) -> None:
    desktop.clock.install()
    come_in(desktop, server, letters["clerk"])
    desktop.goto(server.url(f"{letters['no']}/en/"))
    wait(desktop, server, letters["clerk"], minutes=14)
    expect(desktop.get_by_role("alertdialog")).to_contain_text("bliver du logget ud")
    assert faults(desktop) == []
    wait(desktop, server, letters["clerk"], minutes=2)
    desktop.wait_for_url(lambda address: "/accounts/login/" in address)
