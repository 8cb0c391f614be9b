"""Booking for somebody on the phone, and receiving somebody who just came."""

from datetime import timedelta

import pytest

from appointments.models import Appointment, Participant
from borgerservice.notifications.models import Message
from tests.appointments.desk import at, at_work, centre_page, signed_in, visit_page, words
from tests.appointments.pages import starts_on
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ALREADY = (
    "A time has been booked from this page already, with what was written first. Find the visit in"
    " the day's list to change it. Open this page again to book another."
)
CANARY = "610190-1234"
NINE_THIRTY = NOW + timedelta(hours=1, minutes=32)


def book(clerk, world, **changed):
    """Fill in the page of a booking at its first free time."""
    people = changed.pop("people", 1)
    address = f"{centre_page(world, 'book')}?service={world.service.code}&people={people}"
    form = clerk.get(address).context["form"]
    typed = {
        "name_0": "Amina Hassan",
        "phone": "20 30 40 50",
        "email": "",
        "language": "en",
        "once": form["once"].value(),
        "start": starts_on(clerk.get(address))[0].isoformat(),
    }
    return clerk.post(address, typed | changed)


def walk_in(clerk, world, **changed):
    address = centre_page(world, "walk_in")
    typed = {
        "service": world.service.code,
        "name_0": "Amina Hassan",
        "language": "da",
        "once": clerk.get(address).context["form"]["once"].value(),
    }
    return clerk.post(address, typed | changed)


def test_a_clerk_books_for_a_caller_who_gets_a_confirmation_in_their_language():
    world = build_world()
    staff = build_staff(world.municipality)
    answer = book(signed_in(staff), world)
    visit = Appointment.unscoped.get()
    assert answer.headers["Location"] == visit_page(world, visit.reference)
    assert (visit.origin, visit.booked_by) == ("desk", f"staff:{staff.pk}")
    assert Message.unscoped.get(kind="booked").language == "en"


def test_the_length_of_the_visit_grows_with_the_people():
    world = build_world(minutes=30)
    book(at_work(world.municipality), world, people=2, name_1="Bo Berg", is_protected_1="on")
    visit = Appointment.unscoped.get()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=60)
    assert list(visit.participants.values_list("is_protected", flat=True)) == [False, True]


def test_a_second_click_books_nothing_more():
    world = build_world()
    clerk = at_work(world.municipality)
    first = book(clerk, world, once="the-same-page")
    again = book(clerk, world, once="the-same-page", start=_start_of(Appointment.unscoped.get()))
    assert Appointment.unscoped.count() == 1
    assert again.headers["Location"] == first.headers["Location"]


def test_the_same_page_for_somebody_else_is_another_request():
    world = build_world()
    clerk = at_work(world.municipality)
    book(clerk, world, once="the-same-page")
    start = _start_of(Appointment.unscoped.get())
    page = book(clerk, world, once="the-same-page", name_0="Bo Berg", start=start)
    assert page.status_code == 200
    assert words(ALREADY) in page.content.decode()
    assert Appointment.unscoped.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"phone": "20 30 40 51"},
        {"email": "amina@example.com"},
        {"language": "da"},
        {"is_protected_0": "on"},
    ],
)
def test_what_is_corrected_on_a_page_that_has_booked_is_never_said_to_be_done(changed):
    world = build_world()
    clerk = at_work(world.municipality)
    book(clerk, world, once="the-same-page")
    start = _start_of(Appointment.unscoped.get())
    page = book(clerk, world, once="the-same-page", start=start, **changed)
    assert words(ALREADY) in page.content.decode()
    assert Appointment.unscoped.count() == 1


