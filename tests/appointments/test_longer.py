"""A visit for which a witness is asked gets the longer length, where the time after it is free."""

from datetime import timedelta

import pytest

from appointments.exceptions import Refused
from appointments.models import Appointment, CentreService, DeskDay, Hold, Participant
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    check_in,
    make_longer,
    move_appointment,
    plan_visit,
)
from appointments.services.booking.holds import place_hold
from appointments.services.centres.reconciling import reconcile
from borgerservice.audit.selectors import history_of
from tests.appointments.desk import at, at_work, pressed_twice, visit_page, words
from tests.builders import NOW, TODAY, World, build_service, build_visit, build_world
from tests.platform.api_calls import build_system, problem

TOMORROW = TODAY + timedelta(days=1)
TEN, HALF_PAST = 600, 630

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """One desk; new_mitid takes 30 minutes, and 40 with a witness."""
    made = build_world()
    longer = build_service("new_mitid_witness", minutes=40)
    CentreService.objects.create(centre=made.centre, service=longer, minutes=40)
    made.service.with_witness = longer
    made.service.save()
    return made


def comer_of(visit: Appointment, place: int = 0) -> Participant:
    return Participant.unscoped.select_related("service").get(appointment=visit, position=place)


def length(visit: Appointment) -> int:
    visit.refresh_from_db()
    return int((visit.ends_at - visit.starts_at).total_seconds()) // 60


def grow(visit: Appointment, place: int = 0) -> bool:
    return make_longer(participant=comer_of(visit, place), actor="citizen", now=NOW)


def happened(visit: Appointment) -> list[str]:
    subject = f"appointment:{visit.reference}"
    return [one.event for one in history_of(municipality=visit.municipality, subject=subject)]


def all_is_right() -> bool:
    return not list(reconcile(now=NOW))


