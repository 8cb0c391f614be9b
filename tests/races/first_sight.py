"""A process of its own that meets many people, for `test_key_rotation.py`.

`python -m tests.races.first_sight PEOPLE GO`: waits until the file GO is there, then looks every
number up, in the same order as all others do. Its keys are in BORGERSERVICE_VAR.
"""

import sys
import time
from pathlib import Path

import django

PAUSE_SECONDS = 0.005
LONGEST_WAIT_SECONDS = 120
READY = "ready"


def main(people: int, go: Path) -> None:
    """Meet everybody."""
    django.setup()
    from borgerservice.kernel import clock  # noqa: PLC0415 - after the setup
    from borgerservice.people.services import person_of  # noqa: PLC0415

    sys.stdout.write(READY)
    sys.stdout.flush()
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not go.exists() and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
    for number in range(people):
        person_of(kind="p_code", normalised=f"{number:08}", now=clock.now())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
