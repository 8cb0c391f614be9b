"""`manage.py rotate_keys --domain mark`: one more version of a key, for what is written next."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.install import replace_private
from borgerservice.kernel import clock
from borgerservice.vault.keys import DOMAINS, KeyUnavailable, ring_in, with_new_version
from borgerservice.vault.marks import require_every_key
from borgerservice.vault.wrapping import list_wrapping_keys, newest_listed

AND_THEN = {
    "mark": (
        "Give every host this file. A host that has the former one goes on with it. People get"
        " their new mark when they are seen next; `manage.py rekey` gives it to all at once."
    ),
    "wrap": (
        "Give every host this file now: what is sealed from now on opens with it alone. What was"
        " sealed before stays under the former version."
    ),
    "link": (
        "Give every host this file now: links made from now on open with it alone. Links made"
        " before stay as they are."
    ),
}


class Command(BaseCommand):
    """Add a version to one domain of the key file; every other key stays.

    Running processes take the new file up by themselves.
    """

    help = "Add a version to one domain of the key file (KEYS_FILE), in one step, mode 0400."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which keys."""
        parser.add_argument("--domain", choices=DOMAINS, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say what is to be done with the file."""
        domain: str = options["domain"]
        file = Path(settings.KEYS_FILE)
        version = 0

        def change(text: str) -> str:
            nonlocal version
            above = newest_listed() if domain == "wrap" else 0
            changed, version = with_new_version(text, domain, above=above)
            if domain == "wrap":
                list_wrapping_keys(ring_in(changed).wrap, now=clock.now())
            return changed

        try:
            if domain == "mark":
                require_every_key()
            replace_private(file, change)
        except KeyUnavailable as lost:
            raise CommandError(f"{lost}. Put the former key file back first.") from lost
        except FileExistsError as held:
            raise CommandError(
                "Somebody else is rotating keys. If not, remove the .part file beside the keys."
            ) from held
        except OSError as problem:
            raise CommandError(f"The key file cannot be replaced: {problem.strerror}") from problem
        self.stdout.write(
            f"{file}: {domain} has version {version}. Keep a copy apart from the database; without"
            f" it all is lost. {AND_THEN[domain]}"
        )