def test_a_visit_grows_into_the_free_time_after_it(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    assert grow(visit) is True
    assert length(visit) == 40
    assert comer_of(visit).service.code == "new_mitid_witness"
    assert happened(visit) == ["appointment.booked", "appointment.lengthened"]
    assert all_is_right()
    with pytest.raises(Refused, match="slot_taken"):
        build_visit(world, day=TOMORROW, minute=HALF_PAST)


def test_a_second_time_changes_nothing(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    assert grow(visit)
    assert grow(visit)
    assert length(visit) == 40
    assert happened(visit).count("appointment.lengthened") == 1


def test_where_the_next_time_is_taken_nothing_moves_and_staff_are_told_once(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    after = build_visit(world, day=TOMORROW, minute=HALF_PAST)
    assert grow(visit) is False
    assert grow(visit) is False
    assert (length(visit), length(after)) == (30, 30)
    assert comer_of(visit).service.code == "new_mitid"
    assert comer_of(visit).lacks_time
    assert happened(visit).count("appointment.too_short") == 1
    assert all_is_right()


def test_it_does_not_grow_past_closing_nor_where_the_centre_has_no_such_service(world):
    last = build_visit(world, day=TOMORROW, minute=14 * 60 + 30)
    assert grow(last) is False
    CentreService.objects.filter(service__code="new_mitid_witness").delete()
    other = build_visit(world, day=TOMORROW, minute=TEN)
    assert grow(other) is False
    assert all_is_right()


def test_a_desk_that_cannot_do_it_does_not_grow(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    desk = world.desks[0]
    desk.caps = 1 << world.service.bit
    desk.save()
    assert grow(visit) is False
    assert length(visit) == 30


def test_time_that_somebody_holds_is_not_taken_and_a_hold_that_is_over_is(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    hold = place_hold(
        centre=world.centre,
        plan=plan_visit(centre=world.centre, codes=["new_mitid"]),
        start=instant(TOMORROW, HALF_PAST),
        purpose=Hold.Purpose.CITIZEN,
        expires_at=NOW + timedelta(minutes=10),
        now=NOW,
    )
    assert grow(visit) is False
    later = NOW + timedelta(minutes=11)
    assert make_longer(participant=comer_of(visit), actor="citizen", now=later) is True
    assert not Hold.unscoped.filter(pk=hold.pk).exists()
    assert not list(reconcile(now=later))


def test_of_two_who_come_one_brings_a_witness(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN, names=("Amina", "Omar"))
    assert grow(visit, 1)
    assert length(visit) == 70
    assert [comer_of(visit, place).service.code for place in (0, 1)] == [
        "new_mitid",
        "new_mitid_witness",
    ]
    assert all_is_right()


def test_moving_a_visit_that_was_too_short_tries_again(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    build_visit(world, day=TOMORROW, minute=HALF_PAST)
    grow(visit)
    to = instant(TOMORROW, 720)
    moved = move_appointment(appointment=visit, start=to, actor="citizen", now=NOW)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=40)
    assert not comer_of(visit).lacks_time
    assert all_is_right()


def test_a_visit_that_is_cancelled_or_begun_stays_as_it_is(world):
    cancelled = build_visit(world, day=TOMORROW, minute=TEN)
    cancel_appointment(appointment=cancelled, actor="citizen", now=NOW)
    assert grow(cancelled) is False
    here = build_visit(world, day=TODAY, minute=TEN + 60)
    check_in(appointment=here, actor="staff:1", now=NOW)
    assert grow(here) is False
    assert {length(cancelled), length(here)} == {30}


def test_the_second_guard_refuses_what_the_bitmap_would_let_through(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    build_visit(world, day=TOMORROW, minute=HALF_PAST)
    DeskDay.objects.filter(day=TOMORROW).update(b0=0, b1=0, b2=0, b3=0, b4=0, b5=0)
    assert grow(visit) is False
    assert length(visit) == 30


def test_the_clerk_sees_it_and_makes_the_time(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    after = build_visit(world, day=TOMORROW, minute=HALF_PAST)
    grow(visit)
    page = visit_page(world, visit.reference)
    with at():
        desk = at_work(world.municipality)
        assert words("Too short for a witness") in desk.get(page).content.decode()
        told = desk.post(f"{page}people/0/longer/", follow=True).content.decode()
        assert words("The visit is long enough for a witness.") not in told
        cancel_appointment(appointment=after, actor="citizen", now=NOW)
        told = desk.post(f"{page}people/0/longer/", follow=True).content.decode()
        assert words("The visit is long enough for a witness.") in told
        assert words("Too short for a witness") not in told
        assert desk.post(f"{page}people/7/longer/").status_code == 404
    assert length(visit) == 40


def test_staff_who_ask_for_the_time_in_vain_leave_a_note_of_it(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    build_visit(world, day=TOMORROW, minute=HALF_PAST)
    page = visit_page(world, visit.reference)
    with at():
        told = pressed_twice(at_work(world.municipality), page, f"{page}people/0/longer/")
    assert words("Too short for a witness") in told
    assert comer_of(visit).lacks_time
    assert happened(visit).count("appointment.too_short") == 1


def test_staff_who_press_twice_make_the_time_once(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    page = visit_page(world, visit.reference)
    with at():
        told = pressed_twice(at_work(world.municipality), page, f"{page}people/0/longer/")
    assert words("The visit is long enough for a witness.") in told
    assert happened(visit).count("appointment.lengthened") == 1


def test_a_system_makes_the_time_by_the_same_act(world):
    visit = build_visit(world, day=TOMORROW, minute=TEN)
    after = build_visit(world, day=TOMORROW, minute=HALF_PAST)
    system, call = build_system(world.municipality), f"appointments/{visit.reference}/witness/"
    with at():
        assert problem(system.post(call, {}))[:2] == (409, "cannot_be_longer")
        cancel_appointment(appointment=after, actor="citizen", now=NOW)
        answer = system.post(call, {"participant": 0})
        assert answer.status_code == 200
        assert answer.json()["end"] == "2026-11-24T10:40:00+01:00"
        assert system.post(call).status_code == 200
        assert system.post(call, {"participant": 3}).status_code == 404
        assert system.post(call, {"participant": 4}).status_code == 400
