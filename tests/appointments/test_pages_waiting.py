"""The pages of those who wait: ask, be offered, take, leave; and what hostile hands find there."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Appointment, Offer, Participant, WaitingEntry
from appointments.services import cancel_appointment
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from borgerservice.vault.links import derive_link
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SOON, LATE = TODAY + timedelta(days=3), TODAY + timedelta(days=10)


@pytest.fixture
def world():
    return build_world(opens=9 * 60, closes=10 * 60)


@pytest.fixture
def visit(world):
    return build_visit(world, day=LATE, minute=9 * 60)


@pytest.fixture
def address(visit):
    return f"/visit/{derive_link('visit', visit.link_salt)}/"


def asks(client, address, world):
    return client.post(f"{address}earlier/", {"centres": [world.centre.key], "hours": "any"})


def offered(world):
    return build_visit(world, day=SOON, minute=9 * 60, phone="+4520304099")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_citizen_asks_is_offered_and_takes_the_earlier_time(world, address, prefix):
    soon = offered(world)
    client = Client()
    assert "/earlier/" in client.get(address).content.decode()
    assert client.get(f"{prefix}{address}earlier/").status_code == 200
    assert asks(client, f"{prefix}{address}", world).status_code == 302
    cancel_appointment(appointment=soon, actor="citizen", now=NOW)
    link = link_of(Offer.unscoped.get())
    page = client.get(f"{prefix}/offer/{link}/")
    assert page.status_code == 200
    assert b'name="accept"' in page.content
    taken = client.post(f"{prefix}/offer/{link}/", {"accept": "1"})
    assert taken["Location"].endswith(address)
    assert client.post(f"{prefix}/offer/{link}/", {"accept": "1"}).status_code == 302
    assert b'name="accept"' not in client.get(f"{prefix}/offer/{link}/").content


def test_declining_leaves_everything_as_it_was(world, address, visit):
    soon = offered(world)
    client = Client()
    asks(client, address, world)
    cancel_appointment(appointment=soon, actor="citizen", now=NOW)
    link = link_of(Offer.unscoped.get())
    assert client.post(f"/offer/{link}/", {"decline": "1"}).status_code == 302
    assert client.get(f"/offer/{link}/").status_code == 200
    visit.refresh_from_db()
    assert visit.moves == 0
    late = client.post(f"/offer/{link}/", {"accept": "1"})
    assert late.status_code == 409


def test_nobody_waits_without_choosing_where(world, address):
    page = Client().post(f"{address}earlier/", {"hours": "midnight"})
    assert page.status_code == 200
    assert b"id_centres_error" in page.content
    other = Client().post(f"{address}earlier/", {"centres": ["elsewhere"], "hours": "any"})
    assert other.status_code == 200
    assert not WaitingEntry.unscoped.exists()


def test_where_no_centre_takes_bookings_nobody_is_asked_to_choose_one(world, address):
    asks(Client(), address, world)
    world.centre.is_open_for_booking, world.centre.phone = False, "+4596281000"
    world.centre.save(update_fields=["is_open_for_booking", "phone"])
    page = Client().get(f"/en{address}earlier/").content.decode()
    assert "You cannot book a time online here" in page
    assert "Call +4596281000" in page
    assert 'name="leave"' in page
    assert 'name="hours"' not in page


def test_the_same_wish_sent_again_keeps_its_place(world, address, clock):
    client = Client()
    asks(client, address, world)
    clock.shift(timedelta(days=1))
    assert asks(client, address, world).status_code == 302
    entry = WaitingEntry.unscoped.get()
    assert (entry.status, entry.created_at) == ("waiting", NOW)
    client.post(f"{address}earlier/", {"centres": [world.centre.key], "hours": "morning"})
    assert WaitingEntry.unscoped.get(status="waiting").from_minute == 0
    assert WaitingEntry.unscoped.count() == 2


def test_who_asks_for_a_time_again_waits_once_until_they_leave(world):
    wait = f"/{world.centre.key}/{world.service.code}/wait/"
    typed = {"hours": "any", "name_0": "Bo Berg", "phone": "20304050"}
    client, other = Client(), Client()
    for browser in (client, other):
        browser.get(wait)
    page = client.post(wait, typed)["Location"]
    assert client.post(wait, typed)["Location"] == page
    assert Message.unscoped.count() == 1
    changed = client.post(wait, {**typed, "phone": "20304051"})["Location"]
    assert len({page, changed, other.post(wait, typed)["Location"]}) == 3
    client.post(page)
    anew = client.post(wait, typed)["Location"]
    assert anew != page
    assert b'method="post"' in client.get(anew).content


def test_waiting_ends_on_the_same_page(world, address):
    client = Client()
    asks(client, address, world)
    assert b'name="leave"' in client.get(f"{address}earlier/").content
    client.post(f"{address}earlier/", {"leave": "1"})
    assert WaitingEntry.unscoped.get().status == "left"


def test_who_finds_no_time_waits_with_a_name_and_a_phone(world):
    wait = f"/{world.centre.key}/{world.service.code}/wait/"
    client = Client()
    assert client.get(wait).status_code == 200
    wrong = client.post(wait, {"hours": "any", "name_0": "", "phone": "12", "email": ""})
    assert wrong.status_code == 200
    assert b'id="errors-heading"' in wrong.content
    sent = client.post(
        wait, {"hours": "morning", "name_0": "Nguyễn Thị O'Hara", "phone": "20304050"}
    )
    assert sent.status_code == 302
    assert client.get(sent["Location"]).status_code == 200
    assert client.post(sent["Location"]).status_code == 302
    assert WaitingEntry.unscoped.get().status == "left"


def test_what_they_say_they_need_is_known_at_the_visit_they_get(world):
    other = build_visit(world, day=SOON, minute=9 * 60, phone="+4520304051")
    typed = {"hours": "any", "name_0": "Bo Berg", "phone": "20304050", "needs_wheelchair": "on"}
    Client().post(f"/{world.centre.key}/{world.service.code}/wait/", typed)
    cancel_appointment(appointment=other, actor="citizen", now=NOW)
    Client().post(f"/offer/{link_of(Offer.unscoped.get())}/", {"accept": "1"})
    assert Appointment.unscoped.get(status="booked").needs == "wheelchair"


def test_a_name_that_is_protected_is_so_at_the_visit_they_get(world):
    wait = f"/{world.centre.key}/{world.service.code}/wait/"
    assert b"id_is_protected_0" in Client().get(wait).content
    soon = [
        build_visit(world, day=SOON, minute=minute, phone=f"+45203040{minute % 99}")
        for minute in (540, 570)
    ]
    typed = {"hours": "any", "name_0": "Bo Berg", "phone": "20304061", "is_protected_0": "on"}
    Client().post(wait, typed)
    Client().post(wait, {"hours": "any", "name_0": "Ida Dam", "phone": "20304062"})
    for visit in soon:
        cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    for offer in Offer.unscoped.all():
        Client().post(f"/offer/{link_of(offer)}/", {"accept": "1"})
    got = Participant.unscoped.filter(appointment__status="booked").order_by("pk")
    assert list(got.values_list("is_protected", flat=True)) == [True, False]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_who_waits_is_sent_the_way_off_the_list(world, prefix, settings):
    wait = f"{prefix}/{world.centre.key}/{world.service.code}/wait/"
    typed = {"hours": "any", "name_0": "Bo Berg", "phone": "20304050", "email": "bo@example.com"}
    Client().post(wait, typed)
    by_sms, by_email = Message.unscoped.filter(kind="waiting").order_by("-channel")
    assert (by_sms.channel, by_email.channel) == ("sms", "email")
    link = word(by_sms).link
    assert link in word(by_sms).text
    assert link in word(by_email).text
    address = link.removeprefix(settings.PUBLIC_ADDRESS)
    assert address.startswith(f"{prefix}/waiting/")
    assert Client().get(address).status_code == 200
    assert Client().post(address).status_code == 302
    assert WaitingEntry.unscoped.get().status == "left"
    assert set(Message.unscoped.values_list("status", flat=True)) == {"dropped"}


def test_a_cpr_number_is_never_taken_as_a_name_or_a_phone(world):
    wait = f"/{world.centre.key}/{world.service.code}/wait/"
    number = "610190-1234"
    page = Client().post(wait, {"hours": "any", "name_0": number, "phone": number})
    assert page.status_code == 200
    assert number.encode() not in page.content


@pytest.mark.parametrize("link", ["x", "a" * 32, "%00", "æøå"])
def test_a_wrong_link_is_not_found(link):
    for place in ("offer", "waiting"):
        assert Client().get(f"/{place}/{link}/").status_code == 404
        assert Client().post(f"/{place}/{link}/", {"accept": "1"}).status_code == 404
