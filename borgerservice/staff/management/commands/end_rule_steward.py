"""manage.py end_rule_steward: somebody schedules rule sets no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.services import end_rule_steward


class Command(BaseCommand):
    """End the role of a rule steward, at once; what they proposed stays proposed."""

    help = "End the role of a rule steward."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True, help="what the steward signs in with")

    def handle(self, *args: object, **options: Any) -> None:
        staff = StaffMember.objects.filter(username=options["username"]).first()
        if staff is None:
            raise CommandError("Nobody has that user name.")
        try:
            end_rule_steward(staff=staff, now=clock.now())
        except StaffRefused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{staff.username} is no longer a rule steward.")
