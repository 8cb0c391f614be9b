"""`manage.py new_keys FILE`: the encryption and pseudonym keys of a new installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.install import write_private
from borgerservice.vault.keys import new_key_file


class Command(BaseCommand):
    """Write a key file that only its owner may read; never over another.

    Needs no keys itself: `manage.py new_keys FILE --settings borgerservice.settings.checks`.
    """

    help = "Write fresh keys to FILE (mode 0400). Refuses when FILE is there."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say what is lost with it."""
        file: Path = options["file"]
        if file.exists():
            raise CommandError("There is a file already. Keys are never written over.")
        write_private(file, new_key_file())
        self.stdout.write(f"{file}: keep a copy apart from the database; without it all is lost.")
