"""What is shown where a seal is broken, in a real browser: the day, the visit, the case, a person."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from tests.appointments.desk import centre_page, session_of, visit_page
from tests.broken import break_key
from tests.builders import build_staff
from tests.rig.looks import NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.case_pages import address
from tests.witnesses.cases import Office, build_office, number, witness
from witnesses.models import IdentityProofing

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def broken(server: Server) -> tuple[Office, IdentityProofing]:
    with server.database.opened():
        office = build_office(day=danish_date(clock.now()))
        case = office.decided(witness(7))
        break_key(case.data_key)
        break_key(case.participant.appointment.contact.data_key)
        return office, case


def test_every_page_says_what_cannot_be_read_and_shows_the_rest(
    server: Server,
    new_page: Callable[..., Page],
    broken: tuple[Office, IdentityProofing],
) -> None:
    office, case = broken
    with server.database.opened():
        session = session_of(office.clerk)
        of_administrator = session_of(
            build_staff(office.world.municipality, role="administrator", now=office.now)
        )
    page = new_page(size=NARROW)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    visit = case.participant.appointment.reference
    for where in (
        centre_page(office.world, "day"),
        visit_page(office.world, visit),
        address(case),
    ):
        page.goto(server.url(where))
        look_at(page)
        assert "kan ikke læses" in page.locator("#content").inner_text(), where
    page.goto(server.url(visit_page(office.world, visit)))
    page.click("form[action$='/contact/'] button")
    look_at(page)
    assert "Kan ikke læses" in page.locator("dl.facts").inner_text()
    page.context.add_cookies(
        [{"name": "sessionid", "value": of_administrator, "url": server.url()}]
    )
    page.goto(server.url(reverse("admin:held", args=["0657"])))
    for name, value in {
        "number": number(1).digits,
        "name": "Amina Hassan",
        "journal": "26/012345",
    }.items():
        page.fill(f"[name={name}]", value)
    page.check("[name=is_checked]")
    page.click("button[type=submit].default")
    page.wait_for_selector("#trail")
    look_at(page)
    assert "Opbevares, men kan ikke læses." in page.locator("#cases").inner_text()
