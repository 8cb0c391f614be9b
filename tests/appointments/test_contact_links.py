"""Once the contact is changed, no link that the former one was sent leads to the visit."""

from datetime import timedelta

import pytest

from appointments.models import Appointment, DoubleBooking, Offer
from appointments.rules.local_time import instant
from appointments.rules.waiting import Wish
from appointments.services import cancel_appointment
from appointments.services.booking import doubles
from appointments.services.booking.doubles import (
    answer_question,
    compare_new_visits,
    end_unanswered,
)
from appointments.services.offering.answers import accept_offer
from appointments.services.offering.waiting import wait_for_earlier
from appointments.services.visits.contact import change_contact
from borgerservice.audit.models import AuditEntry
from borgerservice.notifications.delivery import address_of
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from borgerservice.vault.links import derive_link
from tests.appointments.api_bookings import wanted
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.platform.api_calls import build_system

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
OLD, NEW = "+4520304050", "+4531323334"
MAIL = "amina@example.com"
SOON, LATE = TODAY + timedelta(days=3), TODAY + timedelta(days=10)


@pytest.fixture
def world():
    return build_world(opens=9 * 60, closes=10 * 60)


@pytest.fixture
def offered(world):
    """A visit whose contact is offered an earlier time."""
    in_the_way = build_visit(world, day=SOON, minute=9 * 60, phone="+4520304051")
    visit = build_visit(world, day=LATE, minute=9 * 60, phone=OLD)
    wish = Wish(SOON, SOON, from_minute=0, to_minute=24 * 60, weekdays=127)
    wait_for_earlier(appointment=visit, centres=[world.centre], wish=wish, now=NOW)
    cancel_appointment(appointment=in_the_way, actor="citizen", now=NOW)
    return visit


def fresh(visit):
    return Appointment.unscoped.select_related("contact__data_key", "municipality").get(pk=visit.pk)


def change(visit, email=""):
    known = {"phone": NEW, "email": email, "seen": 0}
    change_contact(appointment=fresh(visit), **known, actor="staff:1", now=NOW)


def page_of(offer):
    return f"/offer/{link_of(offer)}/"


def test_a_time_offered_to_the_former_contact_is_offered_to_the_new_one_alone(offered, client):
    before = Offer.unscoped.get()
    assert client.get(page_of(before)).status_code == 200
    change(offered)
    for answer in (client.get(page_of(before)), client.post(page_of(before), {"accept": "1"})):
        assert answer.status_code == 404
    assert fresh(offered).starts_at == instant(LATE, 9 * 60)
    after = Offer.unscoped.get()
    due = Message.unscoped.filter(kind="offer", status=Message.Status.DUE)
    assert [address_of(row) for row in due] == [NEW]
    assert link_of(after) in word(due.get()).text
    assert client.post(page_of(after), {"accept": "1"}).status_code == 302
    assert fresh(offered).starts_at == instant(SOON, 9 * 60)


def test_an_offer_the_former_contact_took_leads_to_the_visit_no_more(offered, client):
    taken = Offer.unscoped.get()
    accept_offer(link=link_of(taken), now=NOW)
    assert (
        derive_link("visit", fresh(offered).link_salt)
        in client.get(page_of(taken)).content.decode()
    )
    change(offered)
    assert client.get(page_of(taken)).status_code == 404
    assert not Message.unscoped.filter(kind="offer", status=Message.Status.DUE).exists()


def test_a_question_put_to_the_former_contact_costs_no_visit(client):
    world = build_world(desks=3)
    first = build_visit(world, day=SOON, phone=OLD)
    second = build_visit(world, day=LATE, phone=OLD)
    compare_new_visits(now=NOW)
    row = DoubleBooking.objects.get()
    Message.unscoped.update(status=Message.Status.SENT)
    change(second)
    address = f"/keep/{derive_link('keep', row.link_salt)}/"
    assert client.post(address, {"answer": "earlier"}).status_code == 404
    end_unanswered(now=row.answer_by)
    assert {fresh(one).status for one in (first, second)} == {Appointment.Status.BOOKED}
    entry = AuditEntry.unscoped.filter(event="double.ended").first()
    assert entry.actor == "staff:1"


