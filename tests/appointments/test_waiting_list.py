"""Who waits gets the place that comes free, one after the other; nothing is given up before."""

from datetime import timedelta
from random import Random

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, DeskDay, Hold, Offer, WaitingEntry
from appointments.rules.local_time import instant
from appointments.rules.waiting import Wish
from appointments.services import (
    book_appointment,
    cancel_appointment,
)
from appointments.services.booking.plan import Visitor
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering import (
    offers,
    who_fits,
)
from appointments.services.offering.answers import accept_offer, decline_offer, expire_offers
from appointments.services.offering.offers import offer_what_returns
from appointments.services.offering.waiting import (
    NAMES,
    end_waiting,
    entry_link,
    leave_waiting_list,
    wait_for_any,
    wait_for_earlier,
)
from borgerservice.notifications.models import Message
from borgerservice.vault.services import open_data_key
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_municipality, build_visit, build_world

pytestmark = pytest.mark.django_db
SOON = TODAY + timedelta(days=3)
LATE = TODAY + timedelta(days=10)
PHONES = [f"+4520304{number:03}" for number in range(50, 99)]


@pytest.fixture
def world():
    """One desk, open 9 to 10: two visits a day, both taken on the day everybody wants."""
    return build_world(opens=9 * 60, closes=10 * 60)


@pytest.fixture
def booked(world):
    return build_visit(world, day=SOON, minute=9 * 60)


@pytest.fixture
def kept_back(world):
    """A place given back at a centre that is short of times; nobody waited when it was."""
    world.centre.returns_slowly = True
    world.centre.save()
    world.centre.hours.all().delete()
    world.centre.hours.create(weekday=SOON.weekday(), opens_minute=540, closes_minute=600)
    rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=14))
    visit = build_visit(world, day=SOON, minute=9 * 60, phone=PHONES[40])
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    return Hold.unscoped.get()


def asks(world, place, *, now=NOW, names=("Bo Berg",), email="", **wish):
    """Somebody without a visit who asks to be told: by e-mail alone, where there is an address."""
    return wait_for_any(
        centre=world.centre,
        service="new_mitid",
        names=list(names),
        phone="" if email else PHONES[place],
        email=email,
        language="da",
        wish=a_wish(**wish),
        now=now,
    )


def test_who_began_to_wait_while_a_place_was_kept_back_is_offered_it_before_all(world, kept_back):
    entry = asks(world, 0, now=NOW + timedelta(minutes=1))
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=2)) == 0
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=1)) == 1
    offer = Offer.unscoped.get()
    assert (offer.entry, offer.starts_at, offer.answer) == (entry, kept_back.starts_at, "open")
    assert Hold.unscoped.get().purpose == Hold.Purpose.OFFER
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=1)) == 0
    assert list(reconcile(now=NOW)) == []
    visit = accept_offer(link=link_of(offer), now=kept_back.expires_at)
    assert visit.starts_at == kept_back.starts_at


def test_where_nobody_fits_it_is_kept_back_until_its_moment(world, kept_back):
    late = kept_back.expires_at - timedelta(seconds=1)
    assert offer_what_returns(now=late) == 0
    asks(world, 0, from_minute=10 * 60)
    assert offer_what_returns(now=late) == 0
    assert offer_what_returns(now=kept_back.expires_at) == 0
    assert Hold.unscoped.get() == kept_back
    assert not Offer.unscoped.exists()


def test_a_place_whose_day_is_not_open_to_all_is_offered_to_nobody(world, kept_back):
    asks(world, 0)
    DeskDay.objects.update(opens_at=kept_back.expires_at)
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=1)) == 0
    assert Hold.unscoped.get() == kept_back
    assert list(reconcile(now=NOW)) == []


def first_of_two(seed):
    """Which of two is first once they are shuffled."""
    order = [0, 1]
    Random(seed).shuffle(order)
    return order[0]


def test_who_asks_ten_times_has_one_chance_and_one_offer(world, kept_back, monkeypatch):
    for _ in range(10):
        asks(world, 0)
    other = asks(world, 1)
    seed = next(seed for seed in range(99) if first_of_two(seed) == 1)
    monkeypatch.setattr(offers, "CHANCE", Random(seed))
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=1)) == 1
    assert Offer.unscoped.get().entry == other


def test_who_is_offered_a_time_is_offered_no_second_for_the_same(world, booked):
    second = build_visit(world, day=SOON, minute=9 * 60 + 30, phone=PHONES[41])
    first, again = asks(world, 0), asks(world, 0)
    next_one = asks(world, 1)
    for visit in (booked, second):
        cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    made = list(Offer.unscoped.order_by("pk").values_list("entry", flat=True))
    assert made == [first.pk, next_one.pk]
    decline_offer(link=link_of(Offer.unscoped.get(entry=next_one)), now=NOW)
    assert not Offer.unscoped.filter(entry=again, answer="open").exists()
    decline_offer(link=link_of(Offer.unscoped.get(entry=first)), now=NOW)
    assert Offer.unscoped.filter(entry=again, answer="open").count() == 1


