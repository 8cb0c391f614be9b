"""The witness signs with MitID: a clerk's screen, a witness's phone and a provider, in a browser."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from borgerservice.adapters.mitid.demo_witnesses import DEMO_WITNESSES, DemoWitness
from borgerservice.kernel import clock
from borgerservice.kernel.cpr import CprNumber
from tests.appointments.desk import session_of
from tests.rig.axe import faults
from tests.rig.mitid import demo_running
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.cases import Office, build_office, witness
from witnesses.models import Declaration, IdentityProofing

pytestmark = [
    pytest.mark.once,
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]
LARS, BENTE = DEMO_WITNESSES[:2]
LOW = next(one for one in DEMO_WITNESSES if one.level == "low")
NARROW = (320, 640)


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with (
        demo_running(*DEMO_WITNESSES) as issuer,
        rig.fresh_database() as database,
        rig.serve(database, env={"DEMO_MITID": issuer}) as server,
    ):
        yield server


def case_of(server: Server, one: DemoWitness) -> tuple[Office, IdentityProofing, str]:
    """A case of today whose witness has still to sign, and the clerk's session."""
    today = clock.danish_date(clock.now())
    with server.database.opened():
        office = build_office(day=today)
        since = today - timedelta(days=400)
        seen = witness(0, number=CprNumber(one.number), mitid_since=since)
        case = office.with_witness(seen, is_signed=False)
        return office, case, session_of(office.clerk)


def look_at(page: Page, *, is_scripted: bool = True) -> None:
    """What no page may have: a fault of access, a sideways scroll."""
    page.wait_for_load_state()
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, page.url
    if is_scripted:
        assert faults(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_witness_signs_on_their_phone_while_the_clerk_waits(
    server: Server, new_page: Callable[..., Page], *, javascript: bool
) -> None:
    one = LARS if javascript else BENTE
    _office, case, session = case_of(server, one)
    desk = new_page(javascript=javascript)
    desk.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    desk.goto(server.url(f"/admin/0657/proofings/{case.reference}/"))
    desk.get_by_role("button", name="Lad vidnet skrive under med MitID").click()
    look_at(desk, is_scripted=javascript)
    assert desk.get_by_role("img", name="QR-kode").is_visible()
    link = desk.locator(".sign-in-address").inner_text()
    assert re.fullmatch(rf"{server.url('/witness/')}[\w-]{{32}}/", link)

    phone = new_page(size=NARROW, javascript=javascript)
    phone.goto(link)
    look_at(phone, is_scripted=javascript)
    assert case.reference in phone.locator("main").inner_text()
    phone.get_by_role("link", name="Skriv under med MitID").click()
    look_at(phone, is_scripted=javascript)
    assert "Dette er ikke MitID" in phone.locator("main").inner_text()
    phone.get_by_role("button", name=LOW.name).click()
    look_at(phone, is_scripted=javascript)
    assert "Der er ikke skrevet under" in phone.locator("h1").inner_text()
    phone.get_by_role("link", name="Prøv igen").click()
    phone.get_by_role("link", name="Skriv under med MitID").click()
    phone.get_by_role("button", name=one.name).click()
    look_at(phone, is_scripted=javascript)
    assert "Der er skrevet under" in phone.locator("h1").inner_text()
    assert phone.url == link

    desk.get_by_role("link", name="Se, om der er skrevet under").click()
    look_at(desk, is_scripted=javascript)
    assert "MitID" in desk.locator("main, #content").last.inner_text()
    desk.get_by_role("button", name="Afgør sagen").click()
    assert "Identiteten er bekræftet" in desk.locator("#content").inner_text()
    with server.database.opened():
        assert Declaration.unscoped.get(proofing=case).accepted == "signed_in"
    assert one.number not in server.log()
    assert one.subject not in server.log()
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert phone.evaluate(stored) == "[{},{}]"
    assert [cookie["name"] for cookie in phone.context.cookies()] == []
