"""Somebody changes the roster while others book: nobody waits for ever, and nothing is untrue."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, Desk
from appointments.rules.local_time import wall_clock
from appointments.rules.opening import Closing
from appointments.rules.ticks import mask
from appointments.services import cancel_appointment
from appointments.services.booking.capacity import taking
from appointments.services.centres import affected
from appointments.services.centres.affected import VisitsAffected
from appointments.services.centres.desks import add_absence, change_desk, remove_absence
from appointments.services.centres.hours import add_closure, remove_closure
from appointments.services.centres.reconciling import reconcile
from appointments.services.centres.roster import closed_bits
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.servers import IS_FULL

DAYS = [TODAY + timedelta(days=n) for n in (1, 2, 3, 4)]
BOOKERS, ATTEMPTS, CHANGES = (4, 200, 100) if IS_FULL else (3, 20, 12)


def book(world, seed):
    """Book and now and then cancel, and count what came of it."""
    chance, told, mine = random.Random(seed), Counter(), []
    try:
        for _ in range(ATTEMPTS):
            try:
                day, minute = chance.choice(DAYS), 540 + 15 * chance.randrange(22)
                mine.append(build_visit(world, day=day, minute=minute))
                told["booked"] += 1
                if chance.random() < 0.3:
                    cancel_appointment(appointment=mine.pop(), actor="citizen", now=NOW)
            except SlotTaken:
                told["taken"] += 1
            except Refused as refused:
                told[refused.code] += 1
    finally:
        connections.close_all()
    return told


def change(world, *, is_accepted):
    """Close, open, leave and come back, and renumber desks; whatever is refused stays as it was."""
    chance, told = random.Random(99), Counter()
    who = {"actor": "staff:1", "now": NOW}
    try:
        for n in range(CHANGES):
            day = chance.choice(DAYS)
            closing = Closing(day, day, 540 + 60 * chance.randrange(4), 900)
            desk = chance.choice(list(Desk.objects.filter(centre=world.centre)))
            try:
                if n % 3 == 0:
                    made = add_closure(
                        centre=world.centre,
                        closing=closing,
                        reason="",
                        is_accepted=is_accepted,
                        **who,
                    )
                    remove_closure(closure=made, **who)
                elif n % 3 == 1:
                    made = add_absence(
                        centre=world.centre,
                        who=desk,
                        closing=closing,
                        is_accepted=is_accepted,
                        **who,
                    )
                    if chance.random() < 0.5:
                        remove_absence(absence=made, **who)
                else:
                    change_desk(
                        desk=desk,
                        number=desk.number + 100,
                        services=[world.service.code],
                        is_staffed=True,
                        clerk=None,
                        is_accepted=is_accepted,
                        **who,
                    )
                told["done"] += 1
            except VisitsAffected:
                told["asked"] += 1
    finally:
        connections.close_all()
    return told


def misplaced(world):
    """How many booked visits lie in time that is closed at their desk."""
    desks = list(Desk.objects.filter(centre=world.centre))
    closed = closed_bits(centre=world.centre, desks=desks, days=DAYS)
    count = 0
    for visit in Appointment.unscoped.filter(status="booked"):
        day, minute = wall_clock(visit.starts_at)
        count += bool(closed[visit.desk_id, day] & mask(minute, 30))
    return count


@pytest.mark.parametrize(
    "is_accepted",
    [
        pytest.param(False, id="asked first"),
        pytest.param(True, id="known", marks=pytest.mark.full),
    ],
)
def test_bookings_and_changes_of_the_roster_at_once_leave_nothing_untrue(rig, is_accepted):
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=4)
        with ThreadPoolExecutor(BOOKERS + 1) as pool:
            booking = [pool.submit(book, world, seed) for seed in range(BOOKERS)]
            changing = pool.submit(change, world, is_accepted=is_accepted)
            told = sum((one.result(timeout=120) for one in booking), Counter())
            changes = changing.result(timeout=120)
        assert told["booked"] > 10
        assert changes["done"] > 3
        assert list(reconcile(now=NOW)) == []
        assert is_accepted or misplaced(world) == 0


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("is_locked_first", [True, False], ids=["in one order", "control"])
def test_whoever_renumbers_a_desk_and_whoever_books_there_do_not_wait_for_each_other(
    rig, monkeypatch, is_locked_first
):
    if not is_locked_first:
        monkeypatch.setattr(affected, "_lock_days", lambda *_: None)
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=1)
        (desk,) = world.desks
        has_taken = threading.Event()

        def renumber():
            has_taken.wait()
            try:
                change_desk(
                    desk=desk,
                    number=7,
                    services=[world.service.code],
                    is_staffed=True,
                    clerk=None,
                    is_accepted=True,
                    actor="staff:1",
                    now=NOW,
                )
            except OperationalError as problem:
                return str(problem)
            finally:
                connections.close_all()
            return ""

        with ThreadPoolExecutor(1) as pool:
            renumbered = pool.submit(renumber)
            said = _take_slowly(world, desk, has_taken)
            said += renumbered.result(timeout=60)
    assert ("deadlock" in said) is not is_locked_first


def _take_slowly(world, desk, has_taken):
    """Take a time, wait, and touch the desk as the row of a visit does; what went wrong."""
    where = {"centre_id": world.centre.pk, "desk_id": desk.pk, "day": DAYS[0]}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            guarded = taking(**where, minute=600, minutes=30, caps=0, public_at=None)
            cursor.execute(guarded.sql, guarded.parameters)
            has_taken.set()
            cursor.execute("SELECT pg_sleep(1)")
            cursor.execute("SELECT 1 FROM appointments_desk WHERE id = %s FOR KEY SHARE", [desk.pk])
    except OperationalError as problem:
        return str(problem)
    return ""
