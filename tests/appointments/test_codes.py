"""Where a municipality asks for a code, nothing is held before the right one was written."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from appointments.exceptions import Refused
from appointments.models import Appointment, BookingDraft, ContactCode, Hold, UseCount
from appointments.services.booking.codes import find_code, prove_contact, start_proven_draft
from appointments.services.booking.drafts import start_draft
from appointments.services.visits.expiry import forget_expired
from appointments.views.kiosk_mode import ticket_of
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from borgerservice.vault.links import link_hash
from tests.appointments.api_bookings import wanted as as_a_system_books
from tests.appointments.desk import at, at_work, centre_page, words
from tests.appointments.pages import starts_on, text_of, times_address
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.platform.api_calls import build_system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
FROM_OUTSIDE = {"REMOTE_ADDR": "203.0.115.17"}
SIX = re.compile(r"\b\d{6}\b")


@pytest.fixture
def world() -> World:
    made = build_world()
    made.municipality.asks_for_code = True
    made.municipality.save()
    return made


def chosen(world: World, client: Client, **asked: int) -> str:
    """Choose the last free time shown; the page that asks where to send a code."""
    address = times_address(world)
    start = starts_on(client.get(address, asked))[-1]
    answer = client.post(address, {"start": start.isoformat(), **asked})
    assert answer.status_code == 302
    return answer["Location"]


def sent(world: World, client: Client, **contact: str) -> str:
    """Have a code sent; the page that asks for it."""
    answer = client.post(chosen(world, client), contact or {"phone": "20 30 40 50"})
    assert answer.status_code == 302, text_of(answer)
    return answer["Location"]


def code_in_message() -> str:
    return SIX.search(word(Message.unscoped.filter(kind="code").latest("pk")).text)[0]


def wrong() -> str:
    return f"{(int(code_in_message()) + 1) % 1_000_000:06}"


def row_of(page: str) -> ContactCode:
    return find_code(token=page.rstrip("/").rpartition("/")[2], now=NOW)


def nothing_is_held() -> bool:
    return not (Hold.unscoped.exists() or BookingDraft.objects.exists())


@pytest.mark.parametrize(
    ("contact", "channel"),
    [({"phone": "20 30 40 50"}, "sms"), ({"email": " amina@example.com "}, "email")],
)
def test_the_time_is_held_once_the_code_came_back_and_the_visit_is_booked(world, contact, channel):
    client = Client()
    page = sent(world, client, **contact)
    assert nothing_is_held()
    assert [one.channel for one in Message.unscoped.all()] == [channel]
    code = code_in_message()
    details = client.post(page, {"code": f"{code[:3]} {code[3:]}"})["Location"]
    assert Hold.unscoped.count() == 1
    assert ("20 30 40 50" in text_of(client.get(details))) == (channel == "sms")
    other = {"email": "x@example.com"} if channel == "sms" else {"phone": ""}
    check = client.post(details, {"name_0": "Amina Hassan", **other})["Location"]
    assert client.post(check).status_code == 302
    assert Appointment.unscoped.get().status == "booked"


def test_the_code_stands_nowhere_in_the_database(world):
    sent(world, Client())
    code = code_in_message()
    row = ContactCode.objects.get()
    message = Message.unscoped.get()
    assert code not in f"{row.__dict__} {message.facts} {message.dedupe_key} {message.subject}"
    assert "20304050" not in f"{row.__dict__}"


def test_another_contact_cannot_be_put_in_afterwards(world):
    client = Client()
    page = sent(world, client)
    details = client.post(page, {"code": code_in_message()})["Location"]
    client.post(details, {"name_0": "Amina", "phone": "+4521111111"})
    client.post(f"{details}check/")
    told = Message.unscoped.get(kind="booked")
    assert told.contact.phone_mark == ContactCode.objects.get().contact.phone_mark


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "9" * 50, "<b>", "010190-123"])
def test_what_is_not_the_code_holds_nothing(world, typed):
    client = Client()
    page = sent(world, client)
    answer = client.post(page, {"code": typed})
    assert answer.status_code == 200
    assert 'id="errors-heading"' in answer.content.decode()
    assert nothing_is_held()


def test_digits_of_another_alphabet_are_the_same_digits(world):
    client = Client()
    page = sent(world, client)
    arabic = code_in_message().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(page, {"code": arabic}).status_code == 302
    assert Hold.unscoped.count() == 1


def test_after_five_wrong_ones_the_right_one_opens_nothing(world):
    client = Client()
    page = sent(world, client)
    for _ in range(5):
        client.post(page, {"code": wrong()})
    answer = client.post(page, {"code": code_in_message()})
    assert "cannot be used any more" in text_of(answer)
    assert nothing_is_held()


def test_after_ten_minutes_the_code_is_over(world):
    client = Client()
    page, code = sent(world, client), code_in_message()
    with at(NOW + timedelta(minutes=10)):
        assert client.post(page, {"code": code}).status_code == 410
    assert nothing_is_held()
    with at(NOW + timedelta(minutes=9)):
        assert client.post(page, {"code": code}).status_code == 302


def test_the_code_of_one_contact_is_none_for_another(world):
    mine, yours = Client(), Client()
    first = sent(world, mine, phone="20304050")
    code = code_in_message()
    second = sent(world, yours, phone="20304051")
    if code_in_message() != code:
        assert yours.post(second, {"code": code}).status_code == 200
    assert nothing_is_held()
    assert mine.post(first, {"code": code}).status_code == 302


def test_a_second_click_comes_to_the_same_booking(world):
    client = Client()
    page, code = sent(world, client), code_in_message()
    first, second = (client.post(page, {"code": code})["Location"] for _ in range(2))
    assert first == second
    assert client.get(page)["Location"] == first
    assert Hold.unscoped.count() == 1


def test_of_two_tries_with_the_last_one_left_one_is_taken(world):
    page = sent(world, Client())
    row, code = row_of(page), code_in_message()
    ContactCode.objects.update(tries=4)
    prove_contact(row=row, typed=code, network="", now=NOW)
    with pytest.raises(Refused, match="code_over"):
        prove_contact(row=row, typed=code, network="", now=NOW)
    assert start_proven_draft(row=row, start=row.starts_at, now=NOW)


def test_a_time_taken_meanwhile_leaves_the_contact_proven(world):
    client = Client()
    page, row = sent(world, client), ContactCode.objects.get()
    build_visit(world, day=row.starts_at.date(), minute=wall_minute(row))
    answer = client.post(page, {"code": code_in_message()})
    assert answer.status_code == 409
    other = starts_on(answer)[0].isoformat()
    assert client.post(page, {"start": other}).status_code == 302
    assert Hold.unscoped.count() == 1


def test_who_finds_the_time_taken_has_an_hour_from_each_try_and_a_day_in_all(world):
    client = Client()
    page, row = sent(world, client), ContactCode.objects.get()
    build_visit(world, day=row.starts_at.date(), minute=wall_minute(row))
    client.post(page, {"code": code_in_message()})
    taken = {"start": row.starts_at.isoformat()}
    for after in range(50, 24 * 60, 50):
        with at(NOW + timedelta(minutes=after)):
            assert client.post(page, taken).status_code == 409
    assert ContactCode.objects.get().expires_at == NOW + timedelta(hours=24)
    with at(NOW + timedelta(hours=24)):
        assert client.post(page, taken).status_code == 410


def test_trying_codes_keeps_no_code_longer(world):
    page = sent(world, Client())
    before = ContactCode.objects.get().expires_at
    with at(NOW + timedelta(minutes=5)):
        Client().post(page, {"code": wrong()})
    assert ContactCode.objects.get().expires_at == before


def wall_minute(row: ContactCode) -> int:
    return (row.starts_at.hour + 1) * 60 + row.starts_at.minute


def test_thirty_wrong_codes_are_refused_clearly_whoever_is_meant(world):
    UseCount.objects.all().delete()
    told = []
    for number in range(7):
        client = Client(**FROM_OUTSIDE)
        page = sent(world, client, phone=f"203040{number:02}")
        for _ in range(5):
            answer = client.post(page, {"code": wrong()})
            told.append((answer.status_code, "Too many wrong codes" in text_of(answer)))
            assert ("Retry-After" in answer.headers) == (answer.status_code == 429)
    assert told[:30] == [(200, False)] * 30
    assert set(told[30:]) == {(429, True)}
    assert nothing_is_held()


def test_a_right_code_costs_its_network_nothing_and_one_that_is_over_neither(world, settings):
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "wrong_code": (2, 3600)}
    for number in range(4):
        client = Client(**FROM_OUTSIDE)
        page = sent(world, client, phone=f"203040{number:02}")
        ContactCode.objects.filter(pk=row_of(page).pk).update(tries=number % 2 * 5)
        answer = client.post(page, {"code": code_in_message()})
        assert answer.status_code == (302 if number % 2 == 0 else 200)
    assert UseCount.objects.get(what="wrong_code").uses == 0


def test_a_sixth_code_for_one_contact_waits_an_hour(world):
    pages = [Client(**FROM_OUTSIDE) for _ in range(6)]
    for client in pages[:5]:
        sent(world, client)
    answer = pages[5].post(chosen(world, pages[5]), {"phone": "20304050"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert Message.unscoped.filter(kind="code").count() == 5


def test_known_or_not_the_pages_say_the_same(world):
    known, unknown = Client(), Client()
    build_visit(world, day=TODAY + timedelta(days=3), phone="+4520304050")
    one = known.post(chosen(world, known), {"phone": "20304050"})
    other = unknown.post(chosen(world, unknown), {"phone": "20304051"})
    pages = [text_of(c.get(a["Location"])) for c, a in ((known, one), (unknown, other))]
    assert pages[0] == pages[1]


def test_the_service_itself_holds_nothing_without_a_code(world):
    with pytest.raises(Refused, match="code_needed"):
        start_draft(
            centre=world.centre,
            service=world.service.code,
            people=1,
            start=NOW + timedelta(days=1, hours=3),
            now=NOW,
        )
    assert nothing_is_held()


def test_where_nobody_asks_there_is_no_such_page():
    world, client = build_world(), Client()
    query = urlencode({"start": (NOW + timedelta(days=1)).isoformat(), "people": 1})
    assert client.get(f"{times_address(world)}code/?{query}").status_code == 302
    assert client.get(f"{times_address(world)}code/").status_code == 302
    assert client.get("/en/code/nothing/").status_code == 410


def test_a_municipalitys_own_system_needs_no_code(world):
    system = build_system(world.municipality)
    assert system.book(as_a_system_books(world)).status_code == 201


def test_an_administrator_turns_it_on_for_the_municipality():
    world = build_world()
    client = at_work(world.municipality, role="administrator")
    page = centre_page(world, "booking_rules")
    assert words("Ask for a code by text message or e-mail before a time is held") in (
        client.get(page).content.decode()
    )
    rules = {
        "lead_minutes": 120,
        "horizon_days": 60,
        "kept_desks": 0,
        "kept_until_days": 0,
        "kept_until_minute": "00:00",
        "minutes_new_mitid": 30,
        "buffer_minutes_new_mitid": 0,
    }
    for ticked in (True, False):
        answer = client.post(page, {**rules, **({"asks_for_code": "on"} if ticked else {})})
        assert answer.status_code == 302
        world.municipality.refresh_from_db()
        assert world.municipality.asks_for_code is ticked


def test_codes_and_where_they_went_are_forgotten(world):
    sent(world, Client())
    contact = ContactCode.objects.get().contact
    forget_expired(now=NOW + timedelta(minutes=11))
    contact.refresh_from_db()
    assert not ContactCode.objects.exists()
    assert (contact.phone_sealed, contact.phone_mark) == (None, "")


def test_the_page_is_known_by_its_hash_alone(world):
    page = sent(world, Client())
    token = page.rstrip("/").rpartition("/")[2]
    assert ContactCode.objects.get().token_hash == link_hash(token)


def test_on_a_centres_own_screen_the_browser_keeps_nothing_and_the_draft_lives_for_minutes(world):
    screen = Client()
    screen.get(f"/kiosk/{ticket_of(world.centre.key)}/")
    asks = chosen(world, screen)
    page = screen.post(asks, {"phone": "20304050"})["Location"]
    for shown in (screen.get(asks), screen.get(page)):
        assert 'autocomplete="off"' in shown.content.decode()
        assert 'autocomplete="tel"' not in shown.content.decode()
        assert 'autocomplete="one-time-code"' not in shown.content.decode()
    screen.post(page, {"code": code_in_message()})
    assert BookingDraft.objects.get().expires_at < NOW + timedelta(minutes=10)
