"""What has had its time goes: drafts, callers' keys, and how to reach whoever came."""

from datetime import timedelta

import pytest

from appointments.models import (
    Appointment,
    BookingDraft,
    IdempotencyRecord,
    Offer,
    Participant,
    WaitingEntry,
)
from appointments.rules.booking_window import Window
from appointments.rules.local_time import instant
from appointments.rules.waiting import Wish
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Request,
    Visitor,
    book_appointment,
    cancel_appointment,
)
from appointments.services.booking.drafts import start_draft
from appointments.services.centres.opening_days import keep_days_open
from appointments.services.offering.answers import accept_offer, decline_offer
from appointments.services.offering.waiting import (
    end_waiting,
    entry_link,
    leave_waiting_list,
    wait_for_any,
    wait_for_earlier,
)
from appointments.services.visits.expiry import Forgotten, forget_expired
from borgerservice.audit.selectors import history_of
from borgerservice.notifications.models import Contact, Message
from borgerservice.vault.services import open_data_key
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, World, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def test_thirty_days_after_the_visit_nobody_can_read_who_came() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW, email="amina@example.com", names=["Amina", "Yusuf"])
    over = visit.ends_at + timedelta(days=30)
    assert forget_expired(now=over - timedelta(seconds=1)).contacts == 0
    assert open_data_key(visit.contact.data_key) is not None
    assert forget_expired(now=over).contacts == 1
    contact = Contact.unscoped.select_related("data_key").get()
    assert open_data_key(contact.data_key) is None
    assert (contact.phone_sealed, contact.email_sealed) == (None, None)
    assert (contact.phone_mark, contact.email_mark) == ("", "")
    assert set(Participant.unscoped.values_list("name_sealed", flat=True)) == {None}
    assert Appointment.unscoped.get().reference == visit.reference


def test_the_forgetting_itself_is_remembered_once() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    over = visit.ends_at + timedelta(days=30)
    assert [forget_expired(now=over).contacts for _ in range(3)] == [1, 0, 0]
    events = history_of(municipality=world.municipality, subject=f"appointment:{visit.reference}")
    assert [(event.event, event.actor) for event in events] == [
        ("appointment.booked", "citizen"),
        ("contact.shredded", "system"),
    ]
    assert events[-1].facts == {}


def test_a_cancelled_visit_is_forgotten_too_and_another_persons_is_not() -> None:
    world = build_world()
    off = build_visit(world, day=TOMORROW)
    cancel_appointment(appointment=off, actor="citizen", now=NOW)
    later = build_visit(world, day=TOMORROW + timedelta(days=1))
    assert forget_expired(now=off.ends_at + timedelta(days=30)).contacts == 1
    assert open_data_key(Contact.unscoped.get(pk=later.contact_id).data_key) is not None


def test_more_visits_than_one_transaction_takes_are_all_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("appointments.services.visits.expiry.CONTACTS_AT_ONCE", 2)
    world = build_world()
    for place in range(5):
        build_visit(world, day=TOMORROW, minute=540 + 30 * place)
    assert forget_expired(now=NOW + timedelta(days=60)).contacts == 5


def waits(world: World) -> WaitingEntry:
    """Somebody who has no visit asks for a time tomorrow."""
    return wait_for_any(
        centre=world.centre,
        service=world.service.code,
        names=["Amina Hassan"],
        phone="+4520304050",
        email="amina@example.com",
        language="da",
        wish=Wish(TODAY, TOMORROW, 0, 1440, 127),
        now=NOW,
    )


def is_forgotten(wish: WaitingEntry) -> bool:
    """Whether neither names nor contact of somebody who waited can be read any more."""
    wish.refresh_from_db()
    contact = Contact.unscoped.select_related("data_key").get(pk=wish.contact_id)
    kept = (wish.names_sealed, contact.phone_sealed, contact.email_sealed)
    marks = (contact.phone_mark, contact.email_mark)
    is_gone = open_data_key(contact.data_key) is None
    assert is_gone == (kept == (None, None, None)) == (marks == ("", ""))
    return is_gone


