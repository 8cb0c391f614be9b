"""gunicorn configuration that takes the lock on a witness out of the workers, so that a race leaks.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/unguarded_witness.py`); the product has
no switch for it. The ledger is read, a while passes, and only then it is written; on SQLite, where
BEGIN IMMEDIATE alone cannot leak, the transaction becomes autocommit. With `KEEP_THE_LOCK` in the
environment only the while passes, so that the lock has something to hold against.
"""

import contextlib
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

    look = decision.ledger_of

    def look_and_wait(asked: object) -> object:
        found = look(asked)
        time.sleep(PAUSE_SECONDS)
        return found

    decision.ledger_of = look_and_wait
    if "KEEP_THE_LOCK" not in os.environ:
        decision.hold_root = lambda _root: None
        if connection.vendor == "sqlite":
            decision.ledger_transaction = contextlib.nullcontext
    worker.log.info(READY)
