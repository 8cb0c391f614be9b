"""`manage.py bench`: the product beside what the machine could do, workload by workload."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from borgerservice.bench.data import SCALES
from borgerservice.bench.plan import WORKLOADS
from borgerservice.bench.report import as_json, as_svg, as_table
from borgerservice.bench.rounds import FEWEST_ROUNDS
from borgerservice.bench.run import BenchFailed, DidNotStart, run_bench
from borgerservice.bench.servers import VENDORS

MOST_ROUNDS = 50


class Command(BaseCommand):
    """Measure on private databases of this run; the installation's own is not touched."""

    help = "Measure the product beside the machine's ceilings, on private databases. " + "; ".join(
        f"{name}: {what}" for name, what in WORKLOADS.items()
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything on both databases is the default."""
        parser.add_argument(
            "workload",
            nargs="*",
            default=["all"],
            choices=[*WORKLOADS, "all"],
            metavar="workload",
            help=f"one or more of {', '.join(WORKLOADS)}, or all (the default)",
        )
        parser.add_argument("--database", choices=VENDORS, help="one of the two; both if left out")
        parser.add_argument(
            "--database-url",
            default="",
            metavar="URL",
            help="a running PostgreSQL to use, with a role that may make roles and databases",
        )
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
        parser.add_argument("--svg", metavar="FILE", help="draw a picture, too")
        parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="3 or more")
        parser.add_argument("--scale", choices=SCALES, default="full", help="how much data")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, print, and leave nothing behind."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        if not FEWEST_ROUNDS <= options["rounds"] <= MOST_ROUNDS:
            raise CommandError(f"--rounds is between {FEWEST_ROUNDS} and {MOST_ROUNDS}")
        asked = options["workload"]
        names = [name for name in WORKLOADS if "all" in asked or name in asked]
        url = options["database_url"]
        vendors = [options["database"]] if options["database"] else VENDORS
        rows = []
        for vendor in vendors:
            try:
                rows += run_bench(
                    vendor,
                    names,
                    rounds=options["rounds"],
                    scale=options["scale"],
                    given=url if vendor == "postgresql" else "",
                )
            except (DidNotStart, BenchFailed) as problem:
                raise CommandError(str(problem)) from problem
            except KeyboardInterrupt:
                raise CommandError("Stopped. Nothing is left behind.") from None
        if not rows:
            raise CommandError("Nothing was measured; standard error says why.")
        if options["svg"]:
            Path(options["svg"]).write_text(as_svg(rows))
        self.stdout.write(as_json(rows) if options["json"] else as_table(rows))


def _interrupt(*_signal: object) -> None:
    """End as Ctrl-C does: with everything that was started."""
    raise KeyboardInterrupt
