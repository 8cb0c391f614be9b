"""gunicorn configuration that takes the lock on a witness out of the workers, so that a race leaks.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/unguarded_witness.py`); the product has
no switch for it. The ledger is read, a while passes, and only then it is written: on PostgreSQL
within the statement that looks again and writes. On SQLite, where one writer alone cannot leak, it
is written without a second look. With `KEEP_THE_LOCK` in the environment only the while passes, so
that the lock has something to hold against.
"""

import os
import time

from django.db import connection
from gunicorn.workers.base import Worker

PAUSE_SECONDS = float(os.environ.get("PAUSE_SECONDS", "0.3"))
wsgi_app = "borgerservice.wsgi"  # nobody is turned away: all come through, one after another
timeout = 60
control_socket_disable = True
READY = "the ledger is read, and written a while after"


def post_worker_init(worker: Worker) -> None:
    from witnesses.services import decision

    look, look_again = decision.record_of, decision.still_told

    def look_and_wait(**asked: object) -> object:
        found = look(**asked)
        time.sleep(PAUSE_SECONDS)
        return found

    def look_again_and_wait(*told: object) -> tuple[str, list[object]]:
        again, asked = look_again(*told)
        return f"{again} AND (SELECT pg_sleep({PAUSE_SECONDS})) IS NOT NULL", asked  # once

    if connection.vendor == "postgresql":
        decision.still_told = look_again_and_wait
    else:
        decision.record_of = look_and_wait
    if "KEEP_THE_LOCK" not in os.environ:
        decision.lock_on = lambda _root: None
        if connection.vendor == "sqlite":
            decision.still_told = lambda *_asked: ("1", [])
    worker.log.info(READY)
