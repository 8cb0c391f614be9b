"""The reviewer's pages and the page of one's own number, in a real browser, small and large."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from borgerservice.kernel import clock
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.ledgers import build_place, people, witnessed
from witnesses.models import FraudSignal

pytestmark = pytest.mark.once
SIZES = {"phone": (360, 740), "desk": (1280, 900)}


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def sessions(server: Server) -> dict[str, str]:
    """A reviewer in Herning with four signals, one of them closed; and a new clerk."""
    now = clock.now()
    with server.database.opened():
        herning, aarhus = build_place("0657", "Herning"), build_place("0751", "Aarhus")
        one, *rest = people(9)
        for days, (who, whom), place in (
            (-400, (rest[6], rest[7]), aarhus),
            (-190, (rest[7], one), aarhus),
            (-160, (one, rest[0]), herning),
            (-40, (one, rest[1]), herning),
            (-30, (one, rest[2]), aarhus),
        ):
            witnessed(who, whom, place, days=days)
        reviewer = build_staff(herning.municipality, role="fraud_reviewer", now=now)
        closed = FraudSignal.objects.for_municipality(herning.municipality).first()
        closed.finding, closed.reviewed_by, closed.reviewed_at = "harmless", reviewer, now
        closed.save()
        newcomer = build_staff(herning.municipality, now=now, has_number=False)
        return {"reviewer": session_of(reviewer), "clerk": session_of(newcomer)}


def signed_in(server: Server, new_page: Callable[..., Page], session: str, size: str) -> Page:
    page = new_page(size=SIZES[size])
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
    return page


@pytest.mark.parametrize("size", SIZES)
def test_a_reviewer_can_read_and_use_every_page(
    server: Server,
    new_page: Callable[..., Page],
    sessions: dict[str, str],
    size: str,
) -> None:
    page = signed_in(server, new_page, sessions["reviewer"], size)
    page.goto(server.url("/admin/0657/signals/"))
    look_at(page)
    addresses = [link.get_attribute("href") for link in page.locator("main table a, table a").all()]
    assert addresses
    for address in addresses:
        page.goto(server.url(address))
        look_at(page)
    page.locator("form.act button[type=submit]").click()
    look_at(page)
    assert page.locator(".errorlist").count() == 1
    page.goto(server.url("/admin/0657/signals/closed/"))
    look_at(page)
    page.locator("table a").first.click()
    look_at(page)
    assert page.locator("form.act").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_a_new_clerk_can_read_and_use_the_page_of_their_own_number(
    server: Server,
    new_page: Callable[..., Page],
    sessions: dict[str, str],
    size: str,
) -> None:
    page = signed_in(server, new_page, sessions["clerk"], size)
    page.goto(server.url("/admin/own-number/"))
    look_at(page)
    page.locator("#id_number").fill("123")
    page.locator("form.act button[type=submit]").click()
    look_at(page)
    assert page.locator("#id_number").input_value() == ""
    assert page.locator(".errorlist").count() == 1
