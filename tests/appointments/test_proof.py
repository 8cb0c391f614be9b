"""Work before a booking begins, while many begin one; and a short wait for whoever has no scripts."""

import base64
import html
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import altcha
import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from appointments.models import Hold, SpentProof
from appointments.rules.proof import price_of
from appointments.services.booking.limits import count_start
from appointments.services.booking.proofs import Paid, Price, ask, take_payment
from appointments.services.visits.expiry import forget_expired
from borgerservice.kernel import clock as the_clock
from tests.appointments.pages import starts_on, text_of, times_address
from tests.builders import NOW, World, build_world
from tests.days import build_coming_world
from tests.rig.databases import Database
from tests.servers import Rig

CHEAP = Price(cost=1, seconds=6)


@pytest.fixture
def busy(settings: Settings) -> None:
    """Everybody is asked from the first booking on."""
    settings.PROOF_ASKED_FROM = {"everybody": 0.5, "network": 10**9}


def press(client: Client, world: World, **more: str) -> HttpResponse:
    """Choose the first time that is offered."""
    address = times_address(world)
    (start, *_others) = starts_on(client.get(address))
    return client.post(address, {"start": start.isoformat(), "people": "1", **more})


def asked_on(page: HttpResponse) -> tuple[str, str]:
    """The ticket and the challenge of a page."""
    told = page.content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', told)[1]
    challenge = re.search(r'data-challenge="([^"]+)"', told)
    return ticket, html.unescape(challenge[1]) if challenge else ""


def solved(challenge: str) -> str:
    told = altcha.Challenge.from_dict(json.loads(challenge))
    return altcha.Payload(told, altcha.solve_challenge(told)).to_base64()


@pytest.mark.once
def test_nothing_is_asked_until_many_begin_and_then_ever_more():
    def price(everybody: int, network: int = 0) -> Price | None:
        return price_of(
            everybody=everybody, network=network, free_for_everybody=600, free_for_network=15
        )

    assert price(600) is None
    assert price(0, 15) is None
    costs = [price(many) for many in (601, 1200, 6000, 12_000, 10**6)]
    assert [one.cost for one in costs] == [2003, 4000, 20_000, 40_000, 40_000]
    assert [one.seconds for one in costs] == [6, 12, 60, 60, 60]
    assert price(0, 30) == price(1200)


@pytest.mark.django_db
def test_a_booking_on_a_quiet_day_begins_at_once(clock):
    assert press(Client(), build_world()).status_code == 302


@pytest.mark.django_db
def test_a_busy_network_is_asked_and_the_others_are_not(clock, settings: Settings):
    settings.PROOF_ASKED_FROM = {"everybody": 10**9, "network": 2}
    world = build_world(desks=9)
    crowd = Client(REMOTE_ADDR="8.8.8.8")
    assert [press(crowd, world).status_code for _ in range(3)] == [302, 302, 200]
    assert press(Client(REMOTE_ADDR="9.9.9.9"), world).status_code == 302
    own_screens = Client(REMOTE_ADDR="10.0.0.1")
    assert {press(own_screens, world).status_code for _ in range(4)} == {302}


@pytest.mark.django_db
def test_the_work_of_a_browser_lets_it_in_once(clock, busy):
    world = build_world(desks=3)
    client = Client()
    page = press(client, world)
    assert page.status_code == 200
    assert "One moment" in text_of(page)
    assert Hold.unscoped.count() == 0, "nothing is held before the work is done"
    assert "no-store" in page.headers["Cache-Control"]
    ticket, challenge = asked_on(page)
    proof = solved(challenge)
    assert press(client, world, ticket=ticket, proof=proof).status_code == 302
    again = press(client, world, ticket=ticket, proof=proof)
    assert again.status_code == 200
    clock.shift(timedelta(minutes=1))
    assert press(client, world, ticket=ticket).status_code == 200, "nor does its ticket"


@pytest.mark.django_db
def test_who_has_no_scripts_waits_a_little_and_is_let_in_once(clock, busy):
    world = build_world(desks=3)
    client = Client()
    page = press(client, world)
    ticket, _challenge = asked_on(page)
    seconds = int(re.search(r"Wait (\d+) seconds, then go on", text_of(page))[1])
    clock.shift(timedelta(seconds=2))
    early = press(client, world, ticket=ticket)
    assert f"Wait {seconds - 2} seconds more" in text_of(early)
    assert asked_on(early)[0] == ticket
    clock.shift(timedelta(seconds=seconds - 2))
    assert press(client, world, ticket=ticket).status_code == 302
    assert press(client, world, ticket=ticket).status_code == 200


