"""`manage.py reconcile`: what differs is told, and set right when asked."""

import io
import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from appointments.models import CentreDay, CentreService, DeskDay, Hold
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    move_appointment,
    plan_visit,
)
from appointments.services.booking.earliest import earliest_times
from appointments.services.booking.holds import place_hold
from appointments.services.centres.opening_days import keep_days_open
from appointments.services.centres.reconciling import Difference, log_differences, reconcile
from tests.appointments.desk import at
from tests.builders import NOW, TODAY, build_service, build_visit, build_world

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def run(*options):
    out = io.StringIO()
    with at(NOW):
        call_command("reconcile", *options, stdout=out)
    return out.getvalue().splitlines()


def test_after_booking_moving_and_cancelling_nothing_differs():
    world = build_world(desks=2)
    build_world(code="0751", name="Aarhus")
    visits = [build_visit(world, day=TOMORROW, minute=600 + 30 * n) for n in range(4)]
    cancel_appointment(appointment=visits[0], actor="citizen", now=NOW)
    move_appointment(
        appointment=visits[1], start=instant(TOMORROW, 13 * 60), actor="citizen", now=NOW
    )
    keep_days_open(now=NOW)
    assert list(reconcile(now=NOW)) == []
    assert run("--check") == ["0 differences"]


def test_a_bitmap_that_lies_and_a_day_that_is_missing_are_told_and_set_right():
    world = build_world()
    build_visit(world, day=TOMORROW)
    DeskDay.objects.filter(day=TOMORROW).update(b2=F("b2").bitand(0))
    DeskDay.objects.filter(day=TODAY).delete()
    expected = [
        f"{world.centre.key} desk 1 {TODAY} is missing",
        f"{world.centre.key} desk 1 {TOMORROW} differs",
    ]
    assert run() == [*expected, "2 differences"]
    assert run("--repair") == [*expected, "2 differences, set right"]
    assert run("--check") == ["0 differences"]


def test_a_check_ends_with_one_where_anything_differs():
    build_world()
    DeskDay.objects.filter(day=TOMORROW).update(caps=0)
    with pytest.raises(SystemExit) as ended:
        run("--check")
    assert ended.value.code == 1


def test_days_that_are_over_are_left_alone():
    build_world(today=TODAY - timedelta(days=7), days=3)
    DeskDay.objects.update(b3=0)
    assert list(reconcile(now=NOW)) == []


def test_the_nightly_run_writes_a_warning_and_changes_nothing(caplog):
    world = build_world()
    DeskDay.objects.filter(day=TOMORROW).update(b3=0)
    with caplog.at_level(logging.WARNING):
        log_differences(now=NOW)
    assert f"centre={world.centre.key} desk=1 day={TOMORROW}" in caplog.text
    assert list(reconcile(now=NOW)) == [Difference(world.centre.key, 1, TOMORROW, is_missing=False)]


def no_room(day, bits=0):
    CentreDay.objects.filter(day=day).update(room=bits)


def test_a_summary_that_says_full_where_there_is_room_is_told_and_set_right():
    world = build_world()
    no_room(TOMORROW)
    CentreDay.objects.filter(day=TODAY).delete()
    expected = [
        f"{world.centre.key} {day} says full where there is room" for day in (TODAY, TOMORROW)
    ]
    assert run() == [*expected, "2 differences"]
    assert run("--repair") == [*expected, "2 differences, set right"]
    assert run("--check") == ["0 differences"]
    found = earliest_times(service=world.service.code, now=NOW).times
    assert found[0].start == instant(TODAY, 10 * 60)


def test_each_service_is_asked_for_by_itself_with_its_own_length():
    world = build_world(opens=540, closes=600, minutes=40)
    short = build_service("short", minutes=10)
    CentreService.objects.create(centre=world.centre, service=short, minutes=10)
    build_visit(world, day=TOMORROW, minute=540)
    no_room(TOMORROW, 1 << short.bit)
    assert list(reconcile(now=NOW)) == []
    no_room(TOMORROW, 1 << world.service.bit)
    assert list(reconcile(now=NOW)) == [Difference(world.centre.key, None, TOMORROW)]


def test_one_that_says_maybe_where_there_is_none_is_as_it_may_be():
    world = build_world(opens=540, closes=570)
    build_visit(world, day=TOMORROW, minute=540)
    assert list(reconcile(now=NOW)) == []
    no_room(TOMORROW)
    assert list(reconcile(now=NOW)) == []


def test_what_is_held_or_not_open_to_all_yet_may_come_free_without_a_word():
    world = build_world(opens=540, closes=570)
    plan = plan_visit(centre=world.centre, codes=[world.service.code])
    start = instant(TOMORROW, 540)
    place_hold(
        centre=world.centre,
        plan=plan,
        start=start,
        purpose=Hold.Purpose.CITIZEN,
        expires_at=NOW + timedelta(minutes=10),
        now=NOW,
    )
    DeskDay.objects.filter(day=TOMORROW + timedelta(days=1)).update(opens_at=start)
    no_room(TOMORROW)
    no_room(TOMORROW + timedelta(days=1))
    assert [found.day for found in reconcile(now=NOW)] == [
        TOMORROW,
        TOMORROW + timedelta(days=1),
    ]


def test_hours_of_today_that_are_over_need_no_room():
    build_world()
    no_room(TODAY)
    assert list(reconcile(now=instant(TODAY, 14 * 60 + 31))) == []
    assert len(list(reconcile(now=instant(TODAY, 14 * 60 + 30)))) == 1


def test_progress_is_told_centre_by_centre():
    build_world()
    build_world(code="0751", name="Aarhus")
    told = []
    list(reconcile(now=NOW, progress=lambda done, of_all: told.append((done, of_all))))
    assert told == [(1, 2), (2, 2)]