def test_the_new_contact_is_asked_which_of_their_two_times_stays_and_the_former_is_not():
    world, elsewhere = build_world(desks=3), build_world(code="0751", name="Aarhus")
    visit = build_visit(world, day=SOON, phone=OLD)
    theirs = build_visit(elsewhere, day=LATE, phone=NEW)
    assert compare_new_visits(now=NOW) == 0
    change(visit)
    assert compare_new_visits(now=NOW) == 1
    row = DoubleBooking.objects.get()
    assert (row.first, row.second) == (visit, theirs)
    asks = Message.unscoped.filter(kind="double")
    assert [address_of(message) for message in asks] == [NEW]
    assert compare_new_visits(now=NOW) == 0


@pytest.mark.parametrize("is_settled", [False, True], ids=["open", "nobody answered"])
def test_two_visits_that_still_share_an_address_are_asked_about_anew_and_there_alone(
    client, is_settled
):
    world = build_world(desks=3)
    visits = [build_visit(world, day=day, phone=OLD, email=MAIL) for day in (SOON, LATE)]
    compare_new_visits(now=NOW)
    before = DoubleBooking.objects.get()
    if is_settled:
        end_unanswered(now=before.answer_by)  # reached nobody, so both stay
    change(visits[1], email=MAIL)
    assert compare_new_visits(now=NOW) == 1
    after = DoubleBooking.objects.get()
    asks = Message.unscoped.filter(kind="double", status=Message.Status.DUE)
    assert [address_of(message) for message in asks] == [MAIL]
    assert client.get(f"/keep/{derive_link('keep', before.link_salt)}/").status_code == 404
    assert client.get(f"/keep/{derive_link('keep', after.link_salt)}/").status_code == 200


def test_the_visit_that_stays_behind_is_compared_with_the_others_of_its_contact():
    world = build_world(desks=3)
    first, second, third = [build_visit(world, day=SOON, minute=540, phone=OLD) for _ in range(3)]
    compare_new_visits(now=NOW)
    Appointment.unscoped.update(to_compare=False)
    DoubleBooking.objects.exclude(first=first, second=second).delete()
    change(first)
    compare_new_visits(now=NOW)
    assert set(DoubleBooking.objects.values_list("first", "second")) == {(second.pk, third.pk)}


def test_what_was_answered_before_the_change_is_not_asked_again():
    world = build_world(desks=3)
    for day in (SOON, LATE):
        build_visit(world, day=day, phone=OLD, email=MAIL)
    compare_new_visits(now=NOW)
    row = DoubleBooking.objects.get()
    answer_question(link=derive_link("keep", row.link_salt), answer="both", now=NOW)
    change(row.second, email=MAIL)
    assert compare_new_visits(now=NOW) == 0


@pytest.mark.parametrize("which", ["the new one", "the other"])
def test_a_contact_changed_while_it_is_compared_is_compared_again_and_nobody_else_is_asked(
    monkeypatch, which
):
    world = build_world(desks=3)
    first, second = [build_visit(world, day=day, phone=OLD) for day in (SOON, LATE)]
    Appointment.unscoped.filter(pk=first.pk).update(to_compare=False)
    theirs = build_visit(world, day=LATE, phone=NEW)
    Appointment.unscoped.filter(pk=theirs.pk).update(to_compare=False)
    others_of, changed = doubles._others_of, []

    def meanwhile(visit, **known):
        others = others_of(visit, **known)
        if not changed:
            changed.append(second if which == "the new one" else first)
            change(changed[0])
        return others

    monkeypatch.setattr(doubles, "_others_of", meanwhile)
    assert compare_new_visits(now=NOW) == 1
    row = DoubleBooking.objects.get()
    assert {row.first, row.second} == {changed[0], theirs}
    asks = Message.unscoped.filter(kind="double", status=Message.Status.DUE)
    assert [address_of(message) for message in asks] == [NEW]


def test_a_system_that_asks_again_hears_the_same_and_not_the_new_link():
    world = build_world()
    system = build_system(world.municipality)
    first = system.book(wanted(world), key="order-7")
    visit = Appointment.unscoped.get()
    was = derive_link("visit", visit.link_salt)
    change(visit)
    again = system.book(wanted(world), key="order-7")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert was in again.content.decode()
    assert derive_link("visit", fresh(visit).link_salt) not in again.content.decode()