@pytest.mark.django_db
def test_the_time_chosen_goes_through_the_page(clock, busy):
    world = build_world()
    client = Client()
    address = times_address(world)
    chosen = starts_on(client.get(address))[3].isoformat()
    page = client.post(address, {"start": chosen, "people": "2", "from": "2026-11-23"})
    for name, value in (("start", chosen), ("people", "2"), ("from", "2026-11-23")):
        assert f'name="{name}" value="{value}"' in html.unescape(page.content.decode())


def forged(challenge: str, **changed: object) -> str:
    """A solution of a challenge made easier by whoever solves it."""
    told = json.loads(challenge)
    told["parameters"].update(changed)
    return solved(json.dumps(told))


def test_what_is_not_our_work_done_pays_nothing(clock):
    asked = ask(price=CHEAP, now=NOW)
    wrong = altcha.Payload.from_base64(solved(asked.challenge))
    wrong.solution.counter += 1
    not_ours = altcha.create_challenge(
        algorithm="PBKDF2/SHA-256", cost=1, data={"id": "x", "until": 9e9}, hmac_secret="x"
    )
    for proof in (
        "x",
        "{}",
        base64.b64encode(b"{}").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'{"challenge": [], "solution": 7}').decode(),
        "A" * 5000,
        wrong.to_base64(),
        forged(asked.challenge, keyPrefix=""),
        forged(asked.challenge, data={"id": "mine", "until": 9e9}),
        solved(json.dumps(not_ours.to_dict())),
    ):
        assert take_payment(proof=proof, ticket="", now=NOW) is Paid.NO, proof
    for ticket in ("x", asked.ticket[:-1], f"{asked.ticket}x", "a:b:c"):
        assert take_payment(proof="", ticket=ticket, now=NOW) is Paid.NO


@pytest.mark.django_db
def test_work_and_ticket_are_good_for_twenty_minutes_and_then_forgotten(clock):
    def paid(after: timedelta) -> list[Paid]:
        one, other = ask(price=CHEAP, now=NOW), ask(price=CHEAP, now=NOW)
        return [
            take_payment(proof=solved(one.challenge), ticket="", now=NOW + after),
            take_payment(proof="", ticket=other.ticket, now=NOW + after),
        ]

    assert paid(timedelta(minutes=19, seconds=59)) == [Paid.YES, Paid.YES]
    assert paid(timedelta(minutes=20)) == [Paid.NO, Paid.NO]
    assert SpentProof.objects.count() == 2
    forget_expired(now=NOW + timedelta(minutes=19))
    assert SpentProof.objects.count() == 2
    forget_expired(now=NOW + timedelta(minutes=20))
    assert SpentProof.objects.count() == 0


def test_one_proof_spent_eight_times_at_once_pays_once(fresh_database: Database):
    with fresh_database.opened():
        for _round in range(5):
            proof = solved(ask(price=CHEAP, now=NOW).challenge)

            def spend(_number: int, proof: str = proof) -> Paid:
                paid = take_payment(proof=proof, ticket="", now=NOW)
                connections.close_all()
                return paid

            with ThreadPoolExecutor(8) as pool:
                assert list(pool.map(spend, range(8))).count(Paid.YES) == 1


@pytest.mark.once
@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_person_gets_through_with_a_browser(
    rig: Rig,
    new_page: Callable[..., Page],
    javascript: bool,  # noqa: FBT001
) -> None:
    environment = {"PROOF_ASKED_FROM": '{"everybody": 1.5}'}
    with rig.fresh_database() as database, rig.serve(database, env=environment) as server:
        with server.database.opened():
            world = build_coming_world(desks=3)
            count_start(network="", centre=world.centre, now=the_clock.now())
        page = new_page(size=(320, 640), javascript=javascript)
        page.goto(server.url(times_address(world)))
        page.locator("button[name=start]").first.click()
        if not javascript:
            assert page.locator("h1").inner_text() == "One moment"
            page.wait_for_timeout(
                1000 * int(re.search(r"\d+", page.locator("[role=status]").inner_text())[0])
            )
            page.locator("main form button").click()
        page.wait_for_url("**/book/**", timeout=60_000)
        assert page.locator("#id_name_0").count() == 1
        with database.opened():
            assert SpentProof.objects.count() == 1
