"""How often one network or one contact may book: exact under load, and said in plain words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from appointments.exceptions import Refused, TooMany
from appointments.models import Appointment, UseCount, WaitingEntry
from appointments.rules.local_time import instant
from appointments.services import (
    Visitor,
    book_appointment,
)
from appointments.services.booking.limits import count_start, count_wait, starts_lately
from appointments.services.visits.expiry import forget_expired
from borgerservice.municipalities.models import Centre
from borgerservice.networks import network_of
from tests.appointments.api_bookings import NAME, TOMORROW, wanted
from tests.appointments.pages import begin, fill_in, starts_on, text_of, times_address
from tests.builders import NOW, World, build_visit, build_world
from tests.platform.api_calls import build_system
from tests.rig.databases import Database

pytestmark = pytest.mark.usefixtures("clock")

NETWORK = "203.0.114.0/24"
PHONE = "+4520304050"
AT_ONCE, EACH, MOST = 8, 25, 60
EACH_BOOKS, MOST_BOOKED = 4, 10


@pytest.fixture(autouse=True)
def few(settings: Settings) -> None:
    settings.BOOKING_LIMITS = {"start": (3, 600), "centre": (2, 86400), "contact": (2, 86400)}


def caller(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "network"),
    [
        pytest.param("8.8.8.9", "", 0, "8.8.8.0/24", id="IPv4"),
        pytest.param("2a00:1450:4001:8ff::5", "", 0, "2a00:1450:4001:800::/56", id="IPv6"),
        pytest.param("::ffff:8.8.8.9", "", 0, "8.8.8.0/24", id="IPv4 in IPv6"),
        pytest.param("8.8.8.9", "9.9.9.9", 0, "8.8.8.0/24", id="a header nobody asked for"),
        pytest.param("10.0.0.1", "9.9.9.9", 1, "9.9.9.0/24", id="behind a proxy"),
        pytest.param("10.0.0.1", "1.1.1.1, 9.9.9.9", 1, "9.9.9.0/24", id="a made-up address first"),
        pytest.param("10.0.0.1", "1.1.1.1, 9.9.9.9, 10.0.0.2", 2, "9.9.9.0/24", id="two proxies"),
        pytest.param("8.8.8.9", "9.9.9.9", 2, "8.8.8.0/24", id="fewer proxies than there are"),
        pytest.param("127.0.0.1", "", 0, "", id="this machine"),
        pytest.param("10.4.5.6", "", 0, "", id="a centre's own screens"),
        pytest.param("", "", 0, "", id="no address"),
        pytest.param("10.0.0.1", "<script>", 1, "", id="no address in the header"),
    ],
)
@pytest.mark.once
def test_the_network_is_the_callers_own(
    settings: Settings, remote: str, forwarded: str, proxies: int, network: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == network


@pytest.mark.django_db
def test_one_network_begins_so_many_bookings_and_others_are_not_held_back(clock) -> None:
    world = build_world(desks=9)
    address = times_address(world)
    slots = [start.isoformat() for start in starts_on(Client().get(address))]
    busy = caller("8.8.8.9")
    for start in slots[:3]:
        assert busy.post(address, {"start": start}).status_code == 302
    refused = caller("8.8.8.77").post(address, {"start": slots[4]})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "600"
    assert "You can try again in 10 minutes, or from another network." in text_of(refused)
    assert busy.get(address).status_code == 200, "looking is free"
    for other in ("8.8.9.9", "10.0.0.1", "127.0.0.1"):
        slots = [start.isoformat() for start in starts_on(Client().get(address))]
        assert caller(other).post(address, {"start": slots[-1]}).status_code == 302
    clock.shift(timedelta(minutes=10))
    assert busy.post(address, {"start": slots[-2]}).status_code == 302


@pytest.mark.django_db
def test_one_contact_books_so_often_a_day_and_what_was_typed_is_kept() -> None:
    world = build_world(desks=3)
    client = Client()
    for nth in (0, 1):
        draft = begin(client, world, nth=nth)
        fill_in(client, draft)
        assert client.post(f"{draft}check/").status_code == 302
    draft = begin(client, world, nth=2)
    fill_in(client, draft)
    refused = client.post(f"{draft}check/")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(16 * 3600)
    assert "You can try again in 16 hours." in text_of(refused)
    assert "or from another network" not in text_of(refused)
    assert "20 30 40 50" not in text_of(refused)
    assert Appointment.unscoped.count() == 2
    assert "Amina Hassan" in text_of(client.get(f"{draft}check/"))
    fill_in(client, draft, phone="20 30 40 51")
    assert client.post(f"{draft}check/").status_code == 302


def ask_for_a_time(client: Client, world: World, last_digits: int) -> int:
    """Ask for a time at a centre that has none; the status of the answer."""
    typed = {"hours": "any", "name_0": "Amina Hassan", "phone": f"203040{last_digits}"}
    return client.post(f"{times_address(world)}wait/", typed).status_code


@pytest.mark.django_db
def test_one_contact_and_one_network_wait_no_oftener_than_they_may_book() -> None:
    world, somebody = build_world(), caller("10.0.0.1")
    assert [ask_for_a_time(somebody, world, 50) for _nth in range(3)] == [302, 302, 429]
    assert WaitingEntry.unscoped.count() == 2
    assert ask_for_a_time(somebody, world, 51) == 302
    busy = caller("8.8.8.8")
    assert [ask_for_a_time(busy, world, 60 + nth) for nth in range(4)] == [302, 302, 302, 429]
    assert WaitingEntry.unscoped.count() == 6


@pytest.mark.django_db
def test_whoever_may_not_wait_now_is_told_when_they_may_and_keeps_what_they_typed() -> None:
    world, somebody = build_world(), caller("10.0.0.1")
    typed = {"hours": "any", "name_0": "Amina Hassan", "phone": "20304050"}
    for _nth in range(3):
        refused = somebody.post(f"{times_address(world)}wait/", typed)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(16 * 3600)
    assert "in 16 hours" in text_of(refused)
    assert refused.context["form"]["name_0"].value() == "Amina Hassan"
    assert 'value="Amina Hassan"' in refused.content.decode()


@pytest.mark.django_db
def test_where_times_are_short_one_network_waits_for_no_more_places_than_it_may_have() -> None:
    world, busy = build_world(), caller("8.8.8.8")
    Centre.objects.filter(pk=world.centre.pk).update(returns_slowly=True)
    assert [ask_for_a_time(busy, world, 50 + nth) for nth in range(3)] == [302, 302, 429]
    assert ask_for_a_time(caller("9.9.9.9"), world, 60) == 302


@pytest.mark.django_db
def test_nobody_waits_where_no_time_can_be_booked() -> None:
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_open_for_booking=False)
    answer = Client().get(f"{times_address(world)}wait/")
    assert answer.headers["Location"] == f"/en/{world.centre.key}/"
    assert ask_for_a_time(Client(), world, 50) == 302
    assert not WaitingEntry.unscoped.exists()


@pytest.mark.django_db
def test_the_api_says_too_many_and_a_repeat_still_gets_its_answer() -> None:
    world = build_world(desks=3)
    system = build_system(world.municipality)
    client = Client()

    def book(key: str, hour: int):
        return client.post(
            "/api/v1/appointments/",
            wanted(world, start=f"2026-11-24T{hour}:00:00+01:00"),
            content_type="application/json",
            headers={**system.headers, "Idempotency-Key": key},
        )

    assert [book(f"order-{hour}", hour).status_code for hour in (10, 11)] == [201, 201]
    refused = book("order-12", 12)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == str(16 * 3600)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_tries"
    assert book("order-10", 10).status_code == 201
    assert Appointment.unscoped.count() == 2


def book(world: World, nth: int, *, phone: str = PHONE, network: str | None = "") -> Appointment:
    """Book a time of the next day, so many half hours after nine."""
    start = instant(NOW.date() + timedelta(days=1), nth * 30 + 9 * 60)
    return book_appointment(
        centre=world.centre,
        visitors=[Visitor(name="Amina Hassan", service=world.service.code)],
        start=start,
        phone=phone,
        email="",
        language="da",
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=NOW,
        network=network,
    )


@pytest.mark.django_db
def test_what_was_refused_uses_nothing_up() -> None:
    world = build_world(desks=1)
    book(world, 0, phone="+4520304099", network=None)
    for nth in (0, -8, 0, 0):
        with pytest.raises(Refused, match=r"slot_taken|closed"):
            book(world, nth)
    assert not UseCount.objects.exists()
    book(world, 1)
    book(world, 2)
    with pytest.raises(TooMany) as refused:
        book(world, 3)
    assert refused.value.retry_after == 16 * 3600
    assert UseCount.objects.get().uses == 2
    book(world, 3, phone="+4520304051")


def of_all_at_once(world: World, *, network: str | None) -> list[str]:
    """Book for one contact, many at the same moment, where there is room; what came of it."""
    together = Barrier(AT_ONCE)

    def some(number: int) -> list[str]:
        together.wait(30)
        said = []
        for nth in range(EACH_BOOKS):
            try:
                book(world, (number + nth) % 12, network=network)
                said.append("booked")
            except TooMany:
                said.append("too many")
        connections.close_all()
        return said

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [one for said in pool.map(some, range(AT_ONCE)) for one in said]


def test_however_many_book_at_once_a_contact_gets_as_many_as_may_be(
    fresh_database: Database, settings: Settings
) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "contact": (MOST_BOOKED, 86400)}
    with fresh_database.opened():
        world = build_world(desks=AT_ONCE * EACH_BOOKS)
        said = of_all_at_once(world, network="")
        assert said.count("booked") == MOST_BOOKED == Appointment.unscoped.count()
        assert said.count("too many") == AT_ONCE * EACH_BOOKS - MOST_BOOKED
        assert UseCount.objects.get().uses == MOST_BOOKED
        assert of_all_at_once(world, network=None) == ["booked"] * (AT_ONCE * EACH_BOOKS)


@pytest.mark.django_db
def test_a_booking_that_the_api_refuses_takes_nothing_of_the_contacts_day() -> None:
    world = build_world(desks=1)
    build_visit(world, day=TOMORROW, minute=12 * 60, phone="+4520304051")
    system = build_system(world.municipality)
    reach = {"phone": "+4520304050", "email": "amina@example.com"}

    def book(start: str, name: str = NAME) -> int:
        body = wanted(world, start=f"{start}+01:00", participants=[{"name": name}], **reach)
        return int(system.book(body).status_code)

    for _again in range(3):
        assert book("2026-11-24T12:00:00") == 409
        assert book("2026-11-24T10:01:00") == 422
        assert book("2026-11-24T10:00:00", name="610190-1234") == 422
    assert [book(f"2026-11-24T{hour}:00:00") for hour in (10, 11, 13)] == [201, 201, 429]
    assert set(UseCount.objects.filter(what="contact").values_list("uses", flat=True)) == {2}


@pytest.mark.django_db
def test_where_times_are_short_one_network_gets_a_few_places_a_day() -> None:
    centre = build_world().centre
    Centre.objects.filter(pk=centre.pk).update(returns_slowly=True)
    centre.refresh_from_db()

    def wait(number: int, *, network: str = NETWORK) -> None:
        phone = f"+45203040{number}"
        count_wait(centre=centre, phone=phone, email="", network=network, now=NOW)

    wait(10)
    wait(11)
    with pytest.raises(TooMany):
        wait(12)
    wait(13, network="203.0.115.0/24")
    with pytest.raises(TooMany):
        count_start(network=NETWORK, centre=centre, now=NOW)
    count_start(network="203.0.115.0/24", centre=centre, now=NOW)
    centre.returns_slowly = False
    wait(14)


@pytest.mark.django_db
def test_nothing_stored_tells_the_network_or_the_contact() -> None:
    world = build_world()
    count_start(network=NETWORK, centre=world.centre, now=NOW)
    reach = {"phone": "+4520304050", "email": "a@example.com"}
    count_wait(centre=world.centre, network=NETWORK, now=NOW, **reach)
    stored = str(list(UseCount.objects.values_list("what", "mark")))
    for told in ("203.0", "20304050", "example"):
        assert told not in stored
    assert UseCount.objects.count() == 3


@pytest.mark.django_db
def test_counts_are_forgotten_when_no_limit_asks_for_them() -> None:
    count_start(network=NETWORK, centre=build_world().centre, now=NOW)
    forget_expired(now=NOW + timedelta(hours=15))
    assert UseCount.objects.exists()
    forget_expired(now=NOW + timedelta(hours=24))
    assert not UseCount.objects.exists()


@pytest.mark.django_db
def test_the_load_is_what_was_begun_in_the_last_minutes_and_fades(settings: Settings) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "start": (1000, 600)}
    centre = build_world().centre
    for number in range(20):
        count_start(network=f"203.0.{number}.0/24", centre=centre, now=NOW)
    loads = [starts_lately(now=NOW + timedelta(minutes=after)) for after in (0, 9, 10, 15, 20)]
    assert loads == [20, 20, 20, 10, 0]


def in_a_race(count: Callable[[], bool]) -> int:
    """How many of many, at the same moment, were let in."""
    together = Barrier(AT_ONCE)

    def one(_number: int) -> int:
        together.wait(30)
        let_in = sum(count() for _ in range(EACH))
        connections.close_all()
        return let_in

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(one, range(AT_ONCE)))


def exactly() -> bool:
    try:
        count_start(network=NETWORK, centre=Centre(), now=NOW)
    except TooMany:
        return False
    return True


def read_then_written() -> bool:
    """The control: what a limiter does that looks first and counts afterwards."""
    uses = UseCount.objects.get(what="start").uses
    if uses >= MOST:
        return False
    UseCount.objects.filter(what="start").update(uses=uses + 1)
    return True


def test_of_two_hundred_at_once_as_many_are_let_in_as_may_be(
    fresh_database: Database, settings: Settings
) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "start": (MOST, 600)}
    with fresh_database.opened():
        assert in_a_race(exactly) == MOST
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone() == (2,), "what is booked afterwards reaches the disk"
        assert UseCount.objects.get().uses == AT_ONCE * EACH


def test_without_the_one_statement_too_many_are_let_in(
    fresh_database: Database, settings: Settings
) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "start": (MOST, 600)}
    with fresh_database.opened():
        exactly()
        UseCount.objects.update(uses=F("uses") - 1)
        assert in_a_race(read_then_written) > MOST
