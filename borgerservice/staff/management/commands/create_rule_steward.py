"""manage.py create_rule_steward: one of those who schedule rule sets together."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.management.password import asked_for
from borgerservice.staff.services import appoint_rule_steward, make_rule_steward


class Command(BaseCommand):
    """Make a rule steward. It takes two to put a rule set in force."""

    help = (
        "Make a rule steward, who works in no municipality. Asks for the password, or reads one"
        " line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True, help="what the steward signs in with")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument(
            "--has-account",
            action="store_true",
            help="somebody who has an account and no role; no name and no password is asked for",
        )

    def handle(self, *args: object, **options: Any) -> None:
        name, now = options["username"], clock.now()
        try:
            if options["has_account"]:
                make_rule_steward(staff=_known(name), now=now)
            elif not (options["first_name"] and options["last_name"]):
                raise CommandError("A new account needs --first-name and --last-name.")
            else:
                appoint_rule_steward(
                    username=name,
                    first_name=options["first_name"],
                    last_name=options["last_name"],
                    password=asked_for(),
                    now=now,
                )
        except StaffRefused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{name} is a rule steward.")


def _known(username: str) -> StaffMember:
    staff = StaffMember.objects.filter(username=username).first()
    if staff is None:
        raise CommandError("Nobody has that user name.")
    return staff
