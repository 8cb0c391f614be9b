"""`manage.py rekey`: a mark under the newest pseudonym key for everybody whose number is kept."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.kernel import clock
from borgerservice.vault.keys import KeyUnavailable
from witnesses.services.rekeying import AT_ONCE, Rekeyed, rekey

EVERY_SECONDS = 5


class Command(BaseCommand):
    """Give people known under an older key their mark under the newest one, while all goes on.

    It can be stopped and run again: whoever has the mark is passed over.
    """

    help = (
        "After `rotate_keys --domain mark`: give everybody whose number is kept sealed in a case"
        " their mark under the newest key. Online; may be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many are read at once."""
        parser.add_argument("--batch", type=int, default=AT_ONCE, help="numbers read at once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, tell how far it has come, and sum up."""
        began = told = time.monotonic()
        done = Rekeyed()
        try:
            for done in rekey(now=clock.now(), at_once=max(1, options["batch"])):
                if time.monotonic() - told > EVERY_SECONDS:
                    told = time.monotonic()
                    sys.stderr.write(f"{int(told - began):5} s  {done.looked_at} looked at\n")
        except KeyUnavailable as lost:
            raise CommandError(f"{lost}. Put the former key file back first.") from lost
        self.stdout.write(
            f"{done.looked_at} numbers looked at, {done.marked} marks made,"
            f" {done.unreadable} of cases whose key is destroyed or broken."
        )
