"""W2d: fifty processes at one place, for every length; and a worker killed in mid-load."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from appointments.models import Appointment
from borgerservice.bench.bookers import (
    BOOKED,
    Wish,
    anywhere,
    by_api,
    by_service,
    let_in,
    national_centres,
)
from borgerservice.bench.checks import differences, overlaps
from borgerservice.bench.clients import Attempt, Stint, run_clients
from borgerservice.bench.context import Bench
from borgerservice.bench.data import CLOSES, DESKS, OPENS
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.world import MINUTES
from borgerservice.municipalities.models import Centre

ID = "W2d"
CLIENTS, REPEATS = 50, 20
KILLS = 3


def run(bench: Bench) -> Iterator[Row]:
    """Exactly one gets it, each time; nothing acknowledged is lost."""
    yield _one_each(bench)
    yield from _killed(bench)


def _one_each(bench: Bench) -> Row:
    """The count farthest from one, over all repeats and lengths."""
    centre = Centre.objects.select_related("municipality").get(key="race")
    day = bench.world.free_days()[0]
    repeats = REPEATS if bench.world.scale.centres > CLIENTS else 2
    seats = [
        Wish(centre, day, minute, length)
        for length in MINUTES
        for minute in range(OPENS, CLOSES - length, length)
    ]
    ...
