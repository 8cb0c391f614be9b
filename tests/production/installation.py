"""An installation as an operator sets it up: everything from the environment, nothing from us."""

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from borgerservice.install import ensure_secrets
from tests.rig.services import Broker, Server

ADDRESS = "https://booking.example.dk"


def environment(folder: Path, *, broker: Broker, sms_url: str) -> dict[str, str]:
    """What the production settings need, but for the databases."""
    made = ensure_secrets(folder)
    return {
        "DJANGO_SETTINGS_MODULE": "borgerservice.settings.production",
        "SECRET_KEY": made["secret_key"],
        "TOKEN_KEY": made["token_key"].replace("\n", "\\n"),
        "KEYS_FILE": str(folder / "keys.json"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_ADDRESS": ADDRESS,
        "CELERY_BROKER_URL": broker.url,
        "EMAIL_URL": "dummymail://",
        "DEFAULT_FROM_EMAIL": "borgerservice@example.dk",
        "SMS_GATEWAY": "borgerservice.adapters.sms.live.HttpsSms",
        "SMS_GATEWAY_URL": sms_url,
        "SMS_GATEWAY_TOKEN": secrets.token_urlsafe(16),
        "STATIC_ROOT": str(folder / "static"),
    }


class Door:
    """HTTP to the server as the proxy in front of it speaks: encrypted outside, plain inside."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = ""

    def ask(
        self,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        is_behind_proxy: bool = True,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of an answer; redirects are not followed."""
        sent = dict(headers or {})
        if is_behind_proxy:
            sent["X-Forwarded-Proto"] = "https"
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.server.url(path), data=body, headers=sent)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()

    def post_json(self, path: str, body: object, **headers: str) -> tuple[int, dict]:
        status, _, answer = self.ask(
            path,
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        return status, json.loads(answer)

    def sign_in(self, client_id: str, secret: str, scope: str) -> None:
        form = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": secret,
                "scope": scope,
            }
        )
        status, _, answer = self.ask("/identity/o/api/token", body=form.encode())
        assert status == 200, answer
        self.token = json.loads(answer)["access_token"]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
