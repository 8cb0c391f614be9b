"""gunicorn configuration that takes guards out of the workers, so that a race can be seen to leak.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/unguarded.py`); the product has no
switch for it. The guarded UPDATE becomes one that asks nothing, a moment after the reading.
"""

import os
import time

from borgerservice.server import *  # noqa: F403

PAUSE_SECONDS = float(os.environ.get("PAUSE_SECONDS", "1.0"))


def post_worker_init(worker: object) -> None:
    from appointments.services.booking import capacity
    from borgerservice.database.together import Guarded

    guarded = capacity.taking

    def taking(**visit: object) -> Guarded:
        time.sleep(PAUSE_SECONDS)
        sql, parameters = guarded(**visit).sql, guarded(**visit).parameters
        asked = sql.count("& %s = 0")
        return Guarded(sql.partition(f"AND {capacity.WORDS[0][0]}")[0], parameters[:-asked])

    capacity.taking = taking
