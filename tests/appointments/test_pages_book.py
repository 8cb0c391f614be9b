"""From a chosen time to a booked visit: details, mistakes, double clicks, lost races."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, BookingDraft, Participant
from appointments.services.booking.drafts import forget_drafts
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Message
from borgerservice.vault.services import open_data_key
from tests.appointments.pages import (
    begin,
    book,
    fill_in,
    starts_on,
    text_of,
    times_address,
    title_of,
)
from tests.builders import NOW, build_staff, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CANARY = "610190-1234"


def name_of(visit: Appointment) -> str:
    key = open_data_key(visit.contact.data_key)
    return key.open(visit.participants.get().name_sealed, "participant.name:0")


def test_a_citizen_books_and_lands_on_the_receipt(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    details = client.get(draft)
    assert "Step 3 of 4" in text_of(details)
    assert fill_in(client, draft).headers["Location"] == f"{draft}check/"
    check = text_of(client.get(f"{draft}check/"))
    for words in ("New MitID", "Monday 23 November 2026 at 10:00", "Torvet 5", "Amina Hassan",
                  "+45 20 30 40 50"):  # fmt: skip
        assert words in check
    receipt = client.post(f"{draft}check/")
    visit = Appointment.unscoped.get()
    assert receipt.headers["Location"].startswith("/en/visit/")
    assert name_of(visit) == "Amina Hassan"
    assert (visit.origin, visit.booked_by, visit.language) == ("web", "citizen", "en")
    assert Message.unscoped.filter(kind="booked").count() == 1


def test_the_page_of_a_dane_books_in_danish(client: Client) -> None:
    world = build_world()
    draft = begin(client, world).removeprefix("/en")
    fill_in(client, draft)
    client.post(f"{draft}check/")
    assert Appointment.unscoped.get().language == "da"


def test_a_family_is_booked_together(client: Client) -> None:
    world = build_world()
    draft = begin(client, world, people=2)
    fill_in(client, draft, name_1="Yusuf Hassan", is_protected_1="on")
    check = text_of(client.get(f"{draft}check/"))
    assert "Yusuf Hassan (name and address protection)" in check
    client.post(f"{draft}check/")
    visit = Appointment.unscoped.get()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=60)
    kept = Participant.unscoped.filter(appointment=visit)
    assert [one.is_protected for one in kept] == [False, True]


def test_an_email_address_is_enough(client: Client) -> None:
    world = build_world()
    book(client, world, phone="", email="amina@example.com")
    assert Appointment.unscoped.get().contact.phone_sealed is None


@pytest.mark.parametrize("phone", ["+46 70 123 45 67", "0046701234567", "+380 50 123 4567"])
def test_foreign_numbers_are_welcome(client: Client, phone: str) -> None:
    world = build_world()
    book(client, world, phone=phone)
    assert Appointment.unscoped.count() == 1


def test_a_number_we_do_not_text_asks_for_an_address_at_once(client: Client) -> None:
    """Told at the last step it cost the time, and the way out was said to be another time."""
    world = build_world()
    draft = begin(client, world)
    response = fill_in(client, draft, phone="+1 212 555 0100")
    assert "E-mail address: We cannot send text messages to that" in text_of(response)
    assert 'href="#id_email"' in response.content.decode()
    assert client.get(f"{draft}check/").headers["Location"] == draft
    fill_in(client, draft, phone="+1 212 555 0100", email="amina@example.com")
    client.post(f"{draft}check/")
    assert Appointment.unscoped.count() == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name_0": ""}, "Name: Write a name."),
        ({"name_0": "   \u200b\x00 "}, "Name: Write a name."),
        ({"name_0": "😀😀"}, "Name: Write a name with letters."),
        ({"name_0": "A" * 10_000}, "Name: The name is too long. Write at most 100 characters."),
        ({"name_0": "😀" * 10_000}, "Name: The name is too long."),
        ({"phone": "12"}, "Phone number: Write a phone number we can call"),
        ({"phone": "abc"}, "Phone number: Write a phone number we can call"),
        ({"phone": "9" * 10_000}, "Phone number: Write a phone number we can call"),
        ({"phone": ""}, "Phone number: Write a phone number or an e-mail address."),
        ({"email": "amina"}, "E-mail address: Write an e-mail address"),
        ({"email": "a@b\r\nBcc: c@d.dk"}, "E-mail address: Write an e-mail address"),
        ({"email": "a" * 10_000 + "@example.com"}, "E-mail address: Write an e-mail address"),
    ],
)
def test_a_mistake_is_told_at_the_field_and_nothing_is_lost(
    client: Client, wrong: dict[str, str], told: str
) -> None:
    world = build_world()
    draft = begin(client, world)
    filled = {"name_0": "Amina Hassan", "phone": "20 30 40 50", "email": "amina@example.com"}
    if "phone" in wrong and not wrong["phone"]:
        filled["email"] = ""
    response = fill_in(client, draft, **{**filled, **wrong})
    page = response.content.decode()
    assert response.status_code == 200
    assert title_of(response).startswith("Error:")
    assert told in text_of(response)
    assert page.count('aria-invalid="true"') == 1
    assert f'href="#id_{next(iter(wrong))}"' in page
    for field in filled.keys() - wrong.keys():
        assert filled[field] in page
    assert client.get(f"{draft}check/").headers["Location"] == draft


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien-Ñandú",
        "محمد حسن",
        "陈",
        "Åse Ærøskøbing",
        "<script>alert(1)</script> Bo",
        "X Æ A-12 😀",
    ],
)
def test_a_name_of_any_script_is_taken_as_it_is(client: Client, name: str) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft, name_0=name)
    assert "<script>" not in client.get(f"{draft}check/").content.decode()
    client.post(f"{draft}check/")
    assert name_of(Appointment.unscoped.get()) == name


@pytest.mark.parametrize("field", ["name_0", "phone", "email"])
@pytest.mark.parametrize("number", [CANARY, "6101901234", "61 01 90 12 34"])
def test_a_cpr_number_is_refused_kindly_and_never_shown_or_kept(
    client: Client, field: str, number: str
) -> None:
    world = build_world()
    draft = begin(client, world)
    before = bytes(BookingDraft.objects.get().typed_sealed)
    response = fill_in(client, draft, **{field: number})
    page = response.content.decode()
    assert response.status_code == 200
    assert number not in page
    if field != "email":
        assert "looks like a CPR number" in text_of(response)
    assert bytes(BookingDraft.objects.get().typed_sealed) == before


def test_what_is_typed_lies_sealed_and_is_erased_once_booked(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    row = BookingDraft.objects.get()
    assert b"Amina" not in bytes(row.typed_sealed)
    assert draft.split("/")[-2] not in row.token_hash
    client.post(f"{draft}check/")
    row.refresh_from_db()
    assert row.typed_sealed is None


def test_two_clicks_and_the_back_button_make_one_booking(client: Client) -> None:
    world = build_world(desks=2)
    draft = begin(client, world)
    fill_in(client, draft)
    answers = [client.post(f"{draft}check/") for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Appointment.unscoped.count() == 1
    for page in (draft, f"{draft}check/", f"{draft}time/"):
        assert client.get(page).headers["Location"] == answers[0].headers["Location"]


def test_two_tabs_do_not_meet(client: Client) -> None:
    world = build_world()
    one, other = begin(client, world, nth=0), begin(client, world, nth=4)
    fill_in(client, one, name_0="Amina Hassan")
    fill_in(client, other, name_0="Yusuf Hassan")
    assert "Amina Hassan" in text_of(client.get(f"{one}check/"))
    for tab in (one, other):
        client.post(f"{tab}check/")
    visits = Appointment.unscoped.order_by("starts_at")
    assert [name_of(visit) for visit in visits] == ["Amina Hassan", "Yusuf Hassan"]


def test_a_booking_goes_on_in_another_browser_after_the_phone_died(client: Client, clock) -> None:
    world = build_world()
    draft = begin(client, world, nth=4)
    fill_in(client, draft)
    clock.shift(timedelta(minutes=25))
    other = Client()
    check = text_of(other.get(f"{draft}check/"))
    assert "Amina Hassan" in check
    assert "+45 20 30 40 50" in check
    assert other.post(f"{draft}check/").headers["Location"].startswith("/en/visit/")
    assert name_of(Appointment.unscoped.get()) == "Amina Hassan"


def test_two_browsers_with_one_address_make_one_booking(client: Client) -> None:
    world = build_world(desks=2)
    draft = begin(client, world)
    other = Client()
    fill_in(client, draft, name_0="Amina Hassan")
    fill_in(other, draft, name_0="Yusuf Hassan")
    assert "Yusuf Hassan" in text_of(client.get(f"{draft}check/"))
    receipts = [browser.post(f"{draft}check/").headers["Location"] for browser in (client, other)]
    assert len(set(receipts)) == 1
    assert name_of(Appointment.unscoped.get()) == "Yusuf Hassan"


def test_a_time_lost_after_it_was_held_costs_no_typing(client: Client, clock) -> None:
    world = build_world()
    draft = begin(client, world, nth=4)
    fill_in(client, draft)
    clock.shift(timedelta(minutes=10))
    build_visit(world, minute=11 * 60, now=NOW + timedelta(minutes=10))
    lost = client.post(f"{draft}check/")
    assert lost.status_code == 409
    assert "That time has just been taken." in text_of(lost)
    assert "Amina Hassan" in text_of(lost)
    fresh = starts_on(lost)[0]
    again = client.post(f"{draft}time/", {"start": fresh.isoformat()})
    assert again.headers["Location"] == f"{draft}check/"
    client.post(f"{draft}check/")
    assert Appointment.unscoped.filter(starts_at=fresh).count() == 1
    assert Appointment.unscoped.count() == 2


def test_a_time_that_came_too_close_while_typing_is_said_so(client: Client, clock) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    clock.shift(timedelta(minutes=30))
    response = client.post(f"{draft}check/")
    assert response.status_code == 409
    assert "too soon to book" in text_of(response)
    assert not Appointment.unscoped.exists()


def test_a_centre_that_closed_its_booking_meanwhile_says_so(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    Centre.objects.update(is_open_for_booking=False)
    response = client.post(f"{draft}check/")
    assert response.status_code == 409
    assert "You cannot book a time at this centre." in text_of(response)


def test_a_service_withdrawn_meanwhile_says_so(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    world.centre.offers.all().delete()
    response = client.post(f"{draft}check/")
    assert response.status_code == 409
    assert "does not offer that service" in text_of(response)
    times = client.get(f"{draft}time/")
    assert times.status_code == 409
    assert "does not offer that service" in text_of(times)


def test_another_time_may_be_chosen_before_the_details(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    later = starts_on(client.get(f"{draft}time/"))[3]
    answer = client.post(f"{draft}time/", {"start": later.isoformat()})
    assert answer.headers["Location"] == draft
    fill_in(client, draft)
    client.post(f"{draft}check/")
    assert Appointment.unscoped.get().starts_at == later


def test_a_draft_is_gone_after_an_hour(client: Client, clock) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    clock.shift(timedelta(minutes=60))
    for page in (draft, f"{draft}check/", f"{draft}time/"):
        for response in (client.get(page), client.post(page, {"start": "x"})):
            assert response.status_code == 410
            assert "The booking was not finished" in text_of(response)
            assert "Amina" not in response.content.decode()
    assert not Appointment.unscoped.exists()
    assert forget_drafts(now=NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize("token", ["x", "A" * 32, "æøå", "😀", "..", "a" * 3000])
def test_an_altered_draft_address_is_as_gone_as_an_old_one(client: Client, token: str) -> None:
    response = client.get(f"/en/book/{token}/")
    assert response.status_code == 410
    assert token not in text_of(response).split()


def test_a_draft_moved_to_another_row_does_not_open(client: Client) -> None:
    world = build_world()
    one, other = begin(client, world), begin(client, world)
    fill_in(client, one)
    rows = list(BookingDraft.objects.order_by("pk"))
    BookingDraft.objects.filter(pk=rows[1].pk).update(typed_sealed=rows[0].typed_sealed)
    assert client.get(other).status_code == 410


@pytest.mark.parametrize("page", ["", "check/", "time/"])
def test_pages_with_personal_data_are_not_stored_nor_told_to_others(
    client: Client, page: str
) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"{draft}{page}")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert len(asked) <= 3


def test_no_form_is_taken_without_its_seal() -> None:
    world = build_world()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(times_address(world), {"people": 1, "start": "2026-11-24T10:00+01:00"})
    assert response.status_code == 403
    assert "We could not take the form" in text_of(response)
    assert not BookingDraft.objects.exists()


def test_looking_at_the_check_page_books_nothing(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft)
    client.get(f"{draft}check/")
    client.head(f"{draft}check/")
    assert not Appointment.unscoped.exists()
    assert client.put(f"{draft}check/").status_code == 405


def test_an_interpreter_and_a_wheelchair_are_asked_for_and_reach_the_clerk(client: Client) -> None:
    world = build_world()
    draft = begin(client, world)
    fill_in(client, draft, needs_interpreter="on")
    assert "An interpreter is needed" in text_of(client.get(f"{draft}check/"))
    assert "checked" in client.get(draft).content.decode()
    receipt = client.post(f"{draft}check/").headers["Location"]
    assert Appointment.unscoped.get().needs == "interpreter"
    assert "An interpreter is needed" in text_of(client.get(receipt))
    desk = Client()
    desk.force_login(build_staff(world.municipality))
    reference = Appointment.unscoped.get().reference
    assert "tolk" in text_of(desk.get(f"/admin/0657/visits/{reference}/")).lower() or (
        "interpreter" in text_of(desk.get(f"/admin/0657/visits/{reference}/"))
    )
