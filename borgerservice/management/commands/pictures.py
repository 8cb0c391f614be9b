"""`manage.py pictures`: what citizens, witnesses and clerks see, as files to look at."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.pictures.camera import NoBrowser, open_browser
from borgerservice.pictures.demo import DemoFailed, running_demo
from borgerservice.pictures.walks import photograph


class Command(BaseCommand):
    """Start a demo of its own, walk through it in Chromium, and write a picture of each page."""

    help = "Take pictures of the pages: phone and desktop, Danish, English and Arabic."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where they go."""
        parser.add_argument(
            "--out", type=Path, default=settings.ROOT / "var" / "pictures", help="folder for them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them all; say how many and where."""
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with open_browser() as browser:
                self.stdout.write("Making a demo to take pictures of.")
                with running_demo() as demo:
                    taken = photograph(browser, demo, folder, tell=self.stdout.write)
        except (NoBrowser, DemoFailed) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{len(taken)} pictures in {folder}")