def test_who_waited_in_vain_is_forgotten_when_the_last_day_is_over() -> None:
    world = build_world()
    wish = waits(world)
    evening, night = NOW + timedelta(days=1), NOW + timedelta(days=2)
    for moment, is_gone in ((evening, False), (night, True)):
        end_waiting(now=moment)
        assert forget_expired(now=moment).contacts == is_gone
        assert is_forgotten(wish) is is_gone
    assert forget_expired(now=night).contacts == 0
    told = history_of(municipality=world.municipality, subject=f"waiting:{wish.pk}")
    assert [one.event for one in told] == ["waiting.joined", "contact.shredded"]


def test_who_leaves_the_waiting_list_is_forgotten_and_takes_no_time_any_more() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW, phone="+4520304051")
    wish = waits(world)
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    leave_waiting_list(link=entry_link(wish), now=NOW)
    assert not Offer.unscoped.filter(answer=Offer.Answer.OPEN).exists()
    forget_expired(now=NOW)
    assert is_forgotten(wish)


def test_nobody_is_forgotten_while_they_are_offered_a_time() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW, phone="+4520304051")
    wish = waits(world)
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    WaitingEntry.unscoped.update(status=WaitingEntry.Status.OVER)
    forget_expired(now=NOW)
    assert not is_forgotten(wish), "they can still take what is offered"
    decline_offer(link=link_of(Offer.unscoped.get()), now=NOW)
    forget_expired(now=NOW)
    assert is_forgotten(wish)


def test_who_got_a_time_by_waiting_is_known_by_the_visit_alone() -> None:
    world = build_world()
    other = build_visit(world, day=TOMORROW, phone="+4520304051")
    wish = waits(world)
    cancel_appointment(appointment=other, actor="citizen", now=NOW)
    visit = accept_offer(link=link_of(Offer.unscoped.get()), now=NOW)
    forget_expired(now=NOW)
    assert is_forgotten(wish)
    assert open_data_key(visit.contact.data_key) is not None


def test_who_waits_for_an_earlier_time_keeps_the_contact_of_the_visit() -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    wish = wait_for_earlier(
        appointment=visit,
        centres=[world.centre],
        wish=Wish(TODAY, TOMORROW, 0, 1440, 127),
        now=NOW,
    )
    leave_waiting_list(link=entry_link(wish), now=NOW)
    assert forget_expired(now=NOW).contacts == 0
    assert open_data_key(visit.contact.data_key) is not None


def test_a_draft_goes_after_an_hour_and_a_callers_key_after_a_day() -> None:
    world = build_world()
    start = instant(TOMORROW, 600)
    start_draft(centre=world.centre, service="new_mitid", people=1, start=start, now=NOW)
    visit = book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina", "new_mitid")],
        start=start + timedelta(hours=1),
        phone="+4520304050",
        email="",
        language="da",
        origin=Appointment.Origin.API,
        actor="api:1",
        now=NOW,
        request=Request("client", "key", "hash"),
    )
    assert forget_expired(now=NOW + timedelta(minutes=59)) == Forgotten(0, 0, 0, holds=1)
    assert forget_expired(now=NOW + timedelta(hours=1)) == Forgotten(1, 0, 0, holds=0)
    assert forget_expired(now=NOW + timedelta(hours=24)) == Forgotten(0, 1, 0, holds=0)
    assert not BookingDraft.objects.exists()
    assert not IdempotencyRecord.objects.exists()
    assert Appointment.unscoped.get() == visit
    assert Message.unscoped.exists()


def test_every_day_one_more_day_can_be_booked() -> None:
    world = build_world(days=0)
    centre = world.centre
    centre.horizon_days = 10
    centre.save()
    last = TODAY + timedelta(days=10)

    def last_day(moment: timedelta) -> object:
        days = bookable_times(
            centre=centre,
            minutes=30,
            caps=1,
            window=Window(120, 10, 15),
            first=TODAY,
            last=last + timedelta(days=5),
            now=NOW + moment,
        )
        return days[-1].day

    made = keep_days_open(now=NOW)
    assert (made, keep_days_open(now=NOW)) == (9, 0)
    assert last_day(timedelta(0)) == last
    assert last_day(timedelta(hours=17)) == last + timedelta(days=1)
    assert keep_days_open(now=NOW + timedelta(days=1)) == 0
    assert keep_days_open(now=NOW + timedelta(days=3)) == 1
