"""Hours, desks and closed days: what an administrator changes, and what it does to visits."""

from datetime import date, timedelta

import pytest

from appointments.models import Appointment, Desk, DeskDay, Hold, ServiceType
from appointments.rules.local_time import instant
from appointments.services import plan_visit
from appointments.services.booking.capacity import taking
from appointments.services.booking.holds import is_for, place_hold
from appointments.services.centres.desk_days import rebuild
from appointments.services.centres.reconciling import reconcile
from borgerservice.audit.models import AuditEntry
from borgerservice.database.together import write_together
from borgerservice.municipalities.models import Closure, StaffRole
from tests.appointments.desk import at_work, centre_page, words
from tests.appointments.pages import starts_on
from tests.builders import NOW, TODAY, build_service, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = StaffRole.Role


def administrator(world):
    return at_work(world.municipality, Role.ADMINISTRATOR)


def hours(*rows, **more):
    """Rows of (weekday, opens, closes) as the form sends them."""
    typed = {}
    for row, (weekday, opens, closes) in enumerate(rows):
        typed |= {
            f"weekday_{row}": weekday,
            f"opens_minute_{row}": opens,
            f"closes_minute_{row}": closes,
            f"valid_from_{row}": "",
            f"valid_to_{row}": "",
        }
    return typed | more


def events():
    return list(AuditEntry.unscoped.order_by("id").values_list("event", flat=True))


def free_starts(world, day):
    page = at_work(world.municipality).get(
        f"{centre_page(world, 'book')}?first_day={day.isoformat()}"
    )
    return [start for start in starts_on(page) if start.date() == day]


def test_new_hours_are_what_can_be_booked_at_once():
    world = build_world(desks=1)
    typed = hours((1, "12", "13.00"), (2, "9:30", "10:30"))
    answer = administrator(world).post(centre_page(world, "hours"), typed)
    assert answer.status_code == 302
    tuesday = free_starts(world, TODAY + timedelta(days=1))
    assert [start.strftime("%H:%M") for start in tuesday] == ["11:00", "11:15", "11:30"]
    assert free_starts(world, TODAY + timedelta(days=3)) == []
    assert events() == ["hours.changed"]


def test_hours_for_a_season_hold_within_their_days_only():
    world = build_world()
    typed = hours((1, "10", "11"), valid_from_0="2026-12-01", valid_to_0="2026-12-01")
    administrator(world).post(centre_page(world, "hours"), typed)
    assert free_starts(world, date(2026, 11, 24)) == []
    assert len(free_starts(world, date(2026, 12, 1))) == 3
    assert free_starts(world, date(2026, 12, 8)) == []


@pytest.mark.parametrize(
    ("rows", "field", "told"),
    [
        ([("0", "10", "")], "closes_minute_0", "Write a time between 00:00 and 24:00."),
        ([("0", "10", "25:00")], "closes_minute_0", "Write a time between 00:00 and 24:00."),
        ([("0", "12", "10")], "closes_minute_0", "The end must be later than the beginning."),
        (
            [("0", "10:02", "12")],
            "opens_minute_0",
            "Write a time in whole five minutes, for example 10:15.",
        ),
        (
            [("", "", ""), ("0", "10", "12"), ("0", "11", "13")],
            "opens_minute_2",
            "These hours overlap other hours on the same weekday.",
        ),
    ],
)
def test_hours_that_cannot_be_are_told_at_the_field_and_change_nothing(rows, field, told):
    world = build_world()
    page = administrator(world).post(centre_page(world, "hours"), hours(*rows))
    assert page.context["form"].errors.keys() == {field}
    assert words(told) in page.content.decode()
    assert world.centre.hours.count() == 5
    assert events() == []


def test_times_on_a_new_row_without_a_weekday_are_asked_about_and_not_dropped():
    world = build_world()
    known = [(str(day), "9", "15") for day in range(5)]
    client, page = administrator(world), centre_page(world, "hours")
    asked = client.post(page, hours(*known, ("", "17", "19")))
    assert asked.context["form"].errors.keys() == {"weekday_5"}
    assert words("Choose a weekday.") in asked.content.decode()
    assert 'value="17"' in asked.content.decode()
    assert events() == []
    client.post(page, hours(*known[1:], ("", "9", "15"), ("", "", "")))
    assert world.centre.hours.count() == 4, "a row that was there goes without its weekday"


