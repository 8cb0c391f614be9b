"""Hours, desks and absences change: what happens to the visits is chosen, and is done at once."""

from datetime import timedelta

import pytest

from appointments.models import Absence, Appointment, Hold, Offer, Rebooking
from appointments.rules.waiting import Wish
from appointments.services import cancel_appointment
from appointments.services.centres.desks import remove_absence
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering.rebooking import continue_rebookings
from appointments.services.offering.waiting import wait_for_earlier
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Closure, ExtraOpening, StaffRole
from borgerservice.notifications.models import Message
from borgerservice.vault.links import derive_link
from tests.appointments.desk import at_work, centre_page, pressed_twice, words
from tests.appointments.pages import link_of
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = StaffRole.Role
TOMORROW = TODAY + timedelta(days=1)
SATURDAY = TODAY + timedelta(days=5)
DAYS = {"first_day": TOMORROW.isoformat(), "last_day": TOMORROW.isoformat()}


@pytest.fixture
def world():
    return build_world(desks=1)


def office(world):
    return at_work(world.municipality, Role.ADMINISTRATOR)


def visits_of(world, day=TOMORROW, count=2):
    return [
        build_visit(world, day=day, minute=600 + 30 * n, phone=f"+45203040{n:02}")
        for n in range(count)
    ]


def visit_link(visit):
    return derive_link("visit", visit.link_salt)


def offers():
    return list(Offer.unscoped.order_by("pk").select_related("appointment"))


def goes_away(world):
    return centre_page(world, "absences"), DAYS | {"who": "desk-1"}


def closes(world):
    return centre_page(world, "closures"), DAYS


def has_other_hours(world):
    typed = {"weekday_0": "0", "opens_minute_0": "9", "closes_minute_0": "15"}
    return centre_page(world, "hours"), typed


def has_no_hours(world):
    return centre_page(world, "hours"), {"weekday_0": "", "opens_minute_0": "", "use_0": ""}


def loses_its_clerk(world):
    typed = {"number": "1", "services": [world.service.code]}
    return centre_page(world, "desk_change", number=1), typed


CAUSES = [goes_away, closes, has_other_hours, has_no_hours, loses_its_clerk]


@pytest.mark.parametrize("cause", CAUSES)
def test_whom_a_change_affects_is_offered_another_time_in_the_same_act(world, cause):
    visits = visits_of(world)
    client = office(world)
    address, typed = cause(world)

    asked = client.post(address, typed)
    assert [visit for visit, _address in asked.context["affected"]] == visits
    assert words("What happens to these visits?") in asked.content.decode()
    assert not Rebooking.unscoped.exists()
    done = client.post(address, typed | {"then": "offer"})

    rebooking = Rebooking.unscoped.get()
    assert done.headers["Location"].endswith(f"/other-times/{rebooking.pk}/")
    assert [offer.appointment for offer in offers()] == visits
    nowhere = cause in {has_no_hours, loses_its_clerk}
    assert {offer.answer for offer in offers()} == {"to_phone" if nowhere else "open"}
    assert Message.unscoped.filter(kind="rebooked_offer").count() == 2 * (not nowhere)
    assert {one.status for one in Appointment.unscoped.all()} == {"booked"}
    assert client.get(done.headers["Location"]).status_code == 200
    assert list(reconcile(now=NOW)) == []


def test_an_extra_opening_taken_back_offers_those_booked_in_it_other_times(world):
    extra = {"day": SATURDAY.isoformat(), "opens_minute": "10", "closes_minute": "12"}
    client = office(world)
    client.post(centre_page(world, "extra_openings"), extra)
    visits = visits_of(world, SATURDAY)
    address = centre_page(world, "extra_opening_remove", number=ExtraOpening.objects.get().pk)
    client.post(address, {"then": "offer"})
    assert not ExtraOpening.objects.exists()
    assert [(offer.appointment, offer.answer) for offer in offers()] == [
        (visit, "open") for visit in visits
    ]


def test_who_is_to_be_phoned_gets_no_message_and_stands_in_the_list(world):
    visits = visits_of(world)
    client = office(world)
    address, typed = goes_away(world)
    page = client.post(address, typed | {"then": "phone"}, follow=True).content.decode()
    assert all(visit.reference in page for visit in visits)
    assert {offer.answer for offer in offers()} == {"to_phone"}
    assert not Message.unscoped.filter(kind="rebooked_offer").exists()
    assert Rebooking.unscoped.get().finished_at == NOW


