"""`manage.py reconcile`: compare the days of every centre with the visits and rosters."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from appointments.services.centres.reconciling import reconcile
from borgerservice.kernel import clock


class Command(BaseCommand):
    """Rebuild every day in memory and tell what differs."""

    help = (
        "Compare every desk's day with the visits and rosters, and what the national search is"
        " told with both; tell what differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Telling is the default."""
        parser.add_argument(
            "--check", action="store_true", help="end with 1 where anything differs"
        )
        parser.add_argument("--repair", action="store_true", help="set right what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each difference, and how many there were."""
        progress = self._progress if self.stderr.isatty() else lambda _done, _all: None
        count = 0
        for found in reconcile(now=clock.now(), repair=options["repair"], progress=progress):
            count += 1
            desk = "" if found.desk is None else f"desk {found.desk} "
            self.stdout.write(f"{found.centre} {desk}{found.day.isoformat()} {found.what}")
        repaired = ", set right" if count and options["repair"] else ""
        self.stdout.write(f"{count} differences{repaired}")
        if options["check"] and count:
            sys.exit(1)

    def _progress(self, done: int, of_all: int) -> None:
        end = "\n" if done == of_all else ""
        self.stderr.write(f"\r{done} of {of_all} centres", ending=end)
        self.stderr.flush()
