"""What is kept for phone and walk-in until a moment: citizens neither see nor take it."""

from datetime import timedelta

import pytest

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Desk, DeskDay
from appointments.rules.availability import Audience
from appointments.rules.booking_window import Window
from appointments.rules.local_time import instant
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    Visitor,
    book_appointment,
    move_appointment,
    plan_visit,
)
from appointments.services.booking.capacity import Wanted, free_desk, taking
from appointments.services.centres.desk_days import rebuild
from borgerservice.database.together import write_together
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)
OPENS = NOW + timedelta(hours=4)
PLACE = {"day": TOMORROW, "minute": 600, "minutes": 30}


@pytest.fixture
def world():
    made = build_world(desks=1)
    DeskDay.objects.filter(day=TOMORROW).update(opens_at=OPENS)
    return made


def seen(world, *, now=NOW, for_staff=False):
    return bookable_times(
        centre=world.centre,
        minutes=30,
        caps=1,
        window=Window(120, 60, 15),
        first=TOMORROW,
        last=TOMORROW,
        now=now,
        for_staff=for_staff,
    )


def booked(world, origin, *, now=NOW):
    return book_appointment(
        centre=world.centre,
        visitors=[Visitor("Amina Hassan", world.service.code)],
        start=instant(TOMORROW, 600),
        phone="+4520304050",
        email="",
        language="da",
        origin=origin,
        actor="staff",
        now=now,
    )


def test_a_kept_day_is_seen_by_staff_and_by_all_from_its_moment_on(
    world, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert not seen(world)
    assert seen(world, for_staff=True)
    assert not seen(world, now=OPENS - timedelta(seconds=1))
    assert seen(world, now=OPENS)


@pytest.mark.parametrize("origin", [Appointment.Origin.WEB, Appointment.Origin.API])
def test_a_citizen_cannot_book_what_is_kept_until_it_opens(world, origin):
    with pytest.raises(SlotTaken):
        booked(world, origin)
    assert booked(world, origin, now=OPENS)


def test_staff_book_what_is_kept(world):
    assert booked(world, Appointment.Origin.DESK)


def test_a_citizen_cannot_move_to_what_is_kept_and_staff_can(world):
    visit = build_visit(world)
    to = {"appointment": visit, "start": instant(TOMORROW, 600), "now": NOW}
    with pytest.raises(SlotTaken):
        move_appointment(**to, actor="citizen")
    assert move_appointment(**to, actor="staff", for_staff=True).starts_at == to["start"]


def test_the_statement_that_takes_a_time_asks_again(world):
    desk = world.desks[0]

    def take(public_at):
        guarded = taking(
            centre_id=world.centre.pk, desk_id=desk.pk, **PLACE, caps=1, public_at=public_at
        )
        return write_together(guarded, [])

    assert not take(OPENS - timedelta(microseconds=1))
    assert take(OPENS)
    assert not take(None)


def test_a_desk_that_is_kept_is_not_chosen_for_a_citizen(world):
    where = {
        "centre": world.centre,
        "start": instant(TOMORROW, 600),
        "minutes": 30,
        "caps": 1,
        "now": NOW,
    }
    assert free_desk(Wanted(**where)) is None
    assert free_desk(Wanted(**where, audience=Audience.STAFF)).desk_id == world.desks[0].pk


@pytest.mark.parametrize(
    ("own", "day", "minute", "code"),
    [
        ({"lead_minutes": 60 * 24 * 3}, 1, 600, "too_soon"),
        ({"horizon_days": 2}, 3, 600, "too_far_ahead"),
        ({"lead_minutes": 0}, 0, 9 * 60, None),
        ({"horizon_days": 90}, 11, 600, None),
    ],
)
def test_the_lead_time_and_horizon_of_a_service_win_over_the_centre_s(own, day, minute, code):
    world = build_world()
    world.centre.horizon_days = 10
    world.centre.save()
    world.centre.offers.update(**own)
    plan = plan_visit(centre=world.centre, codes=[world.service.code])
    day = TODAY + timedelta(days=day)
    shown = bookable_times(
        centre=world.centre,
        minutes=30,
        caps=plan.caps,
        window=plan.window,
        first=day,
        last=day,
        now=NOW,
    )
    assert (instant(day, minute) in (shown[0].starts if shown else ())) is (code is None)
    if code is None:
        assert build_visit(world, day=day, minute=minute)
        return
    with pytest.raises(Refused) as told:
        build_visit(world, day=day, minute=minute)
    assert told.value.code == code


def test_of_several_services_the_narrowest_window_counts():
    world = build_world()
    offer = world.centre.offers.get()
    other = offer.service.__class__.objects.create(
        code="other", bit=40, minutes=10, names={"da": "Andet", "en": "Other"}
    )
    world.centre.offers.create(service=other, minutes=10, lead_minutes=500, horizon_days=5)
    plan = plan_visit(centre=world.centre, codes=[world.service.code, "other"])
    assert plan.window == Window(500, 5, 15)
    assert plan.minutes == 40


def test_a_service_that_no_desk_can_do_is_told_as_that_and_not_as_taken():
    world = build_world()
    Desk.objects.update(caps=1 << 47)
    rebuild(centre=world.centre, first=TODAY, last=TOMORROW)
    with pytest.raises(Refused) as told:
        build_visit(world, day=TOMORROW)
    assert (told.value.code, told.value.field) == ("service_not_offered", "service")


def test_a_visit_longer_than_any_opening_is_told_that_the_centre_is_closed():
    world = build_world(opens=540, closes=600, minutes=45)
    with pytest.raises(Refused) as told:
        build_visit(world, day=TOMORROW, minute=540, names=["Amina Hassan", "Omar Hassan"])
    assert told.value.code == "closed"
