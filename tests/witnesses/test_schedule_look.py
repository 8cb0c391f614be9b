"""Rule stewards on real servers: pages without a fault on phone and desk, and two at once."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from playwright.sync_api import Page

from borgerservice.audit.models import AuditEntry
from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember
from tests.appointments.desk import session_of, words
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.stewards import build_steward
from witnesses.models import RuleSetInForce, RuleSetProposal
from witnesses.services.schedule import propose_rule_set

STEWARDS = 8
TOKEN = "a" * 32


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


def proposed(staff: StaffMember, *, days: int, rule_set: str = "mitid-2025") -> RuleSetProposal:
    now = clock.now()
    day = clock.danish_date(now) + timedelta(days=days)
    return propose_rule_set(rule_set=rule_set, in_force_from=day, staff=staff, now=now)


@pytest.mark.once
def test_a_steward_can_read_and_use_every_page(
    server: Server, new_page: Callable[..., Page]
) -> None:
    with server.database.opened():
        now = clock.now()
        mine, theirs = (session_of(build_steward(now=now)) for _ in range(2))
    pages = {}
    for session, size in ((mine, NARROW), (theirs, DESK)):
        page = pages[session] = new_page(size=size)
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
        page.goto(server.url("/admin/"))
        look_at(page)
        page.get_by_role("link", name=words("Rule sets"), exact=True).click()
        page.locator("summary").click()
        look_at(page)
        for name in ("mitid-2022", "mitid-2025"):
            page.goto(server.url(f"/admin/rules/sets/{name}/"))
            look_at(page)
        page.goto(server.url("/admin/rules/propose/"))
        page.get_by_role("button", name=words("Propose"), exact=True).click()
        page.locator(".errorlist").nth(1).wait_for()
        assert page.locator(".errorlist").count() == 2
        look_at(page)
    page, other = pages[mine], pages[theirs]
    page.get_by_label("MitID 2025").check()
    day = clock.danish_date(clock.now()) + timedelta(days=400)
    page.locator("#id_in_force_from").fill(day.strftime("%d%m%Y"))
    page.get_by_role("button", name=words("Propose"), exact=True).click()
    page.wait_for_url(lambda address: not address.endswith("/propose/"))
    look_at(page)
    other.goto(server.url("/admin/rules/"))
    look_at(other)
    other.locator(".waiting a").click()
    look_at(other)
    other.get_by_role("button", name=words("Approve"), exact=True).click()
    other.locator(".is-coming").wait_for()
    look_at(other)
    assert other.locator(".is-coming").count() == 1


def test_of_eight_stewards_who_answer_at_once_one_is_heard(server: Server) -> None:
    """Half of them approve and half decline; what one answered stands, and is audited once."""
    with server.database.opened():
        now = clock.now()
        one = build_steward(now=now)
        sessions = [session_of(build_steward(now=now)) for _ in range(STEWARDS)]
        proposals = [proposed(one, days=30 + n, rule_set="digst-2023").pk for n in range(3)]
        rows, entries = RuleSetInForce.objects.count(), AuditEntry.unscoped.count()

    def answer(number: int, place: int, barrier: Barrier) -> int:
        verb = "approve" if place % 2 else "decline"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        barrier.wait(60)
        connection.request(
            "POST",
            f"/admin/rules/proposals/{number}/{verb}/",
            "",
            {
                "Cookie": f"sessionid={sessions[place]}; csrftoken={TOKEN}",
                "X-CSRFToken": TOKEN,
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        status = connection.getresponse().status
        connection.close()
        return status

    for number in proposals:
        barrier = Barrier(STEWARDS)
        with ThreadPoolExecutor(STEWARDS) as pool:
            statuses = pool.map(
                lambda place, number=number, barrier=barrier: answer(number, place, barrier),
                range(STEWARDS),
            )
            assert Counter(statuses) == {302: STEWARDS}

    with server.database.opened():
        answered = RuleSetProposal.objects.filter(pk__in=proposals)
        approved = sum(bool(one.is_approved) for one in answered)
        assert all(one.answered_at for one in answered)
        assert RuleSetInForce.objects.count() - rows == approved
        assert AuditEntry.unscoped.count() - entries == len(proposals)
