"""`manage.py load_reference`: municipalities, centres, services. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from appointments.services.centres.reference import load_reference


class Command(BaseCommand):
    """Load what every installation needs, by key; ids are kept."""

    help = "Load municipalities, regions, centres, hours and services; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say how much."""
        load_reference(tell=self.stdout.write)