def test_who_stays_is_offered_nothing_until_somebody_decides_it_later(world):
    visits = visits_of(world)
    client = office(world)
    address, typed = goes_away(world)
    answer = client.post(address, typed | {"then": "stay"})
    assert answer.headers["Location"] == address
    assert continue_rebookings(now=NOW) == 0
    later = client.get(centre_page(world, "rebookings"))
    assert later.context["days"] == [(TOMORROW, 2)]
    client.post(centre_page(world, "rebooking_start"), {"day": TOMORROW.isoformat()})
    assert [offer.appointment for offer in offers()] == visits
    assert client.get(centre_page(world, "rebookings")).context["days"] == []
    again = client.post(centre_page(world, "rebooking_start"), follow=True)
    assert words("Nobody is left who needs another time.") in again.content.decode()
    assert len(offers()) == 2


def test_who_begins_by_two_presses_sees_what_was_begun_and_not_that_nobody_is_left(world):
    visits = visits_of(world)
    client = office(world)
    address, typed = goes_away(world)
    client.post(address, typed | {"then": "stay"})
    page, start = (centre_page(world, name) for name in ("rebookings", "rebooking_start"))
    begun = pressed_twice(client, page, start)
    assert words("Other times are being offered.") in begun
    assert words("Nobody is left who needs another time.") not in begun
    assert [offer.appointment for offer in offers()] == visits
    assert {offer.answer for offer in offers()} == {"open"}
    assert Rebooking.unscoped.count() == 1


def test_who_closes_and_offers_by_two_presses_comes_to_what_was_begun(world):
    visits_of(world)
    client = office(world)
    address, typed = goes_away(world)
    begun = pressed_twice(client, address, address, **typed, then="offer")
    assert words("Other times offered") in begun
    assert Rebooking.unscoped.count() == 1
    assert {offer.answer for offer in offers()} == {"open"}


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2026-02-30"])
def test_a_day_that_is_none_is_not_found(world, day):
    assert (
        office(world).post(centre_page(world, "rebooking_start"), {"day": day}).status_code == 404
    )


def test_a_second_change_takes_up_only_those_whom_the_first_did_not(world):
    first, second = visits_of(world)
    client = office(world)
    address, typed = goes_away(world)
    client.post(address, typed | {"to_minute": "10:30", "then": "offer"})
    assert [offer.appointment for offer in offers()] == [first]
    closing, days = closes(world)
    client.post(closing, days | {"then": "offer"})
    assert [offer.appointment for offer in offers()] == [first, second]
    assert Rebooking.unscoped.count() == 2


def test_a_choice_that_is_none_changes_nothing(world):
    visits_of(world)
    address, typed = goes_away(world)
    page = office(world).post(address, typed | {"then": "cancel"})
    assert "then" in page.context["form"].errors
    assert not Absence.objects.exists()


def test_a_time_that_became_a_visit_while_one_looked_is_asked_about(world):
    """Who ticked that held times end has decided nothing about visits."""
    (visit,) = visits_of(world, count=1)
    address, typed = goes_away(world)
    page = office(world).post(address, typed | {"is_accepted": "on"})
    assert [one for one, _address in page.context["affected"]] == [visit]
    assert not Absence.objects.exists()


def sent():
    Message.unscoped.filter(status="due").update(status="sent")


@pytest.mark.parametrize("was_sent", [True, False], ids=["told", "not told yet"])
def test_an_absence_taken_back_ends_the_offers_and_tells_those_who_had_heard(world, was_sent):
    (visit,) = visits_of(world, count=1)
    address, typed = goes_away(world)
    office(world).post(address, typed | {"then": "offer"})
    if was_sent:
        sent()
    remove_absence(absence=Absence.objects.get(), actor="staff:1", now=NOW)
    (offer,) = offers()
    assert (offer.answer, offer.answered_at) == ("recalled", NOW)
    assert not Hold.unscoped.filter(purpose=Hold.Purpose.OFFER).exists()
    told = Message.unscoped.filter(kind="received")
    assert [message.contact for message in told] == [visit.contact] * was_sent
    assert "offer.recalled" in AuditEntry.unscoped.values_list("event", flat=True)
    assert not Message.unscoped.filter(kind="rebooked_offer", status="due").exists()
    visit.refresh_from_db()
    assert (visit.status, visit.moves) == ("booked", 0)
    assert list(reconcile(now=NOW)) == []