def test_visits_outside_the_new_hours_are_shown_first_and_stay_booked():
    world = build_world()
    visit = build_visit(world, day=TODAY + timedelta(days=1))
    page_of = centre_page(world, "hours")
    client = administrator(world)
    asked = client.post(page_of, hours((0, "9", "15")))
    assert visit.reference in asked.content.decode()
    assert world.centre.hours.count() == 5
    done = client.post(page_of, hours((0, "9", "15"), then="stay"))
    assert done.status_code == 302
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED
    assert world.centre.hours.count() == 1
    assert rebuild(centre=world.centre, first=TODAY, last=TODAY + timedelta(days=60)) == 0


def test_a_visit_that_lay_outside_before_is_not_asked_about_again():
    world = build_world()
    build_visit(world, day=TODAY + timedelta(days=1))
    client = administrator(world)
    client.post(centre_page(world, "hours"), hours((0, "9", "15"), then="stay"))
    assert client.post(centre_page(world, "hours"), hours((0, "9", "16"))).status_code == 302


def test_closed_days_take_the_times_away_and_opening_them_brings_them_back():
    world = build_world()
    client = administrator(world)
    tomorrow = TODAY + timedelta(days=1)
    typed = {
        "first_day": tomorrow.isoformat(),
        "last_day": tomorrow.isoformat(),
        "reason": "Kursus",
    }
    client.post(centre_page(world, "closures"), typed)
    assert free_starts(world, tomorrow) == []
    closure = Closure.objects.get()
    client.post(centre_page(world, "closure_remove", number=closure.pk))
    assert free_starts(world, tomorrow) != []
    assert events() == ["closure.added", "closure.removed"]


def test_closing_a_day_with_visits_asks_first():
    world = build_world()
    visit = build_visit(world)
    typed = {"first_day": TODAY.isoformat(), "last_day": TODAY.isoformat()}
    client = administrator(world)
    assert visit.reference in client.post(centre_page(world, "closures"), typed).content.decode()
    assert not Closure.objects.exists()
    client.post(centre_page(world, "closures"), typed | {"then": "stay"})
    assert Closure.objects.exists()
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "last_day"),
        ({"first_day": "2026-11-01", "last_day": "2026-11-02"}, "last_day"),
        ({"first_day": "2026-12-01", "last_day": "2028-12-01"}, "last_day"),
        ({"first_day": "2026-12-24", "last_day": "2026-12-24"}, "first_day"),
        ({"first_day": "x", "last_day": "2026-12-01"}, "first_day"),
        ({"first_day": "2026-12-01", "last_day": "2026-12-01", "reason": "610190-1234"}, "reason"),
    ],
)
def test_closed_days_that_cannot_be_are_told_at_the_field(typed, field):
    world = build_world()
    Closure.objects.create(
        centre=world.centre, first_day=date(2026, 12, 20), last_day=date(2026, 12, 26)
    )
    page = administrator(world).post(centre_page(world, "closures"), typed)
    assert page.context["form"].errors.keys() == {field}
    assert Closure.objects.count() == 1


def test_a_desk_is_added_and_can_be_booked():
    world = build_world(desks=1)
    build_visit(world)
    typed = {"number": "2", "services": ["new_mitid"], "is_staffed": "on"}
    administrator(world).post(centre_page(world, "desk_add"), typed)
    assert build_visit(world).desk.number == 2
    assert events()[-2:] == ["desks.changed", "appointment.booked"]


def test_a_desk_nobody_sits_at_is_not_booked_and_its_visits_are_shown_first():
    world = build_world(desks=1)
    visit = build_visit(world)
    client = administrator(world)
    address = centre_page(world, "desk_change", number=1)
    typed = {"number": "1", "services": ["new_mitid"]}
    assert visit.reference in client.post(address, typed).content.decode()
    client.post(address, typed | {"then": "stay"})
    assert not Desk.objects.get().is_staffed
    assert free_starts(world, TODAY + timedelta(days=1)) == []
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED


def test_a_desk_that_loses_a_service_shows_the_visits_for_it():
    world = build_world(desks=1)
    other = build_service("passport")
    world.centre.offers.create(service=other, minutes=15)
    visit = build_visit(world)
    typed = {"number": "1", "services": ["passport"], "is_staffed": "on"}
    page = administrator(world).post(centre_page(world, "desk_change", number=1), typed)
    assert visit.reference in page.content.decode()
    assert Desk.objects.get().caps >> ServiceType.objects.get(code="new_mitid").bit & 1


def held(world, *, until=NOW + timedelta(minutes=10), purpose=Hold.Purpose.CITIZEN):
    return place_hold(
        centre=world.centre,
        plan=plan_visit(centre=world.centre, codes=["new_mitid"]),
        start=instant(TODAY, 14 * 60),
        purpose=purpose,
        expires_at=until,
        now=NOW,
    )


def kept(world):
    return list(Hold.objects.for_municipality(world.municipality))


