"""A municipality's system, as it calls the API from a test."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc.models import Token
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.municipalities.models import ApiClient, Municipality
from tests.builders import NOW
from tests.platform.described import as_described

ROOT = "/api/v1/"
PROBLEM = "application/problem+json"


class System:
    """Somebody's program: with a token of its municipality, or without one.

    What it is answered must be as the API describes itself.
    """

    def __init__(self, token: str = "", client: ApiClient | None = None, **headers: str) -> None:
        self.token = token
        self.client = client
        self.headers = {"Accept-Language": "en", **headers}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self._http = Client(raise_request_exception=False)

    def get(self, call: str, query: Any = None, **headers: str) -> Any:
        headers = {**self.headers, **headers}
        return as_described(self._http.get(ROOT + call, query, headers=headers))

    def post(self, call: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        kind = headers.pop("content_type", "application/json")
        headers = {**self.headers, **headers}
        return as_described(self._http.post(ROOT + call, sent, content_type=kind, headers=headers))

    def send(self, method: str, call: str, **headers: str) -> Any:
        headers = {**self.headers, **headers}
        return as_described(self._http.generic(method, ROOT + call, headers=headers))

    def book(self, body: Any, key: str | None = None) -> Any:
        """Book, under a key of its own unless one is given."""
        return self.post("appointments/", body, **{"Idempotency-Key": key or secrets.token_hex(8)})


def build_system(
    place: Municipality,
    scopes: Sequence[Scope] = tuple(Scope),
    *,
    now: datetime = NOW,
    **headers: str,
) -> System:
    """A system of a municipality, with a token that holds the scopes."""
    made = create_api_client(
        municipality=place, name="Journal", scopes=scopes, actor="command", now=now
    )
    token = secrets.token_urlsafe(32)
    stored = Token(
        type=Token.Type.ACCESS_TOKEN,
        client_id=made.client.client_id,
        expires_at=now + timedelta(hours=1),
    )
    stored.set_value(token)
    stored.set_scopes([str(scope) for scope in scopes])
    stored.save()
    return System(token, made.client, **headers)


def problem(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """What an error says to programs: status, code, and each fault's code and pointer.

    Fails unless the answer is a whole problem+json.
    """
    assert answer["Content-Type"] == PROBLEM
    told = answer.json()
    assert list(told)[:6] == ["type", "title", "status", "code", "detail", "errors"]
    assert told["type"] == "about:blank"
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"]
    assert all(set(fault) == {"code", "detail", "pointer"} for fault in told["errors"])
    assert all(fault["detail"] for fault in told["errors"])
    faults = [(fault["code"], fault["pointer"]) for fault in told["errors"]]
    return told["status"], told["code"], faults


def statements(call: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What a call answers, and the SQL it took."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    return answer, [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
