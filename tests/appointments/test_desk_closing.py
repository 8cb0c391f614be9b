"""Absences, extra openings, closed hours, rules and stops: what an administrator does on pages."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.exceptions import Refused
from appointments.models import Absence, Appointment, Desk
from appointments.rules.opening import Closing
from appointments.services.centres.booking_rules import set_served
from appointments.services.centres.hours import add_closure
from appointments.services.centres.reconciling import reconcile
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Closure, ExtraOpening, MobileStop, StaffRole
from tests.appointments.desk import at_work, centre_page, words
from tests.appointments.pages import starts_on
from tests.builders import (
    NOW,
    TODAY,
    build_municipality,
    build_staff,
    build_visit,
    build_world,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TOMORROW = TODAY + timedelta(days=1)
SATURDAY = TODAY + timedelta(days=5)
CLOCK_CHANGES = (
    "The clock changes that night: it shows that time twice or not at all. Choose another time."
)


def administrator(world):
    return at_work(world.municipality, StaffRole.Role.ADMINISTRATOR)


def days(first, last=None, **more):
    return {"first_day": first.isoformat(), "last_day": (last or first).isoformat()} | more


def free_on(world, day):
    page = at_work(world.municipality).get(
        f"{centre_page(world, 'book')}?first_day={day.isoformat()}"
    )
    return [f"{start:%H:%M}" for start in starts_on(page) if start.date() == day]


def events():
    return list(AuditEntry.unscoped.order_by("id").values_list("event", flat=True))


def test_some_hours_of_a_day_are_closed_and_the_rest_stays_open():
    world = build_world()
    typed = days(TOMORROW, from_minute="9", to_minute="14.15", reason="Kursus")
    page = administrator(world).post(centre_page(world, "closures"), typed, follow=True)
    assert "09.00–14.15" in page.content.decode()
    assert free_on(world, TOMORROW) == ["13:15", "13:30"]  # in UTC
    assert list(reconcile(now=NOW)) == []


def test_two_closures_of_one_day_may_meet_but_not_lie_over_each_other():
    world = build_world()
    client = administrator(world)
    address = centre_page(world, "closures")
    assert client.post(address, days(TOMORROW, to_minute="12")).status_code == 302
    page = client.post(address, days(TOMORROW, from_minute="11:55", to_minute="13"))
    assert page.context["form"].errors.keys() == {"first_day"}
    assert client.post(address, days(TOMORROW, from_minute="12", to_minute="13")).status_code == 302
    assert Closure.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"from_minute": "12", "to_minute": "12"}, "to_minute"),
        ({"from_minute": "13", "to_minute": "12"}, "to_minute"),
        ({"from_minute": "12:02"}, "from_minute"),
        ({"from_minute": "25"}, "from_minute"),
        ({"to_minute": "0"}, "to_minute"),
    ],
)
@pytest.mark.parametrize("name", ["closures", "absences"])
def test_hours_that_cannot_be_are_told_at_the_field(name, typed, field):
    world = build_world()
    typed = days(TOMORROW, who="desk-1", **typed)
    page = administrator(world).post(centre_page(world, name), typed)
    assert page.context["form"].errors.keys() == {field}
    assert not Closure.objects.exists()
    assert not Absence.objects.exists()


def test_an_extra_opening_on_a_holiday_can_be_booked_and_a_closure_beats_it():
    world = build_world(days=60)
    christmas = date(2026, 12, 25)
    client = administrator(world)
    assert free_on(world, christmas) == []
    typed = {"day": christmas.isoformat(), "opens_minute": "10", "closes_minute": "11"}
    client.post(centre_page(world, "extra_openings"), typed)
    assert free_on(world, christmas) == ["09:00", "09:15", "09:30"]
    client.post(centre_page(world, "closures"), days(christmas, from_minute="10:30"))
    assert free_on(world, christmas) == ["09:00"]
    assert events() == ["extra_opening.added", "closure.added"]
    assert list(reconcile(now=NOW)) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"opens_minute": "12"}, "closes_minute"),
        ({"opens_minute": ""}, "opens_minute"),
        ({"opens_minute": "10:02"}, "opens_minute"),
        ({"day": "2026-11-22"}, "day"),
        ({"day": "x"}, "day"),
        ({"opens_minute": "9", "closes_minute": "10:05"}, "opens_minute"),
        ({"reason": "610190-1234"}, "reason"),
    ],
)
def test_an_extra_opening_that_cannot_be_is_told_at_the_field(changed, field):
    world = build_world()
    ExtraOpening.objects.create(
        centre=world.centre, day=SATURDAY, opens_minute=600, closes_minute=630
    )
    typed = {"day": SATURDAY.isoformat(), "opens_minute": "11", "closes_minute": "12"}
    page = administrator(world).post(centre_page(world, "extra_openings"), typed | changed)
    assert page.context["form"].errors.keys() == {field}
    assert ExtraOpening.objects.count() == 1


def test_an_extra_opening_is_refused_where_the_centre_is_closed_all_the_same():
    world = build_world()
    client = administrator(world)
    client.post(centre_page(world, "closures"), days(SATURDAY, from_minute="11"))
    typed = {"day": SATURDAY.isoformat(), "opens_minute": "10", "closes_minute": "12"}
    page = client.post(centre_page(world, "extra_openings"), typed)
    assert page.context["form"].errors.keys() == {"opens_minute"}
    assert words("The centre is already closed at some of that time.") in page.content.decode()
    assert not ExtraOpening.objects.exists()
    client.post(centre_page(world, "extra_openings"), typed | {"closes_minute": "11"})
    assert free_on(world, SATURDAY) == ["09:00", "09:15", "09:30"]


def test_an_extra_opening_with_visits_is_taken_back_only_knowingly():
    world = build_world()
    client = administrator(world)
    typed = {"day": SATURDAY.isoformat(), "opens_minute": "10", "closes_minute": "12"}
    client.post(centre_page(world, "extra_openings"), typed)
    visit = build_visit(world, day=SATURDAY)
    extra = ExtraOpening.objects.get()
    address = centre_page(world, "extra_opening_remove", number=extra.pk)
    assert visit.reference in client.post(address).content.decode()
    assert ExtraOpening.objects.exists()
    assert client.post(address, {"then": "stay"}).status_code == 302
    assert not ExtraOpening.objects.exists()
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED
    assert list(reconcile(now=NOW)) == []


def test_a_desk_is_away_for_some_hours_and_the_others_receive():
    world = build_world(desks=2)
    stays, goes = build_visit(world, day=TOMORROW), build_visit(world, day=TOMORROW)
    client = administrator(world)
    address = centre_page(world, "absences")
    typed = days(TOMORROW, who=f"desk-{goes.desk.number}", from_minute="9", to_minute="12")
    asked = client.post(address, typed).content.decode()
    assert goes.reference in asked
    assert stays.reference not in asked
    assert not Absence.objects.exists()
    client.post(address, typed | {"then": "stay"})
    assert build_visit(world, day=TOMORROW, minute=660).desk == stays.desk
    assert "10:00" not in free_on(world, TOMORROW)
    client.post(centre_page(world, "absence_remove", number=Absence.objects.get().pk))
    assert "10:00" in free_on(world, TOMORROW)
    assert list(reconcile(now=NOW)) == []


@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31"])
def test_hours_that_the_clock_shows_twice_or_not_at_all_are_refused_in_words_true_of_both(day):
    world = build_world()
    hours = {"day": day, "opens_minute": "02:15", "closes_minute": "02:45"}
    page = administrator(world).post(centre_page(world, "extra_openings"), hours)
    assert words(CLOCK_CHANGES) in page.content.decode()


def test_an_absence_sent_twice_is_one_and_ends_when_it_is_taken_back():
    world = build_world(desks=1)
    client = administrator(world)
    for _ in range(2):
        client.post(centre_page(world, "absences"), days(TOMORROW, who="desk-1"))
    assert free_on(world, TOMORROW) == []
    client.post(centre_page(world, "absence_remove", number=Absence.objects.get().pk))
    assert "10:00" in free_on(world, TOMORROW)


def test_when_a_clerk_is_away_the_desks_where_they_always_sit_are_closed():
    world = build_world(desks=3)
    clerk = build_staff(world.municipality, username="mette")
    client = administrator(world)
    for number in (1, 2):
        typed = {"number": number, "services": ["new_mitid"], "is_staffed": "on"}
        address = centre_page(world, "desk_change", number=number)
        assert client.post(address, typed | {"clerk": clerk.pk}).status_code == 302
    assert Desk.objects.filter(clerk=clerk).count() == 2
    typed = days(TODAY, TOMORROW, who=f"clerk-{clerk.pk}")
    page = client.post(centre_page(world, "absences"), typed, follow=True)
    assert "mette" in page.content.decode()
    assert build_visit(world, day=TOMORROW).desk.number == 3
    assert "09:00" not in free_on(world, TOMORROW)
    assert list(reconcile(now=NOW)) == []


def test_somebody_who_does_not_receive_here_cannot_sit_at_a_desk():
    world = build_world()
    elsewhere = build_staff(build_municipality("0751", "Aarhus"))
    typed = {"number": 1, "services": ["new_mitid"], "is_staffed": "on", "clerk": elsewhere.pk}
    page = administrator(world).post(centre_page(world, "desk_change", number=1), typed)
    assert page.context["form"].errors.keys() == {"clerk"}
    typed = days(TODAY, who=f"clerk-{elsewhere.pk}")
    page = administrator(world).post(centre_page(world, "absences"), typed)
    assert page.context["form"].errors.keys() == {"who"}


def test_no_desk_left_shows_every_visit_and_keeps_them_booked():
    world = build_world(desks=1)
    visits = [build_visit(world, day=TOMORROW, minute=600 + 30 * n) for n in range(3)]
    client = administrator(world)
    address = centre_page(world, "absences")
    typed = days(TOMORROW, who="desk-1")
    asked = client.post(address, typed).content.decode()
    assert all(visit.reference in asked for visit in visits)
    client.post(address, typed | {"then": "stay"})
    assert free_on(world, TOMORROW) == []
    assert Appointment.unscoped.filter(status="booked").count() == 3
    assert list(reconcile(now=NOW)) == []


def test_door_hours_are_saved_beside_the_hours_of_booked_visits():
    world = build_world()
    typed = {}
    for row, (opens, closes, use) in enumerate([("9", "15", "booking"), ("8", "17", "door")]):
        typed |= {
            f"weekday_{row}": 0,
            f"opens_minute_{row}": opens,
            f"closes_minute_{row}": closes,
            f"use_{row}": use,
        }
    client = administrator(world)
    assert client.post(centre_page(world, "hours"), typed).status_code == 302
    assert list(world.centre.hours.values_list("opens_minute", "use")) == [
        (480, "door"),
        (540, "booking"),
    ]
    assert free_on(world, TODAY + timedelta(days=7))[0] == "08:00"


RULES = {
    "lead_minutes": "60",
    "horizon_days": "30",
    "kept_desks": "1",
    "kept_until_days": "2",
    "kept_until_minute": "8:00",
    "returns_slowly": "on",
    "minutes_new_mitid": "25",
    "buffer_minutes_new_mitid": "10",
    "lead_minutes_new_mitid": "",
    "horizon_days_new_mitid": "14",
}


def test_the_rules_for_booking_are_shown_and_saved():
    world = build_world(desks=2)
    world.centre.serves.add(build_municipality("0751", "Aarhus"))
    client = administrator(world)
    address = centre_page(world, "booking_rules")
    assert "Aarhus" in client.get(address).content.decode()
    assert client.post(address, RULES).status_code == 302
    world.centre.refresh_from_db()
    centre = world.centre
    assert (centre.lead_minutes, centre.kept_desks, centre.kept_until_minute) == (60, 1, 480)
    assert (centre.returns_slowly, centre.spreads_new_days) == (True, False)
    offer = world.centre.offers.get()
    assert (offer.minutes, offer.buffer_minutes, offer.horizon_days) == (25, 10, 14)
    assert events() == ["booking_rules.changed"]
    assert 'value="08:00"' in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lead_minutes": ""}, "lead_minutes"),
        ({"lead_minutes": "-1"}, "lead_minutes"),
        ({"horizon_days": "many"}, "horizon_days"),
        ({"kept_desks": "2"}, "kept_desks"),
        ({"kept_desks": "9" * 30}, "kept_desks"),
        ({"kept_until_minute": ""}, "kept_until_minute"),
        ({"horizon_days_new_mitid": "0"}, "horizon_days_new_mitid"),
        ({"lead_minutes_new_mitid": "x"}, "lead_minutes_new_mitid"),
        ({"minutes_new_mitid": ""}, "minutes_new_mitid"),
        ({"minutes_new_mitid": "0"}, "minutes_new_mitid"),
        ({"minutes_new_mitid": "7"}, "minutes_new_mitid"),
        ({"minutes_new_mitid": "245"}, "minutes_new_mitid"),
        ({"minutes_new_mitid": "x"}, "minutes_new_mitid"),
        ({"buffer_minutes_new_mitid": ""}, "buffer_minutes_new_mitid"),
        ({"buffer_minutes_new_mitid": "-5"}, "buffer_minutes_new_mitid"),
        ({"buffer_minutes_new_mitid": "3"}, "buffer_minutes_new_mitid"),
        ({"buffer_minutes_new_mitid": "65"}, "buffer_minutes_new_mitid"),
    ],
)
def test_rules_that_cannot_be_are_told_at_the_field(changed, field):
    world = build_world(desks=2)
    page = administrator(world).post(centre_page(world, "booking_rules"), RULES | changed)
    assert page.context["form"].errors.keys() == {field}
    assert page.context["form"]["horizon_days"].value() == (RULES | changed)["horizon_days"]
    assert events() == []


def test_a_new_length_holds_at_every_door_for_who_books_from_now_on():
    world = build_world(opens=9 * 60, closes=11 * 60)
    visit = build_visit(world)
    assert free_on(world, TOMORROW)[-1] == "09:30"  # in UTC
    typed = RULES | {"kept_desks": "0", "minutes_new_mitid": "60"}
    assert administrator(world).post(centre_page(world, "booking_rules"), typed).status_code == 302
    assert free_on(world, TOMORROW) == ["08:00", "08:15", "08:30", "08:45"]
    asked = {"centre": world.centre.key, "service": "new_mitid", "from": TOMORROW, "to": TOMORROW}
    slots = Client().get("/api/v1/slots/", asked).json()["results"]
    told = [(slot["start"][11:16], slot["end"][11:16]) for slot in slots]
    assert told == [("09:00", "10:00"), ("09:15", "10:15"), ("09:30", "10:30"), ("09:45", "10:45")]
    visit.refresh_from_db()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)


def test_a_special_centre_serves_whom_the_administrator_says_and_tells_so():
    world = build_world()
    neighbours = [build_municipality(code, code) for code in ("0751", "0756", "0760")]
    address, client = centre_page(world, "served"), administrator(world)
    page = client.get(address)
    assert [code for code, _name in page.context["form"].fields["served"].choices] == [
        place.code for place in neighbours
    ]
    assert client.post(address, {"served": ["0751", "0756"]}).status_code == 302
    assert client.post(address, {"served": ["0760", "0751"]}).status_code == 302
    assert page.context["form"]["served"].initial == []
    assert client.get(address).context["form"]["served"].initial == ["0751", "0760"]
    entry = AuditEntry.unscoped.latest("id")
    assert (entry.event, entry.facts) == ("served.changed", {"municipalities": ["0751", "0760"]})
    public = Client().get(f"/en/{world.centre.key}/").content.decode()
    assert "and of: 0751, 0760." in " ".join(public.split())
    assert client.post(address, {}).status_code == 302
    assert not world.centre.serves.exists()


@pytest.mark.parametrize("code", ["0657", "9999", ""])
def test_a_municipality_that_cannot_be_served_besides_is_told_at_the_field(code):
    world = build_world()
    world.centre.serves.add(build_municipality("0751", "Aarhus"))
    page = administrator(world).post(centre_page(world, "served"), {"served": ["0751", code]})
    assert page.context["form"].errors.keys() == {"served"}
    assert world.centre.serves.count() == 1
    with pytest.raises(Refused, match="municipality_not_found"):
        set_served(centre=world.centre, codes=["0751", code], actor="staff:1", now=NOW)
    assert world.centre.serves.count() == 1
    assert events() == []


def test_stops_are_written_by_weekday():
    world = build_world()
    address = centre_page(world, "stops")
    typed = {"address_1": "Skolegade 8", "postal_code_1": "7300", "city_1": "Jelling"}
    client = administrator(world)
    assert client.post(address, typed).status_code == 302
    stop = MobileStop.objects.get()
    assert (stop.weekday, stop.city) == (1, "Jelling")
    page = client.post(address, typed | {"address_4": "Torvet 1"})
    assert page.context["form"].errors.keys() == {"postal_code_4"}
    assert words("Write a postal code with four digits, for example 8000.") in page.content.decode()
    assert client.post(address, {}).status_code == 302
    world.centre.refresh_from_db()
    assert not world.centre.is_mobile
    assert events() == ["stops.changed", "stops.changed"]


@pytest.mark.parametrize("name", ["extra_openings", "absences", "booking_rules", "served", "stops"])
def test_a_clerk_changes_nothing_about_the_centre(name):
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    assert at_work(world.municipality).get(centre_page(world, name)).status_code == 404
    other = at_work(elsewhere.municipality, StaffRole.Role.ADMINISTRATOR)
    assert other.get(centre_page(world, name)).status_code == 404


@pytest.mark.parametrize("visits", [1, 24])
def test_a_change_costs_as_many_statements_with_many_visits_as_with_few(visits):
    world = build_world(desks=3, days=60)
    for n in range(visits):
        build_visit(world, day=TOMORROW, minute=540 + 30 * (n % 12))
    with CaptureQueriesContext(connection) as asked:
        add_closure(
            centre=world.centre,
            closing=Closing(SATURDAY, SATURDAY + timedelta(days=2), 0, 720),
            reason="",
            is_accepted=False,
            actor="staff:1",
            now=NOW,
        )
    assert len(asked) <= 40