def test_a_desk_that_loses_a_service_shows_the_times_held_for_it_which_end_once_that_is_known():
    world = build_world(desks=1)
    other = build_service("passport")
    world.centre.offers.create(service=other, minutes=15)
    hold = held(world)
    client, address = administrator(world), centre_page(world, "desk_change", number=1)
    typed = {"number": "1", "services": ["passport"], "is_staffed": "on"}
    page = client.post(address, typed)
    assert words("Held times that no longer fit") in page.content.decode()
    assert list(page.context["held"]) == [hold]
    assert page.context["affected"] == []
    assert kept(world) == [hold]
    assert client.post(address, typed | {"is_accepted": "on"}).status_code == 302
    assert kept(world) == []
    assert list(reconcile(now=NOW)) == []


def test_a_service_nobody_holds_a_time_for_is_taken_away_without_a_question():
    world = build_world(desks=1)
    world.centre.offers.create(service=build_service("passport"), minutes=15)
    hold = held(world)
    address = centre_page(world, "desk_change", number=1)
    typed = {"number": "1", "services": ["new_mitid"], "is_staffed": "on"}
    assert administrator(world).post(address, typed).status_code == 302
    assert kept(world) == [hold]


@pytest.mark.parametrize(
    "nobodys",
    [{"until": NOW}, {"purpose": Hold.Purpose.RETURNED}],
    ids=["over", "given back"],
)
def test_a_time_that_is_kept_for_nobody_ends_without_a_question(nobodys):
    world = build_world(desks=1)
    held(world, **nobodys)
    typed = {"first_day": TODAY.isoformat(), "last_day": TODAY.isoformat()}
    assert administrator(world).post(centre_page(world, "closures"), typed).status_code == 302
    assert kept(world) == []


def test_closing_time_that_somebody_holds_asks_first():
    world = build_world(desks=1)
    hold = held(world)
    typed = {"first_day": TODAY.isoformat(), "last_day": TODAY.isoformat()}
    page = administrator(world).post(centre_page(world, "closures"), typed)
    assert list(page.context["held"]) == [hold]
    assert not Closure.objects.exists()
    assert kept(world) == [hold]


def test_a_time_held_for_one_service_is_not_used_for_another_of_its_length():
    world = build_world(desks=1)
    other = build_service("passport")
    world.centre.offers.create(service=other, minutes=30)
    hold = held(world)
    plan = plan_visit(centre=world.centre, codes=["passport"])
    assert not is_for(hold, centre=world.centre, plan=plan, start=hold.starts_at)


def test_who_chose_a_desk_before_it_lost_the_service_does_not_get_it():
    world = build_world(desks=1)
    where = {"centre_id": world.centre.pk, "desk_id": world.desks[0].pk, "day": TODAY}
    wish = {"minute": 600, "minutes": 30, "public_at": None}
    can, cannot = 1 << world.service.bit, 2 << world.service.bit
    DeskDay.objects.update(caps=can)
    assert not write_together(taking(**where, **wish, caps=can | cannot), ())
    assert write_together(taking(**where, **wish, caps=can), ())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": "1", "services": ["new_mitid"]}, "number"),
        ({"number": "0", "services": ["new_mitid"]}, "number"),
        ({"number": "two", "services": ["new_mitid"]}, "number"),
        ({"number": "99999999999999999999", "services": ["new_mitid"]}, "number"),
        ({"number": "2", "services": []}, "services"),
        ({"number": "2", "services": ["tax"]}, "services"),
    ],
)
def test_a_desk_that_cannot_be_is_told_at_the_field(typed, field):
    world = build_world(desks=1)
    page = administrator(world).post(centre_page(world, "desk_add"), typed)
    assert page.context["form"].errors.keys() == {field}
    assert Desk.objects.count() == 1
    assert DeskDay.objects.filter(desk__number=1).exists()


@pytest.mark.parametrize("name", ["hours", "desks", "desk_add", "closures"])
def test_a_clerk_changes_nothing_about_the_centre(name):
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    assert at_work(world.municipality).get(centre_page(world, name)).status_code == 404
    other = at_work(elsewhere.municipality, Role.ADMINISTRATOR)
    assert other.get(centre_page(world, name)).status_code == 404
    assert other.get(centre_page(world, name).replace("0657", "0751")).status_code == 404


def test_another_centre_s_closure_is_not_found():
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    closure = Closure.objects.create(centre=elsewhere.centre, first_day=TODAY, last_day=TODAY)
    address = centre_page(world, "closure_remove", number=closure.pk)
    assert administrator(world).post(address).status_code == 404
    assert Closure.objects.exists()
