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
READY = "the ledger is read, and written a while after"


def post_worker_init(worker: Worker) -> None:
    from borgerservice.people.services import roots_of
    from witnesses.services import decision

    look = decision.earlier_witnessings

    def look_and_wait(witness: object) -> object:
        found = look(witness)
        time.sleep(PAUSE_SECONDS)
        return found

    decision.earlier_witnessings = look_and_wait
    if "KEEP_THE_LOCK" not in os.environ:
        decision.hold_witness = lambda witness: roots_of((witness,))[witness]
        if connection.vendor == "sqlite":
            decision.ledger_transaction = contextlib.nullcontext
    worker.log.info(READY)
