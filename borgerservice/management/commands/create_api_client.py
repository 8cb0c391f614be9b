"""manage.py create_api_client: let a municipality's system into the API."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import MEANINGS, Scope
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Municipality


class Command(BaseCommand):
    """Make a client; its secret is shown here and never again."""

    help = "Let a municipality's system into the API. Prints id, secret and token address once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--municipality", required=True, metavar="CODE", help="its four digits, as 0657"
        )
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=[str(scope) for scope in Scope],
            help="what it may do; once for each. "
            + " ".join(f"{scope}: {meaning}" for scope, meaning in MEANINGS.items()),
        )
        parser.add_argument("--name", default="", help="what the municipality calls the system")

    def handle(self, *args: object, **options: Any) -> None:
        place = Municipality.objects.filter(code=options["municipality"]).first()
        if place is None:
            raise CommandError("No municipality has that code. Run load_reference first?")
        made = create_api_client(
            municipality=place,
            name=options["name"][:100] or place.name,
            scopes=[scope for scope in Scope if scope in options["scope"]],
            actor="command",
            now=clock.now(),
        )
        self.stdout.write(f"client_id:     {made.client.client_id}")
        self.stdout.write(f"client_secret: {made.secret}")
        self.stdout.write(f"token address: {settings.PUBLIC_ADDRESS}{reverse('api-token')}")
        self.stderr.write("The secret is not shown again.")