def test_only_those_who_fit_again_keep_their_time(world):
    early, late = visits_of(world)
    client = office(world)
    closing, days = closes(world)
    client.post(closing, days | {"then": "offer"})
    away, typed = goes_away(world)
    client.post(away, typed | {"to_minute": "10:30", "then": "offer"})
    sent()
    client.post(centre_page(world, "closure_remove", number=Closure.objects.get().pk))
    answers = {offer.appointment: offer.answer for offer in offers()}
    assert answers == {early: "open", late: "recalled"}
    assert [one.contact for one in Message.unscoped.filter(kind="received")] == [late.contact]


def test_who_declined_and_was_phoned_is_told_too_and_who_moved_is_not(world, client):
    declined, phoned, moved = visits_of(world, count=3)
    desk = office(world)
    closing, days = closes(world)
    desk.post(closing, days | {"then": "offer"})
    sent()
    by_visit = {offer.appointment: offer for offer in offers()}
    for visit, answer in ((declined, "decline"), (phoned, "decline"), (moved, "accept")):
        client.post(f"/offer/{link_of(by_visit[visit])}/", {answer: "1"})
    where = {"code": world.municipality.code, "number": by_visit[phoned].pk}
    desk.post(f"/admin/{where['code']}/offers/{where['number']}/phoned/")
    desk.post(centre_page(world, "closure_remove", number=Closure.objects.get().pk))
    told = Message.unscoped.filter(kind="received").order_by("pk")
    assert [message.contact for message in told] == [declined.contact, phoned.contact]
    assert {offer.appointment: offer.answer for offer in offers()} == {
        declined: "recalled",
        phoned: "recalled",
        moved: "accepted",
    }


def test_who_closes_opens_and_closes_again_offers_anew(world):
    (visit,) = visits_of(world, count=1)
    client = office(world)
    closing, days = closes(world)
    for _time in range(2):
        client.post(closing, days | {"then": "offer"})
        sent()
        client.post(centre_page(world, "closure_remove", number=Closure.objects.get().pk))
    assert [(one.appointment, one.answer) for one in offers()] == [(visit, "recalled")] * 2
    assert Message.unscoped.filter(kind="received").count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_day": TODAY.isoformat()}, "last_day"),
        ({"from_minute": "12", "to_minute": "10"}, "to_minute"),
        ({"from_minute": "10:02"}, "from_minute"),
        ({"from_minute": "10", "to_minute": "12"}, "first_day"),
    ],
    ids=["from after to", "hours reversed", "off the grid", "over another closure"],
)
def test_days_that_cannot_be_closed_are_told_at_the_field_and_nobody_is_offered_anything(
    world, changed, field
):
    visits_of(world)
    Closure.objects.create(
        centre=world.centre, first_day=TOMORROW, last_day=TOMORROW, from_minute=660, to_minute=690
    )
    client = office(world)
    address, typed = closes(world)
    page = client.post(address, typed | changed | {"reason": "Kursus", "then": "offer"})
    assert page.context["form"].errors.keys() == {field}
    assert "Kursus" in page.content.decode()
    assert Closure.objects.count() == 1
    assert not Rebooking.unscoped.exists()
    assert not Message.unscoped.filter(kind="rebooked_offer").exists()


def test_all_desks_kept_for_staff_is_refused_and_the_visits_stay(world):
    visits_of(world)
    address = centre_page(world, "booking_rules")
    client = office(world)
    form = client.get(address).context["form"]
    typed = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    page = client.post(address, typed | {"kept_desks": "1"})
    assert page.context["form"].errors.keys() == {"kept_desks"}
    assert Appointment.unscoped.filter(status="booked").count() == 2


