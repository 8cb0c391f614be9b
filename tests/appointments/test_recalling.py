"""Many offers are recalled in as many statements as one, and each of their times comes free."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, Hold, Offer, Rebooking
from appointments.rules.local_time import instant
from appointments.rules.opening import Closing
from appointments.rules.waiting import Wish
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.hours import add_closure, remove_closure
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering import given_back
from appointments.services.offering.answers import decline_offer, expire_offers
from appointments.services.offering.rebooking import (
    begin_rebooking,
    continue_rebooking,
    not_taken_up,
)
from appointments.services.offering.waiting import wait_for_any
from appointments.services.visits.changes import move_appointment
from appointments.services.visits.contact import change_contact
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Centre, Closure
from borgerservice.notifications.delivery import address_of
from borgerservice.notifications.models import Message
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world

pytestmark = pytest.mark.django_db
CLOSED = TODAY + timedelta(days=3)
WHO = {"actor": "staff:1", "now": NOW}


def closes(world, first=CLOSED, last=CLOSED):
    closing = Closing(first, last)
    return add_closure(centre=world.centre, closing=closing, reason="", is_accepted=True, **WHO)


def opens_again(closure, now=NOW):
    closure = Closure.objects.select_related("centre").get(pk=closure.pk)
    remove_closure(closure=closure, actor="staff:1", now=now)


def begin(world):
    """Take up everybody who cannot be received."""
    return begin_rebooking(
        centre=world.centre,
        visits=[visit.pk for visit in not_taken_up(centre=world.centre, now=NOW)],
        staff=build_staff(world.municipality),
        now=NOW,
    )


def offer_others(world, *, visits):
    """The centre closes a day; whoever is booked then has been told of another time."""
    desks = len(world.desks)
    for n in range(visits):
        build_visit(world, day=CLOSED, minute=540 + 30 * (n // desks), phone=f"+45203040{n:02}")
    closure = closes(world)
    rebooking = begin(world)
    assert continue_rebooking(rebooking=rebooking, now=NOW) == visits
    Message.unscoped.update(status="sent")
    return closure


def offered(visits, *, desks=2):
    """Such a centre, of a municipality of its own."""
    world = build_world(code=f"{700 + Offer.unscoped.count():04}", desks=desks)
    return world, offer_others(world, visits=visits)


def waits(world, place, **wish):
    """Somebody without a visit who would come on any of the days."""
    days = {"first_day": TODAY, "last_day": CLOSED + timedelta(days=4), "from_minute": 0}
    return wait_for_any(
        centre=world.centre,
        service="new_mitid",
        names=["Bo Berg"],
        phone=f"+45203041{place:02}",
        email="",
        language="da",
        wish=Wish(**days | {"to_minute": 1440, "weekdays": 127} | wish),
        now=NOW + timedelta(minutes=place),
    )


def statements(act):
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


@pytest.mark.parametrize("waiting", [0, 2], ids=["nobody waits", "two are offered one each"])
def test_as_many_offers_are_recalled_in_as_many_statements(waiting):
    counts = []
    for visits in (4, 12):
        world, closure = offered(visits)
        for place in range(waiting):
            waits(world, place)
        counts.append(statements(partial(opens_again, closure)))
        recalled = Offer.unscoped.filter(rebooking__centre=world.centre, answer="recalled")
        assert recalled.count() == visits
        told = Message.unscoped.filter(kind="received", municipality=world.municipality)
        assert told.count() == visits
        assert Hold.unscoped.filter(centre=world.centre).count() == waiting
    assert counts[0] == counts[1]
    assert AuditEntry.unscoped.filter(event="offer.recalled").count() == 16
    assert list(reconcile(now=NOW)) == []


def test_as_many_times_end_in_as_many_statements():
    counts = []
    for visits in (4, 12):
        world, _closure = offered(visits, desks=6)
        (day,) = {offer.starts_at.date() for offer in offers_of(world)}
        counts.append(statements(partial(closes, world, day, day)))
        assert {offer.answer for offer in offers_of(world)} == {"planned"}
    assert counts[0] == counts[1]
    assert AuditEntry.unscoped.filter(event="offer.planned_again").count() == 16
    assert Rebooking.unscoped.filter(finished_at=None).count() == 2
    assert list(reconcile(now=NOW)) == []


def offers_of(world):
    return list(Offer.unscoped.filter(rebooking__centre=world.centre).order_by("pk"))


def test_who_waits_gets_the_times_that_come_free_in_order_each_one():
    world, closure = offered(4)
    times = [offer.starts_at for offer in offers_of(world)]
    entries = [waits(world, place) for place in range(2)]
    late = waits(world, 2, from_minute=8 * 60, to_minute=9 * 60)
    opens_again(closure)
    new = Offer.unscoped.filter(answer="open").order_by("pk")
    assert [(offer.entry, offer.starts_at) for offer in new] == list(
        zip(entries, times, strict=False)
    )
    assert not Offer.unscoped.filter(entry=late).exists()
    assert Hold.unscoped.count() == 2
    assert Message.unscoped.filter(kind="offer", status="due").count() == 2
    assert list(reconcile(now=NOW)) == []


def test_who_was_offered_one_of_the_times_before_is_offered_another():
    world, closure = offered(4)
    first, *others = offers_of(world)
    entry = waits(world, 0)
    Offer.unscoped.create(
        municipality=world.municipality,
        entry=entry,
        centre=world.centre,
        starts_at=first.starts_at,
        answer="declined",
        link_hash="x",
        link_salt="1:x",
        offered_at=NOW,
        expires_at=NOW,
    )
    opens_again(closure)
    offer = Offer.unscoped.get(entry=entry, answer="open")
    assert offer.starts_at == next(
        one.starts_at for one in others if one.starts_at != first.starts_at
    )


@pytest.mark.parametrize("answer", ["open", "declined", "expired"])
def test_who_had_heard_before_their_contact_was_changed_is_told_at_the_new_one(answer):
    world, closure = offered(1)
    (offer,) = offers_of(world)
    if answer == "declined":
        decline_offer(link=link_of(offer), now=NOW)
    if answer == "expired":
        expire_offers(now=offer.expires_at)
    visit = Appointment.unscoped.get()
    change_contact(
        appointment=visit, phone="+4531323334", email="", seen=0, actor="staff:1", now=NOW
    )
    opens_again(closure)
    (told,) = Message.unscoped.filter(kind="received")
    assert (told.status, address_of(told)) == ("due", "+4531323334")
    assert not Message.unscoped.filter(kind="rebooked_offer", status="due").exists()


def test_nobody_is_told_that_their_time_stands_when_the_centre_has_closed_again():
    world, closure = offered(2)
    opens_again(closure)
    closes(world)
    told = Message.unscoped.filter(kind="received")
    assert [(one.status, one.problem) for one in told] == [("dropped", "superseded")] * 2
    assert Message.unscoped.filter(kind="booked", status="sent").count() == 2


@pytest.mark.parametrize("then", ["stay", "offered anew"])
def test_who_was_to_be_told_before_is_told_once_the_centre_is_open_after_all(then):
    world, closure = offered(1)
    opens_again(closure)
    closure = closes(world)
    if then == "offered anew":
        begin(world)
    later = NOW + timedelta(minutes=5)
    opens_again(closure, now=later)
    told = Message.unscoped.filter(kind="received").order_by("pk")
    assert [one.status for one in told] == ["dropped", "due"]
    told.filter(status="due").update(status="sent")
    opens_again(closes(world), now=later + timedelta(minutes=5))
    assert told.count() == 2


@pytest.mark.parametrize("went_out", ["sms", "email", ""])
def test_who_was_told_by_one_of_two_channels_is_not_told_again(went_out):
    world, closure = offered(1)
    visit = Appointment.unscoped.get()
    reach = {"phone": "+4531323334", "email": "bo@example.dk"}
    change_contact(appointment=visit, **reach, seen=0, actor="staff:1", now=NOW)
    later = NOW + timedelta(minutes=1)
    opens_again(closure, now=later)
    told = Message.unscoped.filter(kind="received")
    assert told.filter(status="due").count() == 2
    told.filter(channel=went_out).update(status="sent")
    told.exclude(channel=went_out).update(status="dropped", problem="daily_limit")
    opens_again(closes(world), now=later + timedelta(minutes=1))
    assert told.filter(status="due").count() == (0 if went_out else 2)


def test_who_moved_before_they_could_be_told_is_not_told_of_the_time_they_moved_to():
    world, closure = offered(1)
    opens_again(closure)
    visit, day = Appointment.unscoped.get(), CLOSED + timedelta(days=1)
    start = instant(day, 9 * 60)
    move_appointment(appointment=visit, start=start, actor="citizen", now=NOW)
    opens_again(closes(world, day, day), now=NOW + timedelta(minutes=5))
    (told,) = Message.unscoped.filter(kind="received")
    assert told.status == "dropped"


@pytest.mark.parametrize(("short", "kept"), [(20, 2), (11, 2), (10, 0)])
def test_where_places_come_back_slowly_each_of_many_has_a_moment_of_its_own(
    monkeypatch, short, kept
):
    """Eight quarters are free besides, and each place that comes free is two more."""
    monkeypatch.setattr(given_back, "SHORT_OF_TIMES", short)
    world = build_world(opens=540, closes=600)
    world.centre.hours.exclude(weekday__in=[CLOSED.weekday(), CLOSED.weekday() + 1]).delete()
    rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=14))
    closure = offer_others(world, visits=2)
    times = [offer.starts_at for offer in offers_of(world)]
    Centre.objects.filter(pk=world.centre.pk).update(returns_slowly=True)

    opens_again(closure)

    holds = Hold.unscoped.order_by("starts_at")
    assert [hold.starts_at for hold in holds] == times[:kept]
    assert {hold.purpose for hold in holds} <= {"returned"}
    assert len({hold.expires_at for hold in holds}) == kept
    assert list(reconcile(now=NOW)) == []
