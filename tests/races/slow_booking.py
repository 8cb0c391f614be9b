"""gunicorn configuration in which every booking takes a while, so that more is asked than can be done.

Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/races/slow_booking.py`). With `NO_GATE` in the
environment nothing is in front of the application.
"""

import os
import time

from borgerservice.server import *  # noqa: F403

SECONDS = 0.5
if "NO_GATE" in os.environ:
    wsgi_app, worker_class = "borgerservice.wsgi", "sync"


def post_worker_init(worker: object) -> None:
    from appointments.services.booking import capacity

    free_desk = capacity.free_desk

    def slow_free_desk(*asked: object) -> object:
        time.sleep(SECONDS)
        return free_desk(*asked)

    capacity.free_desk = slow_free_desk