def test_from_the_absence_to_the_answer_and_back(client):
    """An administrator sends a clerk away; citizens answer; the list is phoned; she comes back."""
    world = build_world(desks=2)
    first, second, third, fourth = (
        build_visit(world, day=TOMORROW, minute=minute, phone=f"+45203040{n:02}")
        for n, minute in enumerate((600, 600, 630, 630))
    )
    chief, desk = office(world), at_work(world.municipality)
    affected = {one for one in (first, second, third, fourth) if one.desk == first.desk}
    assert len(affected) == 2
    typed = DAYS | {"who": f"desk-{first.desk.number}"}

    asked = chief.post(centre_page(world, "absences"), typed)
    assert {one for one, _address in asked.context["affected"]} == affected
    progress = chief.post(centre_page(world, "absences"), typed | {"then": "offer"})["Location"]
    sent()
    takes, declines = offers()
    page = client.get(f"/en/offer/{link_of(takes)}/").content.decode()
    assert "The centre cannot receive you then." in page
    client.post(f"/en/offer/{link_of(takes)}/", {"accept": "1"})
    client.post(f"/en/offer/{link_of(declines)}/", {"decline": "1"})

    told = desk.get(progress).context["progress"]
    assert (told.left, told.open, told.accepted, told.to_phone) == (0, 0, 1, (declines,))
    desk.post(f"/admin/{world.municipality.code}/offers/{declines.pk}/phoned/")
    assert desk.get(progress).context["progress"].phoned == 1

    chief.post(centre_page(world, "absence_remove", number=Absence.objects.get().pk))
    assert desk.get(progress).context["progress"].recalled == 1
    stays = declines.appointment
    assert [one.contact for one in Message.unscoped.filter(kind="received")] == [stays.contact]
    page = client.get(f"/en/offer/{link_of(declines)}/").content.decode()
    assert "You keep the time you had." in page
    assert "Your time is booked" in client.get(f"/en/visit/{visit_link(stays)}/").content.decode()
    moved = Appointment.unscoped.get(pk=takes.appointment_id)
    assert moved.starts_at == takes.starts_at
    assert list(reconcile(now=NOW)) == []


def test_who_was_offered_a_day_that_closes_too_is_offered_another_by_the_same_link(world, client):
    """A closure is made longer by a day while nobody has answered yet."""
    visits = visits_of(world)
    desk = office(world)
    address, typed = closes(world)
    desk.post(address, typed | {"then": "offer"})
    sent()
    before = {offer.appointment: offer.starts_at for offer in offers()}
    days = sorted({start.date() for start in before.values()})
    more = {"first_day": days[0].isoformat(), "last_day": days[-1].isoformat()}
    asked = desk.post(address, more)
    assert len(asked.context["held"]) == 2
    desk.post(address, more | {"is_accepted": "on"})
    assert {offer.answer for offer in offers()} == {"planned"}
    page = client.get(f"/en/offer/{link_of(offers()[0])}/").content.decode()
    assert "You will soon be offered another time." in page
    assert Rebooking.unscoped.get().finished_at is None

    assert continue_rebookings(now=NOW) == 2

    after = {offer.appointment: offer.starts_at for offer in offers()}
    assert list(after) == visits
    assert not {start.date() for start in after.values()} & {TOMORROW, *days}
    assert Message.unscoped.filter(kind="rebooked_offer", status="due").count() == 2
    client.post(f"/offer/{link_of(offers()[0])}/", {"accept": "1"})
    assert Appointment.unscoped.get(pk=visits[0].pk).starts_at == after[visits[0]]
    assert Rebooking.unscoped.get().finished_at == NOW
    assert list(reconcile(now=NOW)) == []


def test_who_was_offered_an_earlier_time_on_a_day_that_closes_goes_on_waiting(world):
    visit = build_visit(world, day=TODAY + timedelta(days=3), phone="+4520304050")
    earlier = build_visit(world, day=TOMORROW, phone="+4520304051")
    wish = Wish(TODAY, TODAY + timedelta(days=3), 0, 1440, 127)
    entry = wait_for_earlier(appointment=visit, centres=[world.centre], wish=wish, now=NOW)
    cancel_appointment(appointment=earlier, actor="citizen", now=NOW)
    assert [offer.answer for offer in offers()] == ["open"]
    address, typed = closes(world)
    office(world).post(address, typed | {"is_accepted": "on"})
    assert [offer.answer for offer in offers()] == ["expired"]
    entry.refresh_from_db()
    assert entry.status == "waiting"
