"""Run the workloads on one private database: `python -m borgerservice.bench plan.json`.

The command starts this with the measured product's settings. The rows go to the file that the
plan names: standard output belongs to the command.
"""

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import django

django.setup()

from borgerservice.bench.measure import measure  # noqa: E402 - needs the apps
from borgerservice.bench.plan import Plan  # noqa: E402

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    Path(plan.out).write_text(json.dumps([asdict(row) for row in measure(plan)]))
