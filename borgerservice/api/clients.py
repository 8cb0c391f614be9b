"""The municipalities' own systems: letting one in, and ending it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.db import transaction

from borgerservice.api.scopes import Scope
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import ApiClient, Municipality


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client and its secret, which is shown once and stored as a hash."""

    client: ApiClient
    secret: str

    def __repr__(self) -> str:
        return f"NewClient({self.client})"


@transaction.atomic
def create_api_client(
    *, municipality: Municipality, name: str, scopes: Sequence[Scope], actor: str, now: datetime
) -> NewClient:
    """Let a municipality's system in, with some scopes and no others."""
    secret = secrets.token_urlsafe(32)
    oauth = Client(
        id=secrets.token_hex(16),
        name=name,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
        created_at=now,
    )
    oauth.set_scopes([str(scope) for scope in scopes])
    oauth.set_default_scopes([str(scope) for scope in scopes])
    oauth.set_secret(secret)
    oauth.save(force_insert=True)
    client = ApiClient.unscoped.create(
        municipality=municipality, client_id=oauth.pk, name=name, created_at=now
    )
    record(
        Event.API_CLIENT_CREATED,
        actor=actor,
        subject=f"client:{client.pk}",
        municipality=municipality,
        at=now,
        facts={"scopes": [str(scope) for scope in scopes]},
    )
    return NewClient(client, secret)


@transaction.atomic
def end_api_client(*, client: ApiClient, actor: str, now: datetime) -> None:
    """Shut a client out: its tokens and its secret are gone at once. Twice is the same as once."""
    ended = ApiClient.unscoped.filter(pk=client.pk, ended_at__isnull=True).update(ended_at=now)
    if not ended:
        return
    Client.objects.filter(pk=client.client_id).delete()
    record(
        Event.API_CLIENT_ENDED,
        actor=actor,
        subject=f"client:{client.pk}",
        municipality=client.municipality_id,
        at=now,
    )
