"""gunicorn configuration that takes guards out of the workers, so that a race can be seen to leak.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/unguarded.py`); the product has no
switch for it. The guarded statement becomes read, pause, write, and on SQLite, where BEGIN
IMMEDIATE alone cannot leak, the transaction becomes autocommit.
"""

import contextlib
import time
from types import SimpleNamespace

PAUSE_SECONDS = 1.0


def post_worker_init(worker: object) -> None:
    from django.db import connection

    from appointments.models import DeskDay
    from appointments.rules.ticks import from_words, to_words
    from appointments.services import booking, capacity

    def set_bits(*, desk_id: int, day: object, bits: int) -> bool:
        rows = DeskDay.objects.filter(desk_id=desk_id, day=day)
        busy = from_words(rows.values_list(*capacity.WORDS).get())
        if busy & bits:
            return False
        time.sleep(PAUSE_SECONDS)
        rows.update(**dict(zip(capacity.WORDS, to_words(busy | bits), strict=True)))
        return True

    capacity._set_bits = set_bits
    if connection.vendor == "sqlite":
        booking.transaction = SimpleNamespace(atomic=contextlib.nullcontext)
