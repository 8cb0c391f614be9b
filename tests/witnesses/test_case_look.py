"""Every page of a case in a real browser: no fault axe can find, nothing wider than the screen."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page

from borgerservice.kernel import clock
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.cases import Office, build_office, number, witness

pytestmark = pytest.mark.only("postgresql")


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


def open_office(server: Server) -> tuple[Office, str]:
    """An office working today, with a witness who has reached the limit; and its clerk's session."""
    today = clock.danish_date(clock.now())
    with server.database.opened():
        office = build_office("0657", day=today, desks=20)
        for applicant in range(101, 104):
            office.decided(witness(77), applicant=applicant)
        client = Client()
        client.force_login(office.clerk)
        return office, client.cookies["sessionid"].value


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).last.click()


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_a_clerk_can_read_and_use_every_page_of_a_case(
    server: Server, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    office, session = open_office(server)
    page = new_page(size=size)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    with server.database.opened():
        reference = office.case().reference
    page.goto(server.url(f"/admin/0657/proofings/{reference}/"))
    look_at(page)

    page.locator("#id_birth_date").fill("1-13-1990")
    page.locator("#id_documents-1-shows_photo").check()
    press(page, "Registrér dokumenterne")
    look_at(page)
    assert page.locator(".errorlist").count() == 3

    page.locator("#id_number").fill(number(1).digits)
    page.locator("#id_birth_date").fill("1/1/1990")
    page.locator("#id_documents-0-type").select_option("passport")
    page.locator("#id_documents-0-shows_photo").check()
    page.locator("#id_documents-0-shows_cpr").check()
    page.locator("#id_documents-1-shows_photo").uncheck()
    press(page, "Registrér dokumenterne")
    look_at(page)

    page.get_by_label("Kunne ikke stilles").check()
    press(page, "Registrér udfaldet")
    look_at(page)

    page.locator("#id_name").fill("Bente Vidne")
    page.locator("#id_number").fill(number(77).digits)
    page.locator("#id_reason").select_option("newly_arrived")
    page.locator("#id_relationship").select_option("friend")
    page.locator("#id_established").select_option("shown")
    since = clock.danish_date(clock.now()) - timedelta(days=90)
    page.locator("#id_mitid_since").fill(since.strftime("%d%m%Y"))
    page.locator("#id_brought_mitid").check()
    page.locator("#id_documents-0-type").select_option("driving_licence")
    page.locator("#id_documents-0-shows_photo").check()
    press(page, "Registrér vidnet")
    look_at(page)
    assert "Vidnet er frit igen" in page.locator(".warning").inner_text()

    here = server.url(f"/admin/0657/proofings/{reference}/")
    sign_and_decide(page, here)
    answer_for_a_confirmed_case(server, page, office)
    page.goto(here)
    press(page, "Start en ny sag")
    look_at(page)
    page.locator("summary").click()
    press(page, "Luk sagen")
    look_at(page)


def sign_and_decide(page: Page, here: str) -> None:
    """The witness signs one printed page; then the case is decided against the witness."""
    page.get_by_role("link", name="Udskriv på engelsk").click()
    look_at(page)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    press(page, "Vidnet har skrevet under på engelsk")
    look_at(page)

    page.get_by_role("link", name="Ret Dokumenter").click()
    look_at(page)
    page.goto(here)
    press(page, "Afgør sagen")
    look_at(page)
    assert page.locator(".ground-failed").count() == 2
    page.go_back()
    assert page.locator(".ground-failed").count() == 2


def answer_for_a_confirmed_case(server: Server, page: Page, office: Office) -> None:
    """A case of yesterday, decided with a reason; and what the national client answered."""
    with server.database.opened():
        case = office.with_witness(witness(78), applicant=104)
        visit = case.participant.appointment
        visit.checked_in_at -= timedelta(days=1)
        visit.save()
    page.goto(server.url(f"/admin/0657/proofings/{case.reference}/"))
    press(page, "Afgør sagen")
    look_at(page)
    assert page.locator("#id_late_reason_error").count() == 1
    page.get_by_label("Noteret på papir ved mødet").check()
    press(page, "Afgør sagen")
    look_at(page)
    page.get_by_label("Ikke gjort færdig").check()
    press(page, "Registrér svaret")
    look_at(page)
    assert "tilbageførsel" in page.locator(".notice").last.inner_text()
