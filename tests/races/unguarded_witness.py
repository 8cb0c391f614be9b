"""gunicorn configuration that takes the lock on a witness out of the workers, so that a race leaks.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/unguarded_witness.py`); the product has
no switch for it. The ledger is read, a while passes, and only then it is written; on SQLite, where
BEGIN IMMEDIATE alone cannot leak, the transaction becomes autocommit.
"""

import contextlib
import time

from django.db import connection

PAUSE_SECONDS = 1.0


def post_worker_init(worker: object) -> None:
    from witnesses.services import decision  # noqa: PLC0415 - before, no app is ready

    look = decision.earlier_witnessings

    def look_and_wait(witness: object) -> object:
        found = look(witness)
        time.sleep(PAUSE_SECONDS)
        return found

    decision.earlier_witnessings = look_and_wait
    decision.hold_witness = lambda _witness: None
    if connection.vendor == "sqlite":
        decision.ledger_transaction = contextlib.nullcontext
