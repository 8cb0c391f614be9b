"""Who calls: the token names a client, the client its municipality. Two queries."""

import re
from dataclasses import dataclass
from typing import Final

from allauth.idp.oidc.models import Token
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from borgerservice.municipalities.models import ApiClient

_REALM: Final = 'Bearer realm="borgerservice"'
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """The client that calls, and what its token lets it do."""

    client: ApiClient
    scopes: frozenset[str]


class ClientToken(BaseAuthentication):
    """An OAuth 2.0 access token of a municipality's client, in the Authorization header only.

    `request.auth` is the Caller; there is no user. A token that has expired, or whose client has
    ended, is refused at once.
    """

    def authenticate(self, request: Request) -> tuple[None, Caller] | None:
        header = request.headers.get("Authorization", "")
        if header[:6].lower() != "bearer":
            return None
        sent = _BEARER.fullmatch(header)
        token = sent and Token.objects.lookup(Token.Type.ACCESS_TOKEN, sent[1])
        if not token or token.user_id is not None or token.get_resources():
            raise AuthenticationFailed
        client = (
            ApiClient.unscoped.select_related("municipality")
            .filter(client_id=token.client_id, ended_at__isnull=True)
            .first()
        )
        if client is None:
            raise AuthenticationFailed
        return None, Caller(client, frozenset(token.get_scopes()))

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 6750)."""
        if "Authorization" in request.headers:
            return f'{_REALM}, error="invalid_token"'
        return _REALM
