"""`manage.py load_demo`: what `make run` shows. Safe to run again; refused outside the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from borgerservice.demo.seed import load_demo
from borgerservice.kernel import clock


class Command(BaseCommand):
    """Add demo centres, desks, staff and visits where there are none."""

    help = "Add demo centres, desks, staff and visits; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how much."""
        if not settings.IS_DEMO:
            msg = "demo data belongs to the demo settings only"
            raise CommandError(msg)
        load_demo(
            passwords=settings.VAR / "demo-passwords.txt", now=clock.now(), tell=self.stdout.write
        )
