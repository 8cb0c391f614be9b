"""Visits go to other desks while their owners move and cancel them: nobody waits for ever."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connections, transaction

from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.rules.local_time import instant
from appointments.rules.opening import Closing
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from appointments.services.booking import capacity
from appointments.services.centres import reseating
from appointments.services.centres.affected import VisitsAffected
from appointments.services.centres.desks import add_absence, remove_absence
from appointments.services.centres.reconciling import reconcile
from borgerservice.audit.models import AuditEntry
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.races.locks import are_days_locked
from tests.servers import IS_FULL

TOMORROW = TODAY + timedelta(days=1)
WHO = {"actor": "staff:1", "now": NOW}
ROUNDS = 60 if IS_FULL else 8


def goes_away(world, desk, *, is_accepted):
    return add_absence(
        centre=world.centre,
        who=desk,
        closing=Closing(TOMORROW, TOMORROW),
        is_accepted=is_accepted,
        **WHO,
    )


def come_and_go(world):
    """Each desk in turn closes and opens again, knowingly."""
    try:
        for n in range(ROUNDS):
            absence = goes_away(world, world.desks[n % len(world.desks)], is_accepted=True)
            remove_absence(absence=absence, **WHO)
    finally:
        connections.close_all()


def move_about(visits, seed):
    """Move visits on the day they are booked, and now and then cancel one."""
    chance, told = random.Random(seed), Counter()
    try:
        for visit in visits * 2:
            start = instant(TOMORROW, 540 + 15 * chance.randrange(22))
            try:
                if chance.random() < 0.2:
                    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
                else:
                    move_appointment(appointment=visit, start=start, actor="citizen", now=NOW)
                told["done"] += 1
            except Refused as refused:
                told[refused.code] += 1
    finally:
        connections.close_all()
    return told


def test_visits_moved_and_cancelled_while_desks_close_and_open_stay_true(rig):
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=4)
        visits = [
            build_visit(world, day=TOMORROW, minute=540 + 30 * (n // 2), phone=f"+45203040{n:02}")
            for n in range(20)
        ]
        with ThreadPoolExecutor(3) as pool:
            changing = pool.submit(come_and_go, world)
            moving = [pool.submit(move_about, visits[n::2], n) for n in range(2)]
            told = sum((one.result(timeout=120) for one in moving), Counter())
            changing.result(timeout=120)
        assert told["done"] > 5
        assert AuditEntry.unscoped.filter(event="appointment.reseated").exists()
        assert list(reconcile(now=NOW)) == []


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("are_skipped", [True, False], ids=["left alone", "control"])
def test_a_visit_its_owner_is_changing_is_left_alone(rig, monkeypatch, are_skipped):
    if not are_skipped:
        monkeypatch.setattr(reseating, "_untouched", lambda visits: visits)
    with rig.fresh_database() as database, database.opened():
        world = build_world(desks=2)
        visit = build_visit(world, day=TOMORROW)
        has_locked = threading.Event()

        def close_its_desk():
            has_locked.wait()
            try:
                goes_away(world, visit.desk, is_accepted=False)
            except OperationalError as problem:
                return str(problem)
            except VisitsAffected:
                return "asked"
            finally:
                connections.close_all()
            return "reseated"

        with ThreadPoolExecutor(1) as pool:
            closed = pool.submit(close_its_desk)
            said = _change_slowly(world, visit, has_locked, closed)
            said += closed.result(timeout=60)
    assert ("deadlock" in said) is not are_skipped
    assert ("asked" in said) or not are_skipped


def _change_slowly(world, visit, has_locked, closed):
    """Lock a visit and, once the other has the days, take its day, as who moves it does."""
    known = Appointment.objects.for_municipality(world.municipality).filter(pk=visit.pk)
    try:
        with transaction.atomic():
            list(known.select_for_update())
            has_locked.set()
            while not are_days_locked(world.centre) and not closed.done():
                pass
            capacity.lock_days({(world.centre.pk, TOMORROW)})
    except OperationalError as problem:
        return str(problem)
    return ""
