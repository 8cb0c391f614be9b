"""gunicorn configuration that starts the product's one clock at another moment.

`MOVED_CLOCK` names the moment (ISO 8601) at which the workers' clock starts; it runs on from there.
Only tests load it (`GUNICORN_CMD_ARGS=--config=tests/rig/moved_clock.py`).
"""

import os
from datetime import datetime, timedelta

from borgerservice.kernel import clock
from borgerservice.server import *  # noqa: F403

_real_now = clock.now
_ahead: timedelta = datetime.fromisoformat(os.environ["MOVED_CLOCK"]) - _real_now()


def _moved_now() -> datetime:
    return _real_now() + _ahead


clock.now = _moved_now
