"""`manage.py outbox`: what has not been sent and why; `--again` tries the failed once more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from borgerservice.kernel import clock
from borgerservice.notifications.delivery import not_sent, try_failed_again


class Command(BaseCommand):
    """Show the outbox to an operator: counts and codes, nobody's address."""

    help = "Show what has not been sent and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Showing is the default."""
        parser.add_argument("--again", action="store_true", help="try the failed once more")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each status and problem."""
        if options["again"]:
            self.stdout.write(f"{try_failed_again(now=clock.now())} to be tried again")
        for (status, problem), count in not_sent().items():
            self.stdout.write(f"{count} {status} {problem}".rstrip())
