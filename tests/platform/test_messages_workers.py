"""The outbox with real processes: a Celery worker on a broker, the sweep without one, SIGKILL."""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import kombu.pools
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from borgerservice.celery import app
from borgerservice.kernel import clock
from borgerservice.notifications.delivery import due_ids
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import hand_out
from tests.builders import World, build_visit
from tests.days import build_coming_world, open_day
from tests.platform.sms_provider import Provider, provider_running
from tests.rig.databases import ROOT, Database
from tests.rig.processes import Process
from tests.rig.services import Broker, Worker
from tests.servers import Rig

KILLS = 2


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_running() as provider:
        yield provider


@contextmanager
def publishing_to(url: str, settings: Settings) -> Iterator[None]:
    """Have this process publish to a broker, as a web worker does."""
    before = app.conf.broker_url
    app.conf.broker_url = settings.CELERY_BROKER_URL = url
    try:
        _forget_connections()
        yield
    finally:
        app.conf.broker_url = before
        _forget_connections()


def _forget_connections() -> None:
    kombu.pools.reset()
    app._pool = None
    app.__dict__.pop("amqp", None)


@pytest.fixture
def publishing(broker: Broker, settings: Settings) -> Iterator[Broker]:
    with publishing_to(broker.url, settings):
        with app.connection_for_write() as connection:
            connection.default_channel.client.flushall()
        yield broker