def test_two_whose_addresses_differ_are_two_though_neither_told_a_phone(world, booked):
    second = build_visit(world, day=SOON, minute=9 * 60 + 30, phone=PHONES[41])
    first = asks(world, 0, email="bo@example.dk")
    asks(world, 0, email="bo@example.dk")
    other = asks(world, 0, email="else@example.dk")
    for visit in (booked, second):
        cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    made = list(Offer.unscoped.order_by("pk").values_list("entry", flat=True))
    assert made == [first.pk, other.pk]


@pytest.mark.parametrize("drawn", [0, 1])
def test_chance_decides_among_those_and_not_who_was_quicker(world, kept_back, drawn, monkeypatch):
    entries = [asks(world, place, now=NOW + timedelta(minutes=place)) for place in (0, 1)]
    seed = next(seed for seed in range(99) if first_of_two(seed) == drawn)
    monkeypatch.setattr(offers, "CHANCE", Random(seed))
    assert offer_what_returns(now=kept_back.expires_at - timedelta(minutes=1)) == 1
    assert Offer.unscoped.get().entry == entries[drawn]


def a_wish(**differences):
    usual = {
        "first_day": TODAY,
        "last_day": LATE,
        "from_minute": 0,
        "to_minute": 1440,
        "weekdays": 127,
    }
    return Wish(**{**usual, **differences})


def waits(world, place=0, *, day=LATE, minute=9 * 60, now=NOW, **wish):
    """Somebody with a late visit who asks for an earlier time."""
    visit = build_visit(world, day=day, minute=minute, phone=PHONES[place])
    return wait_for_earlier(appointment=visit, centres=[world.centre], wish=a_wish(**wish), now=now)


def open_offers():
    return list(Offer.unscoped.filter(answer=Offer.Answer.OPEN).select_related("entry"))


def differences(world):
    return rebuild(centre=world.centre, first=TODAY, last=LATE)


def test_a_place_given_back_is_held_for_the_first_who_waits_and_offered(world, booked):
    first = waits(world, 1)
    waits(world, 2, minute=9 * 60 + 30, now=NOW + timedelta(minutes=1))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    assert offer.entry == first
    assert offer.starts_at == booked.starts_at
    assert Hold.unscoped.get().purpose == Hold.Purpose.OFFER
    assert Message.unscoped.filter(kind="offer", contact=first.contact).exists()
    assert differences(world) == 0
    with pytest.raises(Refused):
        build_visit(world, day=SOON, minute=9 * 60, phone=PHONES[9])


def test_accepting_moves_the_visit_and_only_then_gives_the_old_place_up(world, booked):
    entry = waits(world, 1)
    late = entry.appointment
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    late.refresh_from_db()
    assert late.starts_at == instant(LATE, 9 * 60)
    moved = accept_offer(link=link_of(offer), now=NOW + timedelta(hours=1))
    assert moved == late
    assert moved.starts_at == booked.starts_at
    entry.refresh_from_db()
    assert entry.status == WaitingEntry.Status.SERVED
    assert differences(world) == 0
    assert build_visit(world, day=LATE, minute=9 * 60, phone=PHONES[9])


def test_an_offer_accepted_twice_is_one_visit(world, booked):
    waits(world, 1)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    once = accept_offer(link=link_of(offer), now=NOW)
    assert accept_offer(link=link_of(offer), now=NOW) == once
    assert once.moves == 0 or Appointment.unscoped.get(pk=once.pk).moves == 1


def test_declined_it_goes_to_the_next_and_never_back(world, booked):
    first = waits(world, 1)
    second = waits(world, 2, minute=9 * 60 + 30, now=NOW + timedelta(minutes=1))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    decline_offer(link=link_of(offer), now=NOW)
    (following,) = open_offers()
    assert following.entry == second
    decline_offer(link=link_of(following), now=NOW)
    assert open_offers() == []
    assert not Hold.unscoped.exists()
    first.refresh_from_db()
    assert first.status == WaitingEntry.Status.WAITING
    assert differences(world) == 0
    assert build_visit(world, day=SOON, minute=9 * 60, phone=PHONES[9])


def test_unanswered_it_goes_to_the_next_when_its_time_is_over(world, booked):
    waits(world, 1)
    second = waits(world, 2, minute=9 * 60 + 30, now=NOW + timedelta(minutes=1))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    assert expire_offers(now=offer.expires_at - timedelta(seconds=1)) == 0
    assert expire_offers(now=offer.expires_at) == 1
    assert [one.entry for one in open_offers()] == [second]
    with pytest.raises(Refused) as refused:
        accept_offer(link=link_of(offer), now=offer.expires_at)
    assert refused.value.code == "offer_over"
    assert differences(world) == 0


