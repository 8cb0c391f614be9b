"""Offers that were overtaken: by the visit's owner, by another change, by a desk that came free."""

from datetime import timedelta

import pytest

from appointments.models import Offer
from appointments.rules.local_time import instant
from appointments.rules.opening import Closing
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from appointments.services.centres.desks import add_absence
from appointments.services.centres.hours import add_closure, remove_closure
from appointments.services.offering.answers import accept_offer, decline_offer
from appointments.services.offering.rebooking import (
    begin_rebooking,
    continue_rebookings,
    not_taken_up,
)
from borgerservice.municipalities.models import Closure
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world

pytestmark = pytest.mark.django_db
CLOSED = TODAY + timedelta(days=3)
NINE, TEN = instant(CLOSED, 9 * 60), instant(CLOSED + timedelta(days=4), 10 * 60)
WHO = {"actor": "staff:1", "now": NOW}


@pytest.fixture
def world():
    return build_world(desks=1, opens=9 * 60, closes=11 * 60)


def closes(world, first=CLOSED, last=CLOSED):
    closing = Closing(first, last)
    return add_closure(centre=world.centre, closing=closing, reason="", is_accepted=True, **WHO)


def opens_again(world, closure):
    remove_closure(closure=Closure.objects.select_related("centre").get(pk=closure.pk), **WHO)


def begin(world, *, by_phone=False):
    visits = [visit.pk for visit in not_taken_up(centre=world.centre, now=NOW)]
    staff = build_staff(world.municipality, username=f"chief-{Offer.unscoped.count()}")
    return begin_rebooking(
        centre=world.centre, visits=visits, staff=staff, now=NOW, by_phone=by_phone
    )


def moves(visit, start):
    visit.refresh_from_db()
    move_appointment(appointment=visit, start=start, actor="citizen", now=NOW)


def sent():
    Message.unscoped.filter(status="due").update(status="sent")


@pytest.mark.parametrize("answer", ["planned", "to_phone", "declined", "expired"])
def test_who_moved_and_comes_back_to_the_time_they_had_is_received_then(world, client, answer):
    visit = build_visit(world, day=CLOSED, minute=540, phone="+4520304050")
    closure = closes(world)
    begin(world, by_phone=answer == "to_phone")
    if answer in {"declined", "expired"}:
        continue_rebookings(now=NOW)
    if answer == "declined":
        decline_offer(link=link_of(Offer.unscoped.get()), now=NOW)
    moves(visit, TEN)
    assert Offer.unscoped.get().answer == answer
    opens_again(world, closure)
    moves(visit, NINE)
    page = client.get(f"/en/visit/{derive_link('visit', visit.link_salt)}/").content.decode()
    assert "Your appointment has been moved" in page
    assert "The centre cannot receive you then." not in page


@pytest.mark.parametrize("how", ["accepts", "moves"])
def test_who_came_back_is_offered_another_time_when_the_day_closes_again(world, how):
    visit = build_visit(world, day=CLOSED, minute=540, phone="+4520304050")
    closure = closes(world)
    begin(world)
    continue_rebookings(now=NOW)
    if how == "accepts":
        accept_offer(link=link_of(Offer.unscoped.get()), now=NOW)
    else:
        moves(visit, TEN)
    opens_again(world, closure)
    moves(visit, NINE)
    closes(world)
    assert list(not_taken_up(centre=world.centre, now=NOW)) == [visit]
    assert begin(world) is not None


def test_who_heard_of_another_time_and_gets_a_desk_after_all_is_told():
    world = build_world(desks=2, opens=9 * 60, closes=9 * 60 + 30)
    visit, other = (
        build_visit(world, day=CLOSED, minute=540, phone=f"+452030405{n}") for n in range(2)
    )
    away = Closing(CLOSED, CLOSED)
    add_absence(centre=world.centre, who=visit.desk, closing=away, is_accepted=True, **WHO)
    begin(world)
    continue_rebookings(now=NOW)
    sent()
    offered = Offer.unscoped.get().starts_at.date()
    closes(world, offered, offered)
    cancel_appointment(appointment=other, actor="citizen", now=NOW)

    continue_rebookings(now=NOW)

    visit.refresh_from_db()
    assert (visit.desk, Offer.unscoped.get().answer) == (other.desk, "recalled")
    told = Message.unscoped.filter(kind="received")
    assert [message.contact for message in told] == [visit.contact]


def test_a_time_offered_again_before_it_was_told_is_told(world):
    build_visit(world, day=CLOSED, minute=540, phone="+4520304050")
    closes(world)
    begin(world)
    continue_rebookings(now=NOW)
    start = Offer.unscoped.get().starts_at
    also = closes(world, start.date(), start.date())
    opens_again(world, also)
    later = NOW + timedelta(minutes=1)

    continue_rebookings(now=later)

    assert (Offer.unscoped.get().answer, Offer.unscoped.get().starts_at) == ("open", start)
    assert Message.unscoped.filter(kind="rebooked_offer", status="due").count() == 1


def test_the_page_of_a_recalled_offer_says_no_more_than_is_true_now(world, client):
    visit = build_visit(world, day=CLOSED, minute=540, phone="+4520304050")
    closure = closes(world)
    begin(world)
    continue_rebookings(now=NOW)
    link = link_of(Offer.unscoped.get())
    opens_again(world, closure)
    kept = "You keep the time you had."
    assert kept in client.get(f"/en/offer/{link}/").content.decode()
    closure = closes(world)
    begin(world)
    assert kept not in client.get(f"/en/offer/{link}/").content.decode()
    opens_again(world, closure)
    assert kept in client.get(f"/en/offer/{link}/").content.decode()
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    assert kept not in client.get(f"/en/offer/{link}/").content.decode()


def test_who_chose_another_time_themselves_is_promised_none(world, client):
    visit = build_visit(world, day=CLOSED, minute=540, phone="+4520304050")
    closes(world)
    begin(world)
    continue_rebookings(now=NOW)
    offer = Offer.unscoped.get()
    offered = offer.starts_at.date()
    closes(world, offered, offered)
    soon = "You will soon be offered another time."
    assert soon in client.get(f"/en/offer/{link_of(offer)}/").content.decode()
    moves(visit, TEN + timedelta(days=1))
    assert soon not in client.get(f"/en/offer/{link_of(offer)}/").content.decode()
