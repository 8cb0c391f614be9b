"""The earliest time of every centre of the country, beside a plain model that looks at everything."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, CentreDay, CentreService, DeskDay, Hold
from appointments.rules.local_time import instant
from appointments.services import (
    Visitor,
    book_appointment,
    cancel_appointment,
)
from appointments.services.booking import capacity
from appointments.services.booking.earliest import earliest_times
from appointments.services.centres.reconciling import reconcile
from appointments.services.centres.room import NoRoom, no_room_left, room_came
from borgerservice.database.together import write_together
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import (
    Centre,
    MobileStop,
    Municipality,
    PostalCode,
    Region,
)
from tests.builders import NOW, TODAY, build_service, build_visit, build_world

pytestmark = pytest.mark.django_db
DAYS = 14
WORDS = ("b0", "b1", "b2", "b3", "b4", "b5")


def ticks_of(row):
    """The 288 ticks of a desk-day, one by one."""
    return [bool(getattr(row, word) >> bit & 1) for word in WORDS for bit in range(48)]


def plainly(*, service, now, people=1, evening=False):
    """What is asked for, found by trying every start of every desk of every day."""
    found = {}
    for offer in CentreService.objects.filter(service__code=service).select_related("centre"):
        centre = offer.centre
        lead = centre.lead_minutes if offer.lead_minutes is None else offer.lead_minutes
        horizon = centre.horizon_days if offer.horizon_days is None else offer.horizon_days
        last = now.astimezone(COPENHAGEN).date() + timedelta(days=horizon)
        length = -(-(offer.minutes * people + offer.buffer_minutes) // 5)
        starts = []
        for row in DeskDay.objects.filter(centre=centre, day__lte=last):
            if not row.caps >> offer.service.bit & 1 or (row.opens_at and row.opens_at > now):
                continue
            ticks = ticks_of(row)
            for minute in range(16 * 60 if evening else 0, 1440, centre.start_step_minutes):
                taken = ticks[minute // 5 : minute // 5 + length]
                if len(taken) < length or any(taken):
                    continue
                start = instant(row.day, minute)
                if start >= now + timedelta(minutes=lead):
                    starts.append(start)
        if starts and centre.is_open_for_booking:
            found[centre.key] = min(starts)
    return found


def searched(**asked):
    return {one.centre.key: one.start for one in earliest_times(**asked).times}


def build_country(chance):
    """Some centres, each with other desks, lengths, steps, lead times and horizons."""
    short, long = build_service("short", minutes=15), build_service("long", minutes=40)
    worlds = []
    for _ in range(5):
        world = build_world(
            desks=chance.randint(1, 3),
            opens=9 * 60,
            closes=chance.choice([660, 900, 1080]),
            days=DAYS,
        )
        Centre.objects.filter(pk=world.centre.pk).update(
            start_step_minutes=chance.choice([5, 15, 20]),
            lead_minutes=chance.choice([0, 120, 1500, 4000]),
            horizon_days=chance.choice([3, 7, 60]),
        )
        for service in (short, long):
            CentreService.objects.create(
                centre=world.centre,
                service=service,
                minutes=service.minutes + chance.choice([0, 10]),
                buffer_minutes=chance.choice([0, 5, 20]),
                lead_minutes=chance.choice([None, 30, 5000]),
                horizon_days=chance.choice([None, 3, 9]),
            )
        caps = chance.choice([1 << short.bit | 1 << world.service.bit, (1 << 48) - 1])
        DeskDay.objects.filter(desk=world.desks[0]).update(caps=caps)
        world.centre.refresh_from_db()
        worlds.append(world)
    return worlds


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_a_plain_search_finds_whatever_was_booked_and_cancelled(seed):
    chance = random.Random(seed)
    worlds = build_country(chance)
    visits, now = [], NOW
    for step in range(60):
        service = chance.choice(["short", "long", "new_mitid"])
        if visits and chance.random() < 0.3:
            visit = visits.pop(chance.randrange(len(visits)))
            if visit.starts_at > now:
                cancel_appointment(appointment=visit, actor="citizen", now=now)
        else:
            busy = earliest_times(service=service, now=now).times
            for one in chance.sample(busy, k=min(2, len(busy))):
                centre = next(w.centre for w in worlds if w.centre.key == one.centre.key)
                visits.append(
                    book_appointment(
                        centre=centre,
                        visitors=[Visitor("Amina Hassan", service)],
                        start=one.start,
                        phone="+4520304050",
                        email="",
                        language="da",
                        origin=Appointment.Origin.DESK,
                        actor="citizen",
                        now=now,
                    )
                )
        if step % 4 == 0:
            people, evening = chance.choice([1, 1, 2, 4]), chance.random() < 0.3
            asked = {"service": service, "now": now, "people": people, "evening": evening}
            assert searched(**asked) == plainly(**asked), (seed, step)
        if step % 10 == 9:
            now += timedelta(minutes=chance.choice([7, 180, 1440]))
    assert [found for found in reconcile(now=now) if found.desk is None] == []


def counted(statements, *starts):
    return [
        one["sql"] for one in statements.captured_queries if one["sql"].strip().startswith(starts)
    ]


def room_of(world, day=TODAY):
    row = CentreDay.objects.get(centre=world.centre, day=day)
    return bool(row.room >> world.service.bit & 1)


def test_a_full_day_is_forgotten_and_known_again_when_a_visit_is_cancelled():
    world = build_world(opens=9 * 60, closes=10 * 60)
    early = NOW - timedelta(days=1)
    visits = [build_visit(world, minute=minute, now=early) for minute in (570, 540)]
    tomorrow = {world.centre.key: instant(TODAY + timedelta(days=1), 540)}
    with CaptureQueriesContext(connection) as first:
        assert searched(service="new_mitid", now=early) == tomorrow
    assert len(counted(first, "WITH", "SELECT", "UPDATE")) == 3
    assert not room_of(world)
    with CaptureQueriesContext(connection) as second:
        assert searched(service="new_mitid", now=early) == tomorrow
    assert len(counted(second, "WITH", "SELECT", "UPDATE")) == 1
    cancel_appointment(appointment=visits[0], actor="citizen", now=early)
    assert room_of(world)
    assert searched(service="new_mitid", now=early) == {world.centre.key: instant(TODAY, 570)}


def test_room_that_came_meanwhile_is_not_forgotten():
    world = build_world()
    row = CentreDay.objects.get(centre=world.centre, day=TODAY)
    seen = NoRoom(row.pk, row.changes)
    room_came(centre_id=world.centre.pk, days=[TODAY])
    no_room_left(bit=world.service.bit, found=[seen])
    assert room_of(world)
    no_room_left(bit=world.service.bit, found=[NoRoom(row.pk, row.changes + 1)])
    assert not room_of(world)
    row.refresh_from_db()
    assert row.room == (1 << 48) - 1 - (1 << world.service.bit)


def test_a_day_full_for_four_is_not_forgotten_for_one():
    world = build_world(opens=9 * 60, closes=10 * 60)
    assert searched(service="new_mitid", now=NOW, people=4) == {}
    assert room_of(world, TODAY + timedelta(days=1))


def test_a_desk_that_opens_later_is_not_for_citizens_yet_and_its_day_is_not_forgotten():
    world = build_world()
    opens = NOW + timedelta(hours=1)
    DeskDay.objects.filter(centre=world.centre).update(opens_at=opens)
    assert searched(service="new_mitid", now=NOW) == {}
    assert room_of(world)
    assert searched(service="new_mitid", now=opens)[world.centre.key] > opens


def test_a_day_without_desks_stands_in_nobodys_way():
    world = build_world()
    saturday = TODAY + timedelta(days=5)
    room_came(centre_id=world.centre.pk, days=[TODAY - timedelta(days=1), saturday])
    DeskDay.objects.filter(centre=world.centre, day__lt=TODAY + timedelta(days=7)).delete()
    found = searched(service="new_mitid", now=NOW)
    assert found == {world.centre.key: instant(TODAY + timedelta(days=7), 540)}
    assert not room_of(world, saturday)


def hold(world, *, minute, minutes, expires_at, day=TODAY):
    """A time kept from others, taken in the desk-day as every hold is."""
    start = instant(day, minute)
    taken = capacity.taking(
        centre_id=world.centre.pk,
        desk_id=world.desks[0].pk,
        day=day,
        minute=minute,
        minutes=minutes,
        caps=0,
        public_at=None,
    )
    assert write_together(taken, [])
    return Hold.objects.for_municipality(world.municipality).create(
        municipality=world.municipality,
        centre=world.centre,
        desk=world.desks[0],
        day=day,
        starts_at=start,
        busy_until=start + timedelta(minutes=minutes),
        purpose=Hold.Purpose.CITIZEN,
        expires_at=expires_at,
    )


def test_a_time_that_was_held_is_free_the_moment_the_hold_is_over():
    world = build_world(opens=12 * 60, closes=13 * 60)
    build_visit(world, minute=750)
    until = NOW + timedelta(minutes=10)
    hold(world, minute=720, minutes=20, expires_at=until)
    hold(world, minute=740, minutes=10, expires_at=until)
    assert searched(service="new_mitid", now=NOW)[world.centre.key] > instant(TODAY, 1439)
    assert room_of(world)
    assert searched(service="new_mitid", now=until) == {world.centre.key: instant(TODAY, 720)}


def place_codes():
    for code, city, latitude, longitude in (
        ("7400", "Herning", 56.14, 8.97),
        ("8000", "Aarhus C", 56.16, 10.20),
        ("1602", "København V", 55.68, 12.56),
    ):
        PostalCode.objects.create(
            code=code, city=city, latitude=latitude, longitude=longitude, source="test"
        )


def test_equal_times_stand_in_order_of_distance():
    place_codes()
    near, far = build_world(), build_world()
    Centre.objects.filter(pk=far.centre.pk).update(postal_code="1602")
    unknown = build_world()
    Centre.objects.filter(pk=unknown.centre.pk).update(postal_code="")
    found = earliest_times(service="new_mitid", now=NOW, near="8000")
    assert [one.centre.key for one in found.times] == [
        near.centre.key,
        far.centre.key,
        unknown.centre.key,
    ]
    assert [one.distance_km and round(one.distance_km) for one in found.times] == [76, 156, None]
    assert found.origin.city == "Aarhus C"
    assert not found.is_about


def test_an_unknown_postal_code_is_measured_from_its_neighbour():
    place_codes()
    build_world()
    found = earliest_times(service="new_mitid", now=NOW, near="8210")
    assert (found.origin.code, found.is_about) == ("8000", True)


def test_without_any_table_there_is_no_distance():
    build_world()
    found = earliest_times(service="new_mitid", now=NOW, near="8210")
    assert (found.origin, found.is_about) == (None, False)
    assert found.times[0].distance_km is None


@pytest.mark.parametrize("lies", [{"latitude": 56.16, "longitude": 10.2}, {}])
def test_a_mobile_centre_is_where_it_stands_that_day(lies):
    place_codes()
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(latitude=56.14, longitude=8.97, is_mobile=True)
    MobileStop.objects.create(
        centre=world.centre,
        weekday=0,
        address="Ågade 6",
        postal_code="8000",
        city="Aarhus C",
        **lies,
    )
    asked = {"service": "new_mitid", "near": "8000"}
    monday = earliest_times(**asked, now=NOW).times[0]
    assert (monday.stand.address, round(monday.distance_km)) == ("Ågade 6", 0)
    tuesday = earliest_times(**asked, now=NOW + timedelta(hours=9)).times[0]
    assert (tuesday.stand.address, round(tuesday.distance_km)) == ("Torvet 5", 76)


def test_region_and_step_free_access_narrow_the_search():
    here, there = build_world(), build_world(code="0101", name="København")
    capital = Region.objects.create(name="Region Hovedstaden")
    Municipality.objects.filter(code="0101").update(region=capital)
    Centre.objects.filter(pk=here.centre.pk).update(is_step_free=True)
    asked = {"service": "new_mitid", "now": NOW}
    assert set(searched(**asked)) == {here.centre.key, there.centre.key}
    assert set(searched(**asked, region="Region Hovedstaden")) == {there.centre.key}
    assert set(searched(**asked, step_free=True)) == {here.centre.key}
    assert searched(**asked, region="Region Hovedstaden", step_free=True) == {}


def test_in_the_evening_means_from_sixteen_on():
    world = build_world(opens=9 * 60, closes=17 * 60)
    build_world(opens=9 * 60, closes=16 * 60)
    for minute in (960, 990):
        build_visit(world, minute=minute)
    found = searched(service="new_mitid", now=NOW, evening=True)
    assert found == {world.centre.key: instant(TODAY + timedelta(days=1), 960)}
    assert room_of(world)


def test_a_centre_that_takes_no_bookings_is_left_out():
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_open_for_booking=False)
    assert searched(service="new_mitid", now=NOW) == {}


def test_a_party_too_long_for_any_day_finds_nothing():
    world = build_world()
    CentreService.objects.filter(centre=world.centre).update(minutes=480)
    assert searched(service="new_mitid", now=NOW, people=4) == {}


@pytest.mark.parametrize(
    ("asked", "refusal", "code"),
    [
        ({"service": "no_such"}, NotFound, "service_not_found"),
        ({"region": "Region Skåne"}, NotFound, "region_not_found"),
        ({"near": "0799"}, Refused, "no_such_postal_code"),
        ({"near": "800"}, Refused, "no_such_postal_code"),
        ({"near": "80000"}, Refused, "no_such_postal_code"),
        ({"near": "８０００"}, Refused, "no_such_postal_code"),
        ({"near": "8000\n8000"}, Refused, "no_such_postal_code"),
        ({"near": "Aarhus"}, Refused, "no_such_postal_code"),
        ({"people": 5}, Refused, "too_many_participants"),
        ({"people": 0}, Refused, "no_participants"),
    ],
)
def test_what_does_not_exist_is_said(asked, refusal, code):
    build_world()
    with pytest.raises(refusal) as refused:
        earliest_times(**{"service": "new_mitid", "now": NOW, **asked})
    assert refused.value.code == code


def test_any_number_of_centres_takes_one_statement():
    for _ in range(6):
        build_world(days=3)
    place_codes()
    with CaptureQueriesContext(connection) as statements:
        found = earliest_times(
            service="new_mitid", now=NOW, near="8000", region="Region Midtjylland"
        )
    assert len(found.times) == 6
    assert len(statements) == 1