@pytest.mark.parametrize(
    "wish",
    [
        {"first_day": SOON + timedelta(days=1)},
        {"last_day": SOON - timedelta(days=1)},
        {"from_minute": 9 * 60 + 15},
        {"to_minute": 9 * 60 + 15},
        {"weekdays": 127 & ~(1 << SOON.weekday())},
    ],
)
def test_a_place_outside_the_wish_is_not_offered(world, booked, wish):
    waits(world, 1, **wish)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    assert open_offers() == []
    assert build_visit(world, day=SOON, minute=9 * 60, phone=PHONES[9])


@pytest.mark.parametrize(
    "wish",
    [{"weekdays": 127 & ~(1 << SOON.weekday())}, {"from_minute": 555}, {"to_minute": 565}],
    ids=["another weekday", "later hours", "earlier hours"],
)
def test_however_many_cannot_come_then_stand_before_the_first_who_can_gets_it(
    world, booked, wish, monkeypatch
):
    monkeypatch.setattr(who_fits, "LOOKED_AT", 2)
    for place in range(3):
        asks(world, place, now=NOW + timedelta(minutes=place), **wish)
    can = asks(world, 9, now=NOW + timedelta(minutes=9))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW + timedelta(hours=1))
    assert [offer.entry for offer in open_offers()] == [can]


def test_parties_too_long_for_the_place_do_not_stand_in_the_way(world, booked, monkeypatch):
    monkeypatch.setattr(who_fits, "LOOKED_AT", 2)
    build_visit(world, day=SOON, minute=9 * 60 + 30, phone=PHONES[30])
    for place in range(3):
        asks(world, place, names=["Bo Berg", "Ib Berg"], now=NOW + timedelta(minutes=place))
    can = asks(world, 9, now=NOW + timedelta(minutes=9))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW + timedelta(hours=1))
    assert [offer.entry for offer in open_offers()] == [can]


def test_a_party_gets_a_place_with_the_free_time_after_it(world, booked):
    two = asks(world, 1, names=["Bo Berg", "Ib Berg"])
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    assert [offer.entry for offer in open_offers()] == [two]


def test_a_later_place_than_the_one_they_have_is_not_offered(world):
    late = build_visit(world, day=LATE, minute=9 * 60, phone=PHONES[1])
    waits(world, 2, day=SOON)
    cancel_appointment(appointment=late, actor="citizen", now=NOW)
    assert open_offers() == []


def test_a_place_so_soon_that_nobody_could_answer_just_comes_free(world):
    soon = build_visit(world, day=TODAY, minute=9 * 60 + 30, now=NOW - timedelta(hours=4))
    waits(world, 1)
    cancel_appointment(appointment=soon, actor="citizen", now=NOW)
    assert open_offers() == []


def test_who_has_no_time_at_all_gets_one_under_the_names_they_gave(world, booked):
    entry = wait_for_any(
        centre=world.centre,
        service=world.service.code,
        names=["O'Brien"],
        phone=PHONES[3],
        email="",
        language="en",
        wish=a_wish(),
        now=NOW,
    )
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    visit = accept_offer(link=link_of(offer), now=NOW)
    assert (visit.starts_at, visit.language) == (booked.starts_at, "en")
    entry.refresh_from_db()
    assert entry.appointment == visit
    assert accept_offer(link=link_of(offer), now=NOW) == visit
    assert differences(world) == 0


def test_who_leaves_or_whose_visit_is_gone_is_offered_nothing(world, booked):
    gone = waits(world, 1)
    left = waits(world, 2, minute=9 * 60 + 30)
    leave_waiting_list(link=entry_link(left), now=NOW)
    cancel_appointment(appointment=gone.appointment, actor="citizen", now=NOW)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    assert open_offers() == []
    assert end_waiting(now=NOW) == 1
    leave_waiting_list(link=entry_link(left), now=NOW)


def test_who_leaves_gives_what_they_are_offered_to_the_next_at_once(world, booked):
    leaves, follows = asks(world, 1), asks(world, 2, now=NOW + timedelta(minutes=1))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    assert offer.entry == leaves

    leave_waiting_list(link=entry_link(leaves), now=NOW)

    (following,) = open_offers()
    assert (following.entry, following.starts_at) == (follows, booked.starts_at)
    assert Message.unscoped.filter(kind="offer", contact=leaves.contact, status="due").count() == 0
    with pytest.raises(Refused):
        accept_offer(link=link_of(offer), now=NOW)
    leave_waiting_list(link=entry_link(follows), now=NOW)
    assert open_offers() == []
    assert not Hold.unscoped.exists()
    assert differences(world) == 0
    assert build_visit(world, day=SOON, minute=9 * 60, phone=PHONES[9])


