"""Clients of a real server, each request a connection of its own; told to wait, they wait."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

OVERLOADED = 503
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self):
        return json.loads(self.body)


def ask(
    port: int,
    method: str,
    path: str,
    body: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request. Raises OSError or HTTPException where nobody answers it."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - began)
    finally:
        connection.close()


def ask_politely(port: int, *asked, **more) -> Answer:
    """The same, again and again as long as the server says that it is overloaded."""
    while (answer := ask(port, *asked, **more)).status == OVERLOADED:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


def token(port: int, client_id: str, secret: str, scope: str) -> str:
    """What the token endpoint gives a municipality's system."""
    body = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": scope,
        }
    )
    return str(
        ask_politely(port, "POST", "/identity/o/api/token", body, FORM).json()["access_token"]
    )
