"""Booking, moving and cancelling: what a citizen gets, and what nobody can get."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, DeskDay
from appointments.rules.booking_window import Window
from appointments.rules.local_time import instant
from appointments.rules.opening import Closing
from appointments.selectors.bookable import bookable_times
from appointments.selectors.visit import visit_by_link
from appointments.services import (
    Request,
    Visitor,
    book_appointment,
    cancel_appointment,
    check_in,
    mark_no_show,
    move_appointment,
    take_walk_in,
)
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.hours import add_closure
from borgerservice.audit.selectors import history_of
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link
from borgerservice.vault.services import open_data_key
from tests.builders import NOW, TODAY, World, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def free_minutes(world: World, minutes: int = 30) -> int:
    """How many starts are left tomorrow."""
    days = bookable_times(
        centre=world.centre,
        minutes=minutes,
        caps=1 << world.service.bit,
        window=Window(120, 60, 15),
        first=TOMORROW,
        last=TOMORROW,
        now=NOW,
    )
    return sum(len(day.starts) for day in days)


def differences(world: World) -> int:
    """How many bitmaps differ from what hours and appointments say."""
    return rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=14))


def test_a_citizen_books_and_opens_the_visit_by_its_link() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW, names=["Amina Hassan"])
    found = visit_by_link(derive_link("visit", visit.link_salt), now=NOW).appointment
    key = open_data_key(found.contact.data_key)
    assert found == visit
    assert key is not None
    assert [
        key.open(p.name_sealed, f"participant.name:{p.position}") for p in found.participants.all()
    ] == ["Amina Hassan"]
    assert bytes(found.contact.phone_sealed).find(b"20304050") == -1
    assert differences(world) == 0


def test_a_booked_time_is_offered_to_nobody_else() -> None:
    world = build_world()
    before = free_minutes(world)
    build_visit(world, day=TOMORROW)
    with pytest.raises(SlotTaken):
        build_visit(world, day=TOMORROW)
    assert free_minutes(world) == before - 3


def test_two_desks_take_two_visits_at_once_and_no_third() -> None:
    world = build_world(desks=2)
    desks = {build_visit(world, day=TOMORROW).desk_id for _ in range(2)}
    assert len(desks) == 2
    with pytest.raises(SlotTaken):
        build_visit(world, day=TOMORROW)


def test_a_family_of_three_gets_three_lengths() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW, names=["A", "B", "C"])
    assert visit.ends_at - visit.starts_at == timedelta(minutes=90)


def test_the_guard_in_the_database_refuses_an_overlap_that_the_bitmap_missed() -> None:
    world = build_world()
    build_visit(world, day=TOMORROW)
    DeskDay.objects.filter(day=TOMORROW).update(b0=0, b1=0, b2=0, b3=0, b4=0, b5=0)
    with pytest.raises(SlotTaken):
        build_visit(world, day=TOMORROW)
    assert Appointment.unscoped.count() == 1


@pytest.mark.parametrize(
    ("minute", "day", "code"),
    [
        (10 * 60 + 7, TOMORROW, "off_grid"),
        (20 * 60, TOMORROW, "closed"),
        (14 * 60 + 45, TOMORROW, "closed"),
        (9 * 60, TODAY, "too_soon"),
        (10 * 60, TODAY - timedelta(days=3), "in_the_past"),
        (10 * 60, TODAY + timedelta(days=400), "too_far_ahead"),
        (10 * 60, TODAY + timedelta(days=5), "closed"),
    ],
)
def test_an_impossible_time_is_refused_at_the_time(minute: int, day: object, code: str) -> None:
    world = build_world()
    with pytest.raises(Refused) as refused:
        build_visit(world, day=day, minute=minute)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == (code, "start")
    assert not Appointment.unscoped.exists()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "empty"),
        ("x" * 10_000, "too_long"),
        ("12", "not_a_name"),
        ("Al 610190-1234", "looks_like_cpr"),
    ],
)
def test_an_impossible_name_is_refused_at_its_field_and_not_repeated(name: str, code: str) -> None:
    world = build_world()
    with pytest.raises(Refused) as refused:
        build_visit(world, day=TOMORROW, names=["Amina", name])
    assert (refused.value.code, refused.value.field) == (code, "participants.1.name")
    assert name == "" or name not in repr(refused.value) + refused.value.sentence


@pytest.mark.parametrize(
    ("phone", "email", "code"),
    [
        ("+4512345678", "", "invalid_phone"),
        ("12", "", "invalid_phone"),
        ("", "nobody", "invalid_email"),
        ("", "a@b.dk\r\nBcc: x@y.dk", "invalid_email"),
        ("", "", "no_contact"),
    ],
)
def test_an_impossible_contact_is_refused(phone: str, email: str, code: str) -> None:
    world = build_world()
    with pytest.raises(Refused) as refused:
        build_visit(world, day=TOMORROW, phone=phone, email=email)
    assert refused.value.code == code


def test_the_same_request_gives_the_same_visit_and_another_body_is_refused() -> None:
    world = build_world(desks=2)

    def book(body: str) -> Appointment:
        return book_appointment(
            centre=world.centre,
            visitors=[Visitor("Amina", world.service.code)],
            start=instant(TOMORROW, 600),
            phone="+4520304050",
            email="",
            language="da",
            origin=Appointment.Origin.API,
            actor="client:1",
            now=NOW,
            request=Request("client:1", "k1", body),
        )

    assert book("one") == book("one")
    with pytest.raises(Refused, match="idempotency_key_reused"):
        book("two")
    assert Appointment.unscoped.count() == 1


def test_a_move_keeps_reference_and_link_and_leaves_an_entry() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    moved = move_appointment(
        appointment=visit, start=instant(TOMORROW, 10 * 60 + 15), actor="citizen", now=NOW
    )
    assert (moved.reference, moved.link_hash) == (visit.reference, visit.link_hash)
    assert moved.starts_at == instant(TOMORROW, 10 * 60 + 15)
    entries = history_of(municipality=world.municipality, subject=f"appointment:{visit.reference}")
    assert [entry.event for entry in entries] == ["appointment.booked", "appointment.moved"]
    assert differences(world) == 0


def test_a_move_to_a_taken_time_leaves_the_old_time_in_place() -> None:
    world = build_world()
    build_visit(world, day=TOMORROW, minute=11 * 60)
    visit = build_visit(world, day=TOMORROW)
    with pytest.raises(SlotTaken):
        move_appointment(
            appointment=visit, start=instant(TOMORROW, 11 * 60), actor="citizen", now=NOW
        )
    visit.refresh_from_db()
    assert visit.starts_at == instant(TOMORROW, 600)
    assert differences(world) == 0


def test_a_cancelled_time_is_offered_again_and_cancelling_twice_is_once() -> None:
    world = build_world()
    before = free_minutes(world)
    visit = build_visit(world, day=TOMORROW)
    for _ in range(2):
        visit = cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    assert visit.status == "cancelled"
    assert free_minutes(world) == before
    assert Message.unscoped.filter(kind="cancelled").count() == 1
    build_visit(world, day=TOMORROW)


def test_a_visit_that_has_begun_can_neither_be_moved_nor_cancelled() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    later = visit.starts_at + timedelta(minutes=1)
    with pytest.raises(Refused, match="cannot_cancel"):
        cancel_appointment(appointment=visit, actor="citizen", now=later)
    with pytest.raises(Refused, match="cannot_move"):
        move_appointment(
            appointment=visit,
            start=instant(TOMORROW + timedelta(days=1), 600),
            actor="citizen",
            now=later,
        )


def test_only_on_the_day_is_a_citizen_checked_in_and_only_after_the_start_missed() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    with pytest.raises(Refused, match="not_today"):
        check_in(appointment=visit, actor="staff:1", now=NOW)
    with pytest.raises(Refused, match="not_started"):
        mark_no_show(appointment=visit, actor="staff:1", now=NOW)
    missed = mark_no_show(appointment=visit, actor="staff:1", now=visit.starts_at)
    back = check_in(appointment=missed, actor="staff:1", now=visit.starts_at)
    assert back.status == "checked_in"


def test_a_walk_in_is_received_at_once_and_checked_in() -> None:
    world = build_world()
    now = instant(TODAY, 9 * 60) + timedelta(minutes=3, seconds=20)
    visit = take_walk_in(
        centre=world.centre,
        visitors=[Visitor("Amina", world.service.code)],
        phone="",
        email="",
        language="da",
        actor="staff:1",
        now=now,
    )
    assert (visit.status, visit.origin) == ("checked_in", "walk_in")
    assert visit.starts_at == instant(TODAY, 9 * 60)
    assert not Message.unscoped.exists()


def test_a_row_without_its_municipality_is_refused_by_the_database() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.unscoped.filter(pk=visit.pk).update(municipality=None)
    other = build_world(code="0751", name="Aarhus")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.unscoped.filter(pk=visit.pk).update(municipality=other.municipality)


def test_a_time_that_is_offered_can_be_booked_a_second_past_the_minute() -> None:
    world = build_world()
    now = instant(TODAY, 8 * 60) + timedelta(seconds=30)
    day = bookable_times(
        centre=world.centre,
        minutes=30,
        caps=1 << world.service.bit,
        window=Window(120, 60, 15),
        first=TODAY,
        last=TODAY,
        now=now,
    )[0]
    assert day.starts[0] == instant(TODAY, 10 * 60 + 15)
    assert build_visit(world, day=TODAY, minute=10 * 60 + 15, now=now)


def test_a_time_given_back_on_a_day_closed_meanwhile_stays_closed() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    staying = build_visit(world, day=TOMORROW, minute=12 * 60)
    add_closure(
        centre=world.centre,
        closing=Closing(TOMORROW, TOMORROW),
        reason="",
        actor="staff:1",
        now=NOW,
        is_accepted=True,
    )
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    move_appointment(
        appointment=staying,
        start=instant(TOMORROW + timedelta(days=1), 600),
        actor="citizen",
        now=NOW,
    )
    assert free_minutes(world) == 0
    assert differences(world) == 0


def test_a_visit_that_would_run_past_midnight_is_refused() -> None:
    world = build_world()
    with pytest.raises(Refused, match="closed"):
        build_visit(world, day=TOMORROW, minute=23 * 60 + 45)


def test_a_phone_we_cannot_text_needs_an_email_address_beside_it() -> None:
    world = build_world()
    with pytest.raises(Refused) as refused:
        build_visit(world, day=TOMORROW, phone="+12125550100")
    assert (refused.value.code, refused.value.field) == ("phone_not_texted", "email")
    assert build_visit(world, day=TOMORROW, phone="+12125550100", email="a@example.com")