def test_what_was_offered_for_a_wish_stays_when_another_takes_its_place(world, booked):
    entry = waits(world, 1)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    again = wait_for_earlier(
        appointment=entry.appointment, centres=[world.centre], wish=a_wish(), now=NOW
    )
    assert expire_offers(now=NOW) == 0
    assert [offer.entry for offer in open_offers()] == [entry]

    leave_waiting_list(link=entry_link(again), now=NOW)

    assert open_offers() == []
    assert not Hold.unscoped.exists()


def test_what_is_offered_just_as_somebody_leaves_goes_to_the_next(world, booked):
    leaves, follows = asks(world, 1), asks(world, 2, now=NOW + timedelta(minutes=1))
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    WaitingEntry.unscoped.filter(pk=leaves.pk).update(status="left")  # they saw no offer yet

    assert expire_offers(now=NOW) == 1

    assert [offer.entry for offer in open_offers()] == [follows]
    assert expire_offers(now=NOW) == 0
    assert differences(world) == 0


def test_who_began_to_wait_before_protection_was_asked_for_gets_a_time(world, booked):
    entry = asks(world, 1)
    key = open_data_key(entry.contact.data_key)
    entry.names_sealed = key.seal('["Bo Berg"]', NAMES)
    entry.save()
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()

    comer = accept_offer(link=link_of(offer), now=NOW).participants.get()

    assert not comer.is_protected


def test_a_visit_moved_or_cancelled_meanwhile_cannot_take_the_offer(world, booked):
    entry = waits(world, 1)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    cancel_appointment(appointment=entry.appointment, actor="citizen", now=NOW)
    with pytest.raises(Refused):
        accept_offer(link=link_of(offer), now=NOW)
    assert Appointment.unscoped.filter(status="booked").count() == 0


def test_a_visit_waits_once_and_the_last_wish_counts(world):
    entry = waits(world, 1)
    again = wait_for_earlier(
        appointment=entry.appointment,
        centres=[world.centre],
        wish=a_wish(last_day=SOON),
        now=NOW,
    )
    entry.refresh_from_db()
    assert (entry.status, again.status) == ("left", "waiting")
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitingEntry.unscoped.filter(pk=entry.pk).update(status="waiting")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"last_day": TODAY - timedelta(days=1)}, "wish_ends_too_soon"),
        ({"first_day": LATE, "last_day": SOON}, "wish_ends_too_soon"),
        ({"weekdays": 0}, "wish_without_days"),
        ({"from_minute": 600, "to_minute": 600}, "wish_without_days"),
    ],
)
def test_a_wish_that_cannot_come_true_is_refused(world, booked, wish, code):
    with pytest.raises(Refused) as refused:
        wait_for_earlier(appointment=booked, centres=[world.centre], wish=a_wish(**wish), now=NOW)
    assert refused.value.code == code
    assert not WaitingEntry.unscoped.exists()


def test_a_centre_of_another_municipality_cannot_be_chosen(world, booked):
    other = build_world(code="0101", name="København")
    with pytest.raises(Refused):
        wait_for_earlier(appointment=booked, centres=[other.centre], wish=a_wish(), now=NOW)
    with pytest.raises(Refused):
        wait_for_earlier(appointment=booked, centres=[], wish=a_wish(), now=NOW)


def test_an_unknown_link_opens_nothing():
    for act in (accept_offer, decline_offer, leave_waiting_list):
        with pytest.raises(NotFound):
            act(link="unknown", now=NOW)


def test_a_place_is_offered_while_it_is_taken_by_nobody_else(world, booked):
    """The hold of an offer outlives the offer, so that the next gets it before the public."""
    waits(world, 1)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    (offer,) = open_offers()
    assert offer.hold.expires_at > offer.expires_at
    with pytest.raises(Refused):
        book_appointment(
            centre=world.centre,
            visitors=[Visitor(name="Anna And", service=world.service.code)],
            start=booked.starts_at,
            phone=PHONES[9],
            email="",
            language="da",
            origin=Appointment.Origin.WEB,
            actor="citizen",
            now=offer.expires_at + timedelta(seconds=1),
        )


@pytest.mark.parametrize("table", ["waitingentry", "offer", "hold"])
def test_the_database_keeps_each_in_its_municipality(world, booked, table):
    waits(world, 1)
    cancel_appointment(appointment=booked, actor="citizen", now=NOW)
    other = build_municipality("0101", "København")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE appointments_{table} SET municipality_id = %s", [other.pk])
