"""manage.py create_administrator: the first administrator of a municipality."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.kernel import clock
from borgerservice.municipalities.models import Municipality
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.management.password import asked_for
from borgerservice.staff.services import appoint_administrator


class Command(BaseCommand):
    """Make the account that can invite everybody else in a municipality."""

    help = "Make a municipality's first administrator. Asks for the password, or reads one line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--municipality", required=True, metavar="CODE", help="its four digits, as 0657"
        )
        parser.add_argument(
            "--username", required=True, help="what the administrator signs in with"
        )
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)

    def handle(self, *args: object, **options: Any) -> None:
        place = Municipality.objects.filter(code=options["municipality"]).first()
        if place is None:
            raise CommandError("No municipality has that code. Run load_reference first?")
        try:
            appoint_administrator(
                municipality=place,
                username=options["username"],
                first_name=options["first_name"],
                last_name=options["last_name"],
                password=asked_for(),
                now=clock.now(),
            )
        except StaffRefused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{options['username']} is administrator of {place.name}.")
