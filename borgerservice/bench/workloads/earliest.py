"""W1b: the earliest 45 minutes at every centre of the country, beside looking at every visit."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from urllib.parse import urlencode

from django.test import Client

from appointments.models import Appointment, Desk
from appointments.rules.local_time import instant, wall_clock
from appointments.services.booking.earliest import earliest_times
from borgerservice.bench import web
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.data import CLOSES, OPENS, working_days
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.rounds import Part
from borgerservice.bench.statements import counting
from borgerservice.bench.world import World, service_code
from borgerservice.municipalities.models import Centre

ID = "W1b"
MINUTES = 45
STATEMENTS, WANTED_STATEMENTS = Bound("<=", 3), Bound("<=", 1)
MUST, WANTED = Bound(">=", 0.12), Bound(">=", 0.20)
BESIDE_M1, WANTED_BESIDE_M1 = Bound("<=", 1 / 50), Bound("<=", 1 / 100)

Times = dict[str, datetime]


def run(bench: Bench) -> Iterator[Row]:
    """Beside one row as JSON; and, in this process, beside M1, which must find the same."""
    world = bench.world
    path = f"/api/v1/earliest/?{urlencode({'service': service_code(MINUTES), 'near': '8000'})}"
    for said, goal in (("nothing known yet", STATEMENTS), ("full days known", WANTED_STATEMENTS)):
        metric, found = f"SQL statements, {said}", _statements(path)
        yield counted(ID, metric, bench.vendor, found, must=STATEMENTS, goal=goal)
    ours, plain_times = partial(_product, world), partial(_m1, world)
    differing = sum(ours().get(key) != start for key, start in plain_times().items())
    yield counted(
        *(ID, "centres where M1 finds another time", bench.vendor, differing), must=Bound("=", 0)
    )
    with bench.product() as product, bench.plain_site() as plain:
        yield from bench.ratios(
            {
                "JSON ceiling": bench.page(plain, web.get("/json")),
                "earliest": bench.page(product, web.get(path)),
                "in this process": _rate(ours, bench.stint.seconds),
                "M1": _rate(plain_times, 0),
            },
            [
                Goal(ID, "req/s / JSON ceiling", "earliest", "JSON ceiling", MUST, WANTED),
                Goal(
                    *(ID, "latency / M1", "M1", "in this process"),
                    must=BESIDE_M1,
                    goal=WANTED_BESIDE_M1,
                ),
            ],
        )


def _statements(path: str) -> int:
    with counting() as statements:
        Client().get(path, secure=True, headers={"host": web.HOST})
    return len(statements)


def _product(world: World) -> Times:
    found = earliest_times(service=service_code(MINUTES), now=world.now)
    return {one.centre.key: one.start for one in found.times}


def _m1(world: World) -> Times:
    """All visits of every centre, read and laid beside the hours: no bitmap, no summary."""
    days = working_days(world.first, world.scale.days)
    first, last = instant(days[0], 0), instant(days[-1], CLOSES)
    times = {}
    for pk, key, step in Centre.objects.values_list("pk", "key", "start_step_minutes"):
        desks = Desk.objects.filter(centre_id=pk).values_list("pk", flat=True)
        # Across municipalities: the bench has made them all.
        visits = Appointment.unscoped.filter(
            centre_id=pk, starts_at__gte=first, starts_at__lt=last
        ).exclude(status=Appointment.Status.CANCELLED)
        taken: dict[tuple[int, date], list[tuple[int, int]]] = {}
        for desk, starts_at, until in visits.order_by("starts_at").values_list(
            "desk_id", "starts_at", "busy_until"
        ):
            day, minute = wall_clock(starts_at)
            length = int((until - starts_at).total_seconds()) // 60
            taken.setdefault((desk, day), []).append((minute, minute + length))
        for day in days:
            starts = [_first_gap(taken.get((desk, day), []), step) for desk in desks]
            if found := [minute for minute in starts if minute is not None]:
                times[key] = instant(day, min(found))
                break
    return times


def _first_gap(taken: list[tuple[int, int]], step: int) -> int | None:
    """The first start of the day that leaves room before the next visit, in order."""
    free_from = OPENS
    for begins, ends in [*taken, (CLOSES, CLOSES)]:
        start = -(-free_from // step) * step
        if start + MINUTES <= begins:
            return start
        free_from = max(free_from, ends)
    return None


def _rate(search: Callable[[], Times], seconds: float) -> Part:
    """How many searches a second, one after the other; one at least."""

    def measure() -> float:
        began, count = time.perf_counter(), 0
        while not count or time.perf_counter() - began < seconds:
            search()
            count += 1
        return count / (time.perf_counter() - began)

    return measure
