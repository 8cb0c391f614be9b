"""A desk closes and another is free: the visit goes there, at its time, and nobody is asked."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from appointments.models import Absence, Appointment, Desk, DeskDay, Hold, Offer
from appointments.rules.opening import Closing
from appointments.services import cancel_appointment
from appointments.services.centres.affected import VisitsAffected
from appointments.services.centres.consequences import Then, change_and_then
from appointments.services.centres.desks import add_absence, add_desk, change_desk
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering.rebooking import (
    begin_rebooking,
    continue_rebookings,
    not_taken_up,
)
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffRole
from borgerservice.notifications.models import Message
from tests.appointments.desk import at, at_work, centre_page, visit_page, words
from tests.builders import NOW, TODAY, build_service, build_staff, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
WHO = {"actor": "staff:1", "now": NOW}


def visit_at(world, minute=600, phone="+4520304050", **more):
    return build_visit(world, day=TOMORROW, minute=minute, phone=phone, **more)


def goes_away(world, desk, *, is_accepted=False):
    return add_absence(
        centre=world.centre,
        who=desk,
        closing=Closing(TOMORROW, TOMORROW),
        is_accepted=is_accepted,
        **WHO,
    )


def changes(world, desk, *services, is_accepted=False, is_staffed=True):
    return change_desk(
        desk=desk,
        number=desk.number,
        services=services or [world.service.code],
        is_staffed=is_staffed,
        clerk=None,
        is_accepted=is_accepted,
        **WHO,
    )


def test_who_another_desk_can_take_at_the_same_time_is_moved_there_without_a_word():
    world = build_world(desks=2)
    visit = visit_at(world)
    was, other = visit.desk, next(desk for desk in world.desks if desk != visit.desk)
    Message.unscoped.all().delete()
    before = visit.starts_at, visit.busy_until, visit.moves
    with at(NOW):
        client = at_work(world.municipality, StaffRole.Role.ADMINISTRATOR)
        day = TOMORROW.isoformat()
        typed = {"who": f"desk-{was.number}", "first_day": day, "last_day": day}
        answer = client.post(centre_page(world, "absences"), typed, follow=True)
        assert "1 aftale går til en anden skranke." in answer.content.decode()
        history = at_work(world.municipality).get(visit_page(world, visit.reference))
    visit.refresh_from_db()
    assert visit.desk == other
    assert (visit.starts_at, visit.busy_until, visit.moves) == before
    assert not Message.unscoped.exists()
    entry = AuditEntry.unscoped.get(event="appointment.reseated")
    assert entry.facts == {"from_desk": was.number, "to_desk": other.number}
    assert words("Moved to another desk") in history.content.decode()
    assert list(reconcile(now=NOW)) == []


def times_worked_out(act):
    """How often the visits were read that are asked whether they can be received."""
    with CaptureQueriesContext(connection) as asked:
        act()
    columns = ('"appointments_servicetype"."bit"', '"appointments_appointment"."ends_at"')
    return sum(all(column in query["sql"] for column in columns) for query in asked)


def test_whom_a_change_affects_is_worked_out_before_it_and_after():
    world = build_world(desks=2)
    first = visit_at(world)
    visit_at(world, phone="+4520304051")
    visit_at(world, minute=630, phone="+4520304052")
    change = partial(goes_away, world, first.desk, is_accepted=True)
    with transaction.atomic():
        assert times_worked_out(change) == 2
        transaction.set_rollback(True)
    decide = partial(
        change_and_then,
        centre=world.centre,
        change=change,
        then=Then.OFFER,
        staff=build_staff(world.municipality),
        now=NOW,
    )
    assert times_worked_out(decide) == 4  # the change itself, and what is decided then
    assert [offer.appointment for offer in Offer.unscoped.all()] == [first]
    assert AuditEntry.unscoped.filter(event="appointment.reseated").count() == 1


def test_of_two_with_one_desk_free_who_booked_first_gets_it_and_the_other_is_asked_about():
    world = build_world(desks=3)
    late, early, stays = (visit_at(world, now=NOW - timedelta(hours=hours)) for hours in (1, 3, 2))
    away = build_staff(world.municipality, username="mette")
    Desk.objects.filter(pk__in=[late.desk_id, early.desk_id]).update(clerk=away)
    cancel_appointment(appointment=stays, actor="citizen", now=NOW)
    with pytest.raises(VisitsAffected) as asked:
        goes_away(world, away)
    assert asked.value.visits == (late,)
    early.refresh_from_db()
    assert early.desk != stays.desk
    goes_away(world, away, is_accepted=True)
    desks = dict(Appointment.unscoped.values_list("pk", "desk_id"))
    assert (desks[early.pk], desks[late.pk]) == (stays.desk_id, late.desk_id)
    assert list(reconcile(now=NOW)) == []


def test_a_desk_that_cannot_do_it_or_is_taken_later_in_the_visit_does_not_get_it():
    world = build_world(desks=2)
    passport = build_service("passport")
    world.centre.offers.create(service=passport, minutes=15)
    first, second = world.desks
    changes(world, second, "passport")
    visit = visit_at(world)
    assert visit.desk == first
    with pytest.raises(VisitsAffected):
        goes_away(world, first)
    changes(world, second, "passport", world.service.code)
    visit_at(world, minute=615, phone="+4520304051")
    with pytest.raises(VisitsAffected):
        goes_away(world, first)
    assert not Absence.objects.exists()


def test_the_time_at_a_desk_that_lost_the_service_is_free_for_another():
    world = build_world(desks=2)
    passport = build_service("passport")
    world.centre.offers.create(service=passport, minutes=15)
    for desk in world.desks:
        changes(world, desk, "passport", world.service.code)
    visit = visit_at(world)
    was = visit.desk
    changes(world, was, "passport")
    visit.refresh_from_db()
    assert visit.desk != was
    other = visit_at(replace(world, service=passport), phone="+4520304051")
    assert other.desk == was
    assert list(reconcile(now=NOW)) == []


def test_a_desk_that_is_kept_for_staff_takes_who_is_booked():
    world = build_world(desks=2)
    first, kept = world.desks
    visit = visit_at(world)
    assert visit.desk == first
    DeskDay.objects.filter(desk=kept).update(opens_at=NOW + timedelta(days=1))
    goes_away(world, first)
    visit.refresh_from_db()
    assert visit.desk == kept


def test_a_time_somebody_holds_is_not_taken_from_them():
    world = build_world(desks=2)
    visit = visit_at(world)
    other = next(desk for desk in world.desks if desk != visit.desk)
    held = Hold(
        municipality=world.municipality,
        centre=world.centre,
        desk=other,
        day=TOMORROW,
        starts_at=visit.starts_at,
        busy_until=visit.busy_until,
        purpose=Hold.Purpose.CITIZEN,
        expires_at=NOW + timedelta(minutes=5),
    )
    held.save()
    list(reconcile(now=NOW, repair=True))
    with pytest.raises(VisitsAffected):
        goes_away(world, visit.desk)


def taken_up(world):
    """Everybody who cannot be received is to be offered another time."""
    return begin_rebooking(
        centre=world.centre,
        visits=[visit.pk for visit in not_taken_up(centre=world.centre, now=NOW)],
        staff=build_staff(world.municipality, role=StaffRole.Role.LEAD),
        now=NOW,
    )


def test_who_finds_a_desk_before_their_turn_is_offered_nothing():
    world = build_world(desks=2)
    first, second = visit_at(world), visit_at(world, phone="+4520304051")
    goes_away(world, first.desk, is_accepted=True)
    taken_up(world)
    cancel_appointment(appointment=second, actor="citizen", now=NOW)
    assert continue_rebookings(now=NOW) == 0
    first.refresh_from_db()
    assert first.desk == second.desk
    assert [offer.answer for offer in Offer.unscoped.all()] == ["recalled"]
    assert not Message.unscoped.filter(kind__in=["rebooked_offer", "received"]).exists()
    assert list(reconcile(now=NOW)) == []


def test_a_new_desk_takes_those_who_were_left_and_ends_their_offers():
    world = build_world(desks=1)
    visit = visit_at(world)
    goes_away(world, visit.desk, is_accepted=True)
    taken_up(world)
    assert continue_rebookings(now=NOW) == 1
    Message.unscoped.update(status="sent")
    new = add_desk(
        centre=world.centre,
        number=2,
        services=[world.service.code],
        is_staffed=True,
        clerk=None,
        **WHO,
    )
    visit.refresh_from_db()
    assert visit.desk == new
    assert [offer.answer for offer in Offer.unscoped.all()] == ["recalled"]
    assert Message.unscoped.filter(kind="received").count() == 1
    assert not Hold.unscoped.exists()
    assert list(reconcile(now=NOW)) == []
