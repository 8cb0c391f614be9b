"""manage.py end_api_client: shut a municipality's system out of the API."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.api.clients import end_api_client
from borgerservice.kernel import clock
from borgerservice.municipalities.models import ApiClient


class Command(BaseCommand):
    """End a client; its tokens and its secret are refused from this moment."""

    help = "Shut a municipality's system out of the API, at once and for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client_id", help="as create_api_client printed it")

    def handle(self, *args: object, **options: Any) -> None:
        client = ApiClient.unscoped.filter(client_id=options["client_id"]).first()
        if client is None:
            raise CommandError("No client has that id.")
        end_api_client(client=client, actor="command", now=clock.now())
        self.stdout.write("The client has ended.")
