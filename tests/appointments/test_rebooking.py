"""A centre closes: everybody gets one offer of the nearest time, and nobody loses theirs unasked."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from appointments.exceptions import Refused
from appointments.models import Appointment, Hold, Offer, Rebooking
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.opening import Closing
from appointments.rules.waiting import Wish
from appointments.selectors.waiting import progress_of
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.hours import add_closure, remove_closure
from appointments.services.offering.answers import accept_offer, decline_offer, expire_offers
from appointments.services.offering.rebooking import (
    begin_rebooking,
    continue_rebooking,
    continue_rebookings,
    not_taken_up,
)
from appointments.services.offering.waiting import wait_for_earlier
from appointments.services.visits.reminders import queue_reminders
from borgerservice.audit.selectors import history_of
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import StaffRole
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_municipality, build_staff, build_visit, build_world

pytestmark = pytest.mark.django_db
CLOSED = TODAY + timedelta(days=3)
PHONES = [f"+4520304{number:03}" for number in range(50, 99)]


@pytest.fixture
def world():
    """One desk, open 9 to 11: four visits a day."""
    return build_world(opens=9 * 60, closes=11 * 60)


@pytest.fixture
def lead(world):
    return build_staff(world.municipality, role=StaffRole.Role.LEAD)


def booked(world, *minutes):
    """Visits on the day that will close; the last one was booked first."""
    return [
        build_visit(
            world,
            day=CLOSED,
            minute=minute,
            phone=PHONES[place],
            now=NOW - timedelta(hours=place),
        )
        for place, minute in enumerate(minutes)
    ]


def closes(world, first=CLOSED, last=CLOSED, **hours):
    return add_closure(
        centre=world.centre,
        closing=Closing(first, last, **hours),
        reason="Vand i kælderen",
        is_accepted=True,
        actor="staff:1",
        now=NOW,
    )


def begin(world, lead, now=NOW):
    """Take up every visit that cannot be received and that nothing is done about yet."""
    visits = not_taken_up(centre=world.centre, now=now)
    return begin_rebooking(
        centre=world.centre, visits=[visit.pk for visit in visits], staff=lead, now=now
    )


def begun(world, lead):
    closes(world)
    return begin(world, lead)


def opens_again(world):
    remove_closure(closure=world.centre.closures.get(), actor="staff:1", now=NOW)


def offers():
    return list(Offer.unscoped.order_by("pk").select_related("appointment"))


def test_everybody_gets_one_offer_of_the_nearest_time_first_booked_first(world, lead):
    first, second, third = booked(world, 9 * 60, 9 * 60 + 30, 10 * 60)
    rebooking = begun(world, lead)
    assert continue_rebookings(now=NOW) == 3
    assert [offer.appointment for offer in offers()] == [third, second, first]
    assert offers()[0].starts_at == instant(CLOSED + timedelta(days=1), 9 * 60)
    assert {abs((danish_date(offer.starts_at) - CLOSED).days) for offer in offers()} == {1}
    assert len({offer.starts_at for offer in offers()}) == 3
    assert Message.unscoped.filter(kind="rebooked_offer").count() == 3
    rebooking.refresh_from_db()
    assert rebooking.finished_at == NOW
    for visit in (first, second, third):
        visit.refresh_from_db()
        assert (visit.status, visit.starts_at.date()) == ("booked", CLOSED)
    assert rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=14)) == 0


def test_a_stopped_run_goes_on_where_it_was_and_nobody_gets_two(world, lead):
    booked(world, 9 * 60, 9 * 60 + 30, 10 * 60)
    rebooking = begun(world, lead)
    assert continue_rebooking(rebooking=rebooking, now=NOW, at_most=1) == 1
    assert Rebooking.unscoped.get().finished_at is None
    assert continue_rebookings(now=NOW) == 2
    assert continue_rebookings(now=NOW) == 0
    assert len(offers()) == 3
    assert begin(world, lead) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        Offer.unscoped.create(
            municipality=world.municipality,
            rebooking=rebooking,
            appointment=offers()[0].appointment,
            link_hash="x",
            link_salt="1:x",
            offered_at=NOW,
            expires_at=NOW,
        )


def test_taken_it_moves_and_declined_or_unanswered_somebody_phones(world, lead):
    first, second, third = booked(world, 9 * 60, 9 * 60 + 30, 10 * 60)
    rebooking = begun(world, lead)
    continue_rebookings(now=NOW)
    taken, declined, silent = offers()
    moved = accept_offer(link=link_of(taken), now=NOW)
    assert moved.starts_at == taken.starts_at
    decline_offer(link=link_of(declined), now=NOW)
    expire_offers(now=silent.expires_at)
    progress = progress_of(world.municipality, rebooking.pk, now=NOW)
    assert (progress.open, progress.accepted) == (0, 1)
    assert {offer.appointment for offer in progress.to_phone} == {first, second}
    assert third == moved
    cancel_appointment(appointment=first, actor="staff:1", now=NOW)
    progress = progress_of(world.municipality, rebooking.pk, now=NOW)
    assert [offer.appointment for offer in progress.to_phone] == [second]


def test_who_fits_again_before_it_begins_is_left_alone(world, lead):
    closed = [visit.pk for visit in booked(world, 9 * 60, 9 * 60 + 30)]
    closes(world)
    opens_again(world)
    assert begin_rebooking(centre=world.centre, visits=closed, staff=lead, now=NOW) is None
    assert not offers()


def test_where_nothing_equal_is_free_somebody_phones_at_once(lead, world):
    booked(world, 9 * 60)
    closes(world)
    closes(world, CLOSED + timedelta(days=1), CLOSED + timedelta(days=90))
    for day in range(3):
        for minute in (540, 570, 600, 630):
            if instant(TODAY + timedelta(days=day), minute) >= NOW + timedelta(hours=2):
                build_visit(
                    world, day=TODAY + timedelta(days=day), minute=minute, phone="+4520304011"
                )
    on_the_day = not_taken_up(centre=world.centre, now=NOW).filter(
        starts_at__gte=instant(CLOSED, 0)
    )
    rebooking = begin_rebooking(
        centre=world.centre, visits=[visit.pk for visit in on_the_day], staff=lead, now=NOW
    )
    continue_rebookings(now=NOW)
    (offer,) = offers()
    assert offer.answer == Offer.Answer.TO_PHONE
    assert progress_of(world.municipality, rebooking.pk, now=NOW).to_phone == (offer,)
    assert not Message.unscoped.filter(kind="rebooked_offer").exists()


def test_who_works_there_sees_it_start_and_ticks_off_whom_they_phoned(world, lead, time_machine):
    time_machine.move_to(NOW, tick=False)
    booked(world, 9 * 60, 9 * 60 + 30)
    closes(world)
    desk = Client()
    desk.force_login(lead)
    where = {"code": "0657", "key": world.centre.key}
    page = desk.get(reverse("admin:rebookings", kwargs=where))
    assert page.status_code == 200
    assert ">2<" in page.content.decode().replace(" ", "").replace("\n", "")
    start = reverse("admin:rebooking_start", kwargs=where)
    started = desk.post(start, {"day": CLOSED.isoformat()}, follow=True)
    assert started.status_code == 200
    assert len(offers()) == 2
    decline_offer(link=link_of(offers()[0]), now=NOW)
    number = offers()[0].pk
    done = reverse("admin:offer_phoned", kwargs={"code": "0657", "number": number})
    assert done in desk.get(started.redirect_chain[-1][0]).content.decode()
    assert desk.post(done, follow=True).status_code == 200
    assert Offer.unscoped.get(pk=number).answer == Offer.Answer.PHONED
    assert history_of(municipality=world.municipality, subject=f"offer:{number}")


def test_whom_the_offer_does_not_suit_can_choose_another_time_themselves(world, lead, time_machine):
    time_machine.move_to(NOW, tick=False)
    (visit,) = booked(world, 9 * 60)
    begun(world, lead)
    continue_rebookings(now=NOW)

    page = Client().get(f"/offer/{link_of(offers()[0])}/").content.decode()

    assert f"/visit/{derive_link('visit', visit.link_salt)}/move/" in page


@pytest.mark.parametrize("phone", ["+4520304050", ""], ids=["a phone number", "an e-mail only"])
def test_only_who_left_a_phone_number_is_told_of_a_call(world, lead, time_machine, phone):
    time_machine.move_to(NOW, tick=False)
    visit = build_visit(world, day=CLOSED, minute=9 * 60, phone=phone, email="amina@example.com")
    begun(world, lead)
    continue_rebookings(now=NOW)
    (offer,) = offers()
    link = link_of(offer)
    its_page = f"/en/visit/{derive_link('visit', visit.link_salt)}/"

    held = Client().get(f"/en/offer/{link}/").content.decode()
    decline_offer(link=link, now=NOW)
    left = [Client().get(page).content.decode() for page in (f"/en/offer/{link}/", its_page)]

    assert "It does not suit me" in held
    assert ("call me" in held) is bool(phone)
    for page in left:
        assert ("The centre will call you." in page) is bool(phone)
        assert ("cannot call you" in page) is not bool(phone)


def test_another_municipality_sees_and_starts_nothing(world, time_machine):
    time_machine.move_to(NOW, tick=False)
    booked(world, 9 * 60)
    closes(world)
    other = build_municipality("0101", "København")
    stranger = Client()
    stranger.force_login(build_staff(other, role=StaffRole.Role.LEAD))
    where = {"code": "0101", "key": world.centre.key}
    assert stranger.post(reverse("admin:rebooking_start", kwargs=where)).status_code == 404
    assert not Rebooking.unscoped.exists()


def test_the_database_keeps_a_rebooking_in_its_municipality(world, lead):
    booked(world, 9 * 60)
    begun(world, lead)
    other = build_municipality("0101", "København")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE appointments_rebooking SET municipality_id = %s", [other.pk])


def test_hours_closed_concern_only_those_who_come_then(world, lead):
    _early, late = booked(world, 9 * 60, 10 * 60 + 30)
    closes(world, from_minute=10 * 60, to_minute=11 * 60)
    begin(world, lead)
    continue_rebookings(now=NOW)
    assert [offer.appointment for offer in offers()] == [late]
    assert Appointment.unscoped.count() == 2


def held_places():
    return Hold.unscoped.filter(purpose=Hold.Purpose.OFFER).count()


def test_a_closure_taken_back_meanwhile_offers_nobody_else_another_time(world, lead):
    booked(world, 9 * 60, 9 * 60 + 30, 10 * 60)
    rebooking = begun(world, lead)
    continue_rebooking(rebooking=rebooking, now=NOW, at_most=1)
    opens_again(world)
    assert continue_rebookings(now=NOW) == 0
    assert {offer.answer for offer in offers()} == {"recalled"}
    assert held_places() == 0
    assert Rebooking.unscoped.get().finished_at == NOW
    assert progress_of(world.municipality, rebooking.pk, now=NOW).to_phone == ()


def test_a_closure_taken_back_while_one_is_at_it_is_seen(world, lead):
    booked(world, 9 * 60)
    rebooking = begun(world, lead)
    opens_again(world)
    assert continue_rebooking(rebooking=rebooking, now=NOW) == 0
    assert offers()[0].answer == "recalled"


def test_a_visit_that_lies_in_two_closures_gets_one_offer(world, lead):
    (visit,) = booked(world, 9 * 60 + 45)
    for hours in ({"to_minute": 10 * 60}, {"from_minute": 10 * 60}):
        closes(world, **hours)
        begin(world, lead)
    assert continue_rebookings(now=NOW) == 1
    assert continue_rebookings(now=NOW) == 0
    assert [offer.appointment for offer in offers()] == [visit]
    decline_offer(link=link_of(offers()[0]), now=NOW)
    assert continue_rebookings(now=NOW) == 0
    assert len(offers()) == 1


def waits_for_earlier(world, visit):
    return wait_for_earlier(
        appointment=visit, centres=[world.centre], wish=Wish(TODAY, CLOSED, 0, 1440, 127), now=NOW
    )


def test_who_is_offered_an_earlier_time_already_is_offered_another_only_after_that(world, lead):
    earlier = build_visit(world, day=TODAY + timedelta(days=1), minute=540, phone=PHONES[9])
    (visit,) = booked(world, 9 * 60)
    waits_for_earlier(world, visit)
    cancel_appointment(appointment=earlier, actor="citizen", now=NOW)
    rebooking = begun(world, lead)
    assert continue_rebookings(now=NOW) == 0
    assert progress_of(world.municipality, rebooking.pk, now=NOW).left == 1
    decline_offer(link=link_of(offers()[0]), now=NOW)
    assert continue_rebookings(now=NOW) == 1
    assert [offer.answer for offer in offers()] == ["declined", "open"]


def test_who_is_offered_another_time_is_offered_no_earlier_one_besides(world, lead):
    earlier = build_visit(world, day=TODAY + timedelta(days=1), minute=540, phone=PHONES[9])
    (visit,) = booked(world, 9 * 60)
    waits_for_earlier(world, visit)
    begun(world, lead)
    continue_rebookings(now=NOW)
    cancel_appointment(appointment=earlier, actor="citizen", now=NOW)
    assert len(offers()) == 1


@pytest.mark.parametrize("how", ["moves", "cancels"])
def test_who_acts_by_themselves_leaves_the_time_held_for_them_to_others(world, lead, how):
    (visit,) = booked(world, 9 * 60)
    rebooking = begun(world, lead)
    continue_rebookings(now=NOW)
    (offer,) = offers()
    assert held_places() == 1
    if how == "moves":
        start = instant(CLOSED + timedelta(days=6), 10 * 60)
        move_appointment(appointment=visit, start=start, actor="citizen", now=NOW)
    else:
        cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    assert held_places() == 0
    day, minute = wall_clock(offer.starts_at)
    assert build_visit(world, day=day, minute=minute, phone=PHONES[8])
    with pytest.raises(Refused):
        accept_offer(link=link_of(offer), now=NOW)
    assert expire_offers(now=offer.expires_at) == 0
    assert progress_of(world.municipality, rebooking.pk, now=NOW).to_phone == ()
    assert rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=14)) == 0


def test_nobody_is_reminded_of_a_visit_that_cannot_be_received(world, lead):
    stays, _gone = booked(world, 10 * 60 + 30, 9 * 60)
    closes(world, to_minute=10 * 60)
    begin(world, lead, NOW - timedelta(days=1))
    continue_rebookings(now=NOW)
    Message.unscoped.all().delete()
    at = instant(CLOSED, 9 * 60) - timedelta(days=1, hours=1)
    assert queue_reminders(now=at) == 1
    assert stays.reference in Message.unscoped.get().dedupe_key
    opens_again(world)
    assert queue_reminders(now=at) == 1


def test_the_receipt_says_that_the_centre_cannot_receive_them_and_leads_to_the_offer(
    world, lead, time_machine
):
    time_machine.move_to(NOW, tick=False)
    (visit,) = booked(world, 9 * 60)
    address = f"/en/visit/{derive_link('visit', visit.link_salt)}/"
    assert "Your time is booked" in Client().get(address).content.decode()
    begun(world, lead)
    assert "You will soon be offered another time." in Client().get(address).content.decode()
    continue_rebookings(now=NOW)
    (offer,) = offers()
    page = Client().get(address).content.decode()
    assert "The centre cannot receive you then." in page
    assert f"/en/offer/{link_of(offer)}/" in page
    assert "Your time is booked" not in page
    decline_offer(link=link_of(offer), now=NOW)
    page = Client().get(address).content.decode()
    assert "The centre will call you." in page
    assert "/en/offer/" not in page
    opens_again(world)
    assert "Your time is booked" in Client().get(address).content.decode()
    over = Client().get(f"/en/offer/{link_of(offer)}/").content.decode()
    assert "You keep the time you had." in over
    assert "The centre will call you." not in over