def env_of(provider: Provider, broker: Broker | None = None) -> dict[str, str]:
    """What makes a process send its text messages to the provider."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.platform.live_sms_settings",
        "SMS_GATEWAY_URL": provider.url,
        **({"CELERY_BROKER_URL": broker.url} if broker else {}),
    }


def book(world: World, count: int) -> list[str]:
    """Visits a few days from now, with a number each; the references of their confirmations."""
    now = clock.now()
    visits = [
        build_visit(
            world,
            day=open_day(clock.danish_date(now) + timedelta(days=4)),
            minute=540 + 30 * (place // len(world.desks)),
            phone=f"+45203{place:05}",
            now=now,
        )
        for place in range(count)
    ]
    return [f"booked:{visit.reference}:0:sms" for visit in visits]


def wait_until(holds: Callable[[], object], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def unsent() -> int:
    return Message.unscoped.exclude(status="sent").count()


def let_leases_run_out() -> None:
    """As if two and a half minutes had passed."""
    Message.unscoped.filter(status="sending").update(
        leased_until=clock.now() - timedelta(seconds=1)
    )


def test_a_booking_rings_the_worker_and_the_confirmation_is_delivered_once(
    rig: Rig, fresh_database: Database, publishing: Broker, provider: Provider
) -> None:
    with rig.work(fresh_database, env=env_of(provider, publishing)) as worker:
        with fresh_database.opened():
            (reference,) = book(build_coming_world(desks=4), 1)
            wait_until(lambda: unsent() == 0)
            hand_out(list(Message.unscoped.values_list("pk", flat=True)))
            wait_until(lambda: worker.log().count("deliver_messages") >= 4)
        assert provider.accepted_of == {reference: 1}
        assert "20300000" not in worker.log()
        assert "Din tid" not in worker.log()


@pytest.mark.once
def test_nothing_but_ids_passes_through_the_broker(
    fresh_database: Database, publishing: Broker
) -> None:
    with fresh_database.opened():
        book(build_coming_world(desks=4), 2)
        ids = set(Message.unscoped.values_list("pk", flat=True))
    with app.connection_for_write() as connection:
        tasks = connection.default_channel.client.lrange("celery", 0, -1)
    assert len(tasks) == 2
    for raw in tasks:
        headers = json.loads(raw)["headers"]
        assert headers["eta"] is None
        assert headers["expires"]
        assert int(headers["argsrepr"].strip("([], )")) in ids
        for told in (b"4520300", b"appointment", b"Amina"):
            assert told not in raw


@contextmanager
def worker_of(rig: Rig, database: Database, provider: Provider, broker: Broker) -> Iterator[Worker]:
    with rig.work(database, env=env_of(provider, broker)) as worker:
        yield worker


def test_a_worker_killed_in_mid_send_loses_nothing_and_repeats_at_most_one(
    rig: Rig,
    fresh_database: Database,
    publishing: Broker,
    provider: Provider,
    settings: Settings,
) -> None:
    """Each time the provider has accepted one and not answered: the worst moment there is."""
    settings.CELERY_BROKER_URL = ""  # nobody is told while booking, so all go out as one task
    with fresh_database.opened():
        references = set(book(build_coming_world(desks=4), 12))
        for _ in range(KILLS):
            with worker_of(rig, fresh_database, provider, publishing) as worker:
                provider.hold_after(3)
                hand_out(due_ids(now=clock.now()))
                assert provider.held.wait(30)
                worker.process.kill()
            provider.go_on()
            assert Message.unscoped.filter(status="sending").exists()
            assert due_ids(now=clock.now()) == []
            let_leases_run_out()
        with worker_of(rig, fresh_database, provider, publishing):
            hand_out(due_ids(now=clock.now()))
            wait_until(lambda: unsent() == 0)
        assert provider.delivered == references
        assert provider.repeats <= KILLS
        assert max(provider.accepted_of.values()) <= 2


def connections_of_workers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'a worker'")
        return [pid for (pid,) in cursor.fetchall()]


@pytest.mark.only("postgresql")
def test_a_worker_keeps_its_connection_for_the_next_task_and_has_another_when_it_was_cut(
    rig: Rig,
    fresh_database: Database,
    publishing: Broker,
    provider: Provider,
    settings: Settings,
) -> None:
    settings.CELERY_BROKER_URL = ""  # nobody is told while booking
    env = {**env_of(provider, publishing), "PGAPPNAME": "a worker"}
    with fresh_database.opened(), rig.work(fresh_database, env=env) as worker:
        book(build_coming_world(desks=4), 2)
        first, second = due_ids(now=clock.now())
        hand_out([first])
        wait_until(connections_of_workers)
        kept = connections_of_workers()
        for _ in range(4):
            hand_out([first])
        wait_until(lambda: worker.log().count("succeeded") == 5)
        cut = connections_of_workers()
        assert set(kept) <= set(cut)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [cut])
        wait_until(lambda: not connections_of_workers())
        hand_out([second])
        wait_until(lambda: unsent() == 0)
        assert provider.repeats == 0


@pytest.mark.once
def test_a_broker_that_is_away_keeps_nobody_from_booking_and_the_sweep_delivers(
    rig: Rig,
    fresh_database: Database,
    provider: Provider,
    settings: Settings,
) -> None:
    with publishing_to("redis://127.0.0.1:1/0", settings), fresh_database.opened():
        began = time.monotonic()
        (reference,) = book(build_coming_world(desks=4), 1)
        assert time.monotonic() - began < 10
        assert set(Message.unscoped.values_list("status", flat=True)) == {"due"}
        rig.manage("sweep", "--once", database=fresh_database, env=env_of(provider))
        assert unsent() == 0
    assert provider.accepted_of == {reference: 1}


def sweeping(
    rig: Rig, database: Database, provider: Provider, *command: str, **options: Any
) -> Process:
    """`manage.py sweep --loop`, or a command that starts it."""
    return Process(
        command or [sys.executable, "manage.py", "sweep", "--loop"],
        log=rig.log_file("sweep"),
        env={**os.environ, **database.env, **env_of(provider)},
        cwd=ROOT,
        **options,
    )


@pytest.mark.once
def test_without_a_broker_the_child_process_delivers_within_seconds_and_ends_when_asked(
    rig: Rig, fresh_database: Database, provider: Provider
) -> None:
    sweeper = sweeping(rig, fresh_database, provider)
    with fresh_database.opened():
        references = book(build_coming_world(desks=4), 3)
        wait_until(lambda: unsent() == 0)
    assert provider.accepted_of == dict.fromkeys(references, 1)
    assert sweeper.stop() == 0
    assert "Traceback" not in sweeper.log()


@pytest.mark.once
def test_a_sweeper_whose_parent_is_gone_ends_by_itself(
    rig: Rig, fresh_database: Database, provider: Provider
) -> None:
    """The pipe ends when nobody holds its other end any more: first the parent, then the child."""
    ours, theirs = os.pipe()
    shell = f"{sys.executable} manage.py sweep --loop & wait"
    parent = sweeping(rig, fresh_database, provider, "sh", "-c", shell, pass_fds=[theirs])
    os.close(theirs)
    with fresh_database.opened():
        book(build_coming_world(desks=4), 1)
        wait_until(lambda: unsent() == 0)
    os.kill(parent.pid, signal.SIGKILL)
    parent.child.wait()
    has_ended, _, _ = select.select([ours], [], [], 20)
    os.close(ours)
    parent.kill()
    assert has_ended