def test_a_slot_taken_meanwhile_costs_nothing_typed():
    world = build_world()
    clerk = at_work(world.municipality)
    taken = build_visit(world)
    page = book(clerk, world, start=_start_of(taken), email="amina@example.com")
    text = page.content.decode()
    assert words("That time has just been taken. Choose another time.") in text
    assert taken.starts_at not in starts_on(page)
    for typed in ("Amina Hassan", "20 30 40 50", "amina@example.com"):
        assert f'value="{typed}"' in text
    assert Appointment.unscoped.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name_0", "", "Write a name."),
        ("name_0", "x" * 10_000, "The name is too long. Write at most {limit} characters."),
        ("phone", "12", "Write a phone number we can call, for example 20 30 40 50."),
        ("email", "amina", "Write an e-mail address, for example name@example.com."),
        ("phone", "", "Write a phone number or an e-mail address."),
        ("start", "yesterday", "Choose one of the times shown."),
        (
            "start",
            "2026-11-23T08:00:00+00:00",
            "That time is too soon to book. Choose a later time.",
        ),
        (
            "start",
            "2026-11-28T10:00:00+00:00",
            "The centre is closed at that time. Choose another time.",
        ),
    ],
)
def test_what_cannot_be_booked_is_told_at_the_field(field, typed, told):
    world = build_world()
    page = book(at_work(world.municipality), world, **{field: typed})
    assert words(told).format(limit=100) in page.content.decode()
    assert page.context["form"].errors.keys() == {field}
    assert not Appointment.unscoped.exists()


@pytest.mark.parametrize("field", ["name_0", "phone", "email"])
def test_a_cpr_number_typed_anywhere_is_not_kept_or_shown_back(field):
    world = build_world()
    page = book(at_work(world.municipality), world, **{field: CANARY})
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert not Appointment.unscoped.exists()


def test_a_service_the_centre_lacks_offers_no_times():
    world = build_world()
    address = f"{centre_page(world, 'book')}?service=passport"
    assert starts_on(at_work(world.municipality).get(address)) == []


def test_a_walk_in_is_received_at_the_first_free_time_and_checked_in():
    world = build_world()
    clerk = at_work(world.municipality)
    with at(NINE_THIRTY):
        clerk.force_login(build_staff(world.municipality))
        answer = walk_in(clerk, world)
    visit = Appointment.unscoped.get()
    assert answer.headers["Location"] == visit_page(world, visit.reference)
    assert (visit.origin, visit.status) == ("walk_in", "checked_in")
    assert visit.starts_at == NOW + timedelta(hours=1, minutes=30)


def test_a_walk_in_brings_others_and_empty_names_are_nobody():
    world = build_world()
    walk_in(at_work(world.municipality), world, name_2="Bo Berg", is_protected_2="on")
    assert list(Participant.unscoped.values_list("position", "is_protected")) == [
        (0, False),
        (1, True),
    ]


def test_a_walk_in_clicked_twice_is_one_visit():
    world = build_world(desks=2)
    clerk = at_work(world.municipality)
    first = walk_in(clerk, world, once="the-same-page")
    again = walk_in(clerk, world, once="the-same-page")
    assert Appointment.unscoped.count() == 1
    assert first.headers["Location"] == again.headers["Location"]


def test_a_walk_in_s_page_that_has_received_somebody_receives_nobody_else():
    world = build_world(desks=2)
    clerk = at_work(world.municipality)
    walk_in(clerk, world, once="the-same-page")
    page = walk_in(clerk, world, once="the-same-page", phone="20 30 40 50")
    assert words(ALREADY) in page.content.decode()
    assert Appointment.unscoped.count() == 1


def test_on_a_full_day_a_walk_in_is_told_so():
    world = build_world(opens=10 * 60, closes=10 * 60 + 30)
    build_visit(world)
    page = walk_in(at_work(world.municipality), world)
    assert words("There is no free time left today.") in page.content.decode()
    assert Appointment.unscoped.count() == 1


def test_a_walk_in_s_second_name_is_checked_where_it_stands():
    world = build_world()
    page = walk_in(at_work(world.municipality), world, name_3=CANARY)
    assert page.context["form"].errors.keys() == {"name_3"}
    assert CANARY not in page.content.decode()


def test_nobody_books_at_another_municipality_s_centre():
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    clerk = at_work(world.municipality)
    for name in ("book", "walk_in"):
        for address in (
            centre_page(elsewhere, name),
            centre_page(elsewhere, name).replace("0751", "0657"),
        ):
            assert clerk.get(address).status_code == 404
            assert clerk.post(address, {"service": "new_mitid"}).status_code == 404


def test_times_begin_on_the_day_that_was_asked_for():
    world = build_world()
    wanted = TODAY + timedelta(days=3)
    address = f"{centre_page(world, 'book')}?first_day={wanted.isoformat()}"
    offered = starts_on(at_work(world.municipality).get(address))
    assert min(offered).date() == wanted


def _start_of(visit):
    return visit.starts_at.isoformat()
