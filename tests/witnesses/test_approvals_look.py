"""What takes two, in a real browser: no fault axe can find, nothing wider than the screen."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffRole
from tests.builders import build_staff
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.witnesses.cases import build_office, number, witness
from witnesses.services import propose_link, propose_reversal

pytestmark = pytest.mark.once


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_a_lead_can_read_and_use_the_pages_of_what_takes_two(
    server: Server, new_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    now = clock.now()
    with server.database.opened():
        office = build_office(day=clock.danish_date(now))
        place = office.world.municipality
        cases = [office.decided(witness(7), applicant=101 + place) for place in range(2)]
        lead = build_staff(place, role=StaffRole.Role.LEAD, now=office.now)
        propose_reversal(proofing=cases[0], reason="denied", staff=office.clerk, now=now)
        propose_link(
            municipality=place,
            number=number(1),
            other_number=number(2),
            reason="register",
            staff=office.clerk,
            now=now,
        )
        client = Client()
        client.force_login(lead)
        session = client.cookies["sessionid"].value
    page = new_page(size=size)
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])

    page.goto(server.url("/admin/0657/approvals/"))
    look_at(page)
    for kind in ("reversals", "links"):
        page.locator(f"form[action*='/{kind}/'] button[value=approve]").click()
        look_at(page)
    assert page.locator("main form button[value=approve]").count() == 0

    page.goto(server.url("/admin/0657/links/new/"))
    look_at(page)
    page.locator("#id_number").fill("1")
    page.locator("button.default").click()
    look_at(page)
    assert page.locator(".errorlist").count() == 3

    page.goto(server.url(f"/admin/0657/proofings/{cases[1].reference}/"))
    page.locator("section[aria-labelledby=witnessing] summary").click()
    look_at(page)
    page.locator("section[aria-labelledby=witnessing] button").click()
    look_at(page)
    assert page.locator("#id_reversal-reason_error").is_visible()
    page.locator("input[name=reversal-reason]").first.check()
    page.locator("section[aria-labelledby=witnessing] button").click()
    look_at(page)
    assert page.locator("input[name=reversal-reason]").count() == 0
    page.goto(server.url(f"/admin/0657/proofings/{cases[0].reference}/"))
    look_at(page)
