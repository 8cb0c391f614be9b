"""Several workers at once, and people who change their mind meanwhile: real connections."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections

from appointments.models import Appointment
from appointments.services import cancel_appointment
from borgerservice.notifications.delivery import LEASE, deliver
from borgerservice.notifications.models import Message
from tests.builders import NOW, build_visit, build_world
from tests.platform.outbox import SOON, TOMORROW, build_messages, statuses
from tests.platform.sms_provider import Provider
from tests.rig.databases import Database


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """The same work, with the thread's own connection closed after it."""

    def run() -> object:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def test_four_workers_at_once_send_each_message_once(
    fresh_database: Database, provider: Provider
) -> None:
    with fresh_database.opened():
        build_messages(build_world(), 40)
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(in_thread(lambda: deliver(now=SOON))) for _ in range(4)]
            claimed = [job.result() for job in jobs]
        assert sum(claimed) == 40
        assert provider.accepted_of == dict.fromkeys(statuses(), 1)
        assert set(statuses().values()) == {"sent"}


def test_control_without_the_one_statement_four_workers_send_messages_twice(
    fresh_database: Database, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_pause_write(
        *, now: datetime, until: datetime, ids: list[int] | None
    ) -> list[tuple[int, str]]:
        found = list(Message.unscoped.filter(status="due").values_list("pk", "channel"))
        time.sleep(0.3)
        Message.unscoped.filter(pk__in=[pk for pk, _ in found]).update(
            status="sending", leased_until=until
        )
        return found

    monkeypatch.setattr("borgerservice.notifications.delivery._claim", read_pause_write)
    with fresh_database.opened():
        build_messages(build_world(), 10)
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(in_thread(lambda: deliver(now=SOON))) for _ in range(4)]
            for job in jobs:
                job.result()
        assert provider.repeats > 0


def test_what_is_cancelled_while_an_earlier_one_is_being_sent_does_not_go_out(
    fresh_database: Database, provider: Provider
) -> None:
    """And what was on its way already is marked as what it is: sent."""
    with fresh_database.opened():
        world = build_world(desks=2)
        visits = [build_visit(world, day=TOMORROW) for _ in range(2)]
        provider.hold_after(1)
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(in_thread(lambda: deliver(now=SOON)))
            assert provider.held.wait(20)
            for visit in visits:
                cancel_appointment(appointment=visit, actor="citizen", now=SOON)
            provider.go_on()
            assert job.result() == 2
        first, second = (f"booked:{visit.reference}:0:sms" for visit in visits)
        assert (statuses()[first], statuses()[second]) == ("sent", "dropped")
        assert set(provider.accepted_of) == {first}
        deliver(now=SOON)
        assert len(provider.posts) == 3
        assert Appointment.unscoped.filter(status="cancelled").count() == 2


def test_a_worker_that_comes_back_too_late_changes_nothing_any_more(
    fresh_database: Database, provider: Provider
) -> None:
    """Its lease ran out, somebody else has sent the message: its own news is no news."""
    with fresh_database.opened():
        build_messages(build_world(), 1)
        provider.hold_after(1)
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(in_thread(lambda: deliver(now=NOW)))
            assert provider.held.wait(20)
            release = threading.Timer(0.5, provider.go_on)
            later = NOW + LEASE + timedelta(seconds=1)
            provider._hold_at = None
            assert deliver(now=later) == 1
            release.start()
            job.result()
        row = Message.unscoped.get()
        assert (row.status, row.attempts, row.sent_at >= later) == ("sent", 2, True)
        assert provider.delivered == {"reminder_2d:0:0:sms"}
