"""Who calls: the token names a client, the client its municipality. One statement."""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from borgerservice.database.planned import planned
from borgerservice.kernel import clock

_REALM: Final = 'Bearer realm="borgerservice"'
_WHOSE: Final = """
SELECT c.id, c.municipality_id, t.scopes, t.data
FROM allauth_idp_oidc_token t JOIN municipalities_apiclient c ON c.client_id = t.client_id
WHERE t.type = %s AND t.hash = %s AND (t.expires_at IS NULL OR t.expires_at > %s)
  AND t.user_id IS NULL AND c.ended_at IS NULL
"""
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Caller:
    """The client that calls, and what its token lets it do."""

    client_id: int
    municipality_id: int
    scopes: frozenset[str]


class ClientToken(BaseAuthentication):
    """An OAuth 2.0 access token of a municipality's client, in the Authorization header only.

    `request.auth` is the Caller; there is no user. A token that has expired, or whose client has
    ended, is refused at once.
    """

    def authenticate(self, request: Request) -> tuple[None, Caller] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if header[:6].lower() != "bearer":
            return None
        sent = _BEARER.fullmatch(header)
        caller = sent and _caller(sent[1])
        if not caller:
            raise AuthenticationFailed
        return None, caller

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for (RFC 6750)."""
        if "Authorization" in request.headers:
            return f'{_REALM}, error="invalid_token"'
        return _REALM


def _caller(token: str) -> Caller | None:
    """The client that a valid token was given to. One for a resource of its own is not for us."""
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with planned() as cursor:
        cursor.execute(_WHOSE, [Token.Type.ACCESS_TOKEN.value, _adapter().hash_token(token), now])
        found = cursor.fetchone()
    if found is None:
        return None
    client_id, municipality_id, scopes, data = found
    given = _given(scopes, data)
    return None if given is None else Caller(client_id, municipality_id, given)


@cache
def _adapter() -> Any:
    """The library looks for its class anew for each token."""
    return get_adapter()


@lru_cache(maxsize=256)
def _given(scopes: str, data: str | None) -> frozenset[str] | None:
    """The scopes of a token as it is stored, None for a resource of its own; many hold the same."""
    token = Token(scopes=scopes, data=json.loads(data) if data else None)
    return None if token.get_resources() else frozenset(token.get_scopes())
