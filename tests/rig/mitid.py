"""MitID for tests, over real HTTP: the demo's provider, and one that answers as badly as it is told.

Both run in a thread, so a test's own clock is theirs too.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import RSAKey
from pytest_django.fixtures import Settings
from werkzeug.serving import WSGIRequestHandler, make_server

from borgerservice.adapters.mitid import oidc
from borgerservice.adapters.mitid.demo import demo_provider
from borgerservice.adapters.mitid.demo_witnesses import DemoWitness
from borgerservice.kernel import clock

CLIENT, SECRET = "borgerservice", "a-test-secret"
Claims = dict[str, object]


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def demo_running(*witnesses: DemoWitness) -> Iterator[str]:
    """The demo's provider, who knows these witnesses; its issuer."""
    server = make_server(
        "127.0.0.1", 0, demo_provider(witnesses), threaded=True, request_handler=_Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def choose(address: str, **form: str) -> str:
    """Open the demo's page, press a button on it, and be sent back: where to."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=5)
        assert page.status_code == 200, page.text
        assert "ikke MitID" in page.text
        answer = browser.post(address, data=form, timeout=5, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def use_broker(settings: Settings, issuer: str) -> None:
    """Let this process's witnesses sign in there; whoever had the port before is forgotten."""
    oidc._known.clear()
    settings.MITID_BROKER = "borgerservice.adapters.mitid.oidc.OidcBroker"
    settings.MITID = {
        **settings.MITID,
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "parameters": {"reference_text": "{text}"},
    }


@cache
def key(name: str) -> RSAKey:
    """A signing key; made once a run."""
    return RSAKey.generate_key(2048, parameters={"kid": name, "use": "sig", "alg": "RS256"})


def signed(claims: Claims, **header: object) -> str:
    """An ID token by the provider's right key."""
    return jwt.encode({"alg": "RS256", "kid": "right", **header}, claims, key("right"))


def signed_by_another(claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "right"}, claims, key("wrong"))


def signed_by_nobody(claims: Claims) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(map(_part, parts)) + "."


def signed_with_the_public_key(claims: Claims) -> str:
    """The well-known mix-up: the public key taken for a shared secret."""
    text = ".".join(map(_part, ({"alg": "HS256", "kid": "right"}, claims)))
    mac = hmac.new(key("right").as_pem(private=False), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_coded(mac)}"


def signed_with_a_demand(claims: Claims) -> str:
    """Rightly signed, with a header that must be understood and is not."""
    head = {"alg": "RS256", "kid": "right", "crit": ["x"], "x": 1}
    text = ".".join(map(_part, (head, claims)))
    private = key("right").private_key
    return f"{text}.{_coded(private.sign(text.encode(), PKCS1v15(), SHA256()))}"


def _part(value: object) -> str:
    return _coded(json.dumps(value).encode())


def _coded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Hostile:
    """A provider that does right until told otherwise.

    `person` are the claims of whoever signs in; `altered` changes the claims, `token` makes the ID
    token of them, and `reply` is the whole answer of the token endpoint in place of the right one.
    `published` is the key it publishes. Codes are used once, and only with their verifier.
    """

    person: Claims
    altered: Callable[[Claims], Claims] = lambda claims: claims
    token: Callable[[Claims], str] = signed
    reply: tuple[int, str] | None = None
    more: Claims = field(default_factory=dict)
    published: str = "right"
    hangs: bool = False
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    issuer: str = ""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def let_in(self, address: str, **more: str) -> str:
        """Somebody signs in: where their browser is sent back to."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        query = dict(parse_qsl(parts.query))
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], **more}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def metadata(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, str]:
        """What a request gets."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self.metadata())
        if path == "/keys":
            published = {**key(self.published).as_dict(private=False)}
            return 200, json.dumps({"keys": [published]})
        if path == "/userinfo":
            return 200, json.dumps({"sub": self.person["sub"], **self.more})
        return self.reply or self._exchange(form, authorization)

    def _exchange(self, form: dict[str, str], authorization: str) -> tuple[int, str]:
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = _coded(hashed)
        if (
            asked is None
            or authorization != f"Basic {basic}"
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, json.dumps({"error": "invalid_grant"})
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            **self.person,
        }
        token = self.token(self.altered(claims))
        self.tokens.append(token)
        answer = {"access_token": "an-access-token", "token_type": "Bearer", "id_token": token}
        return 200, json.dumps(answer)


@contextmanager
def hostile_running(**person: object) -> Iterator[Hostile]:
    """A provider at whose mercy we are, for as long as the block lasts."""
    provider = Hostile(person)
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            if provider.hangs:
                ended.wait(30)
                return
            path = urlsplit(self.path).path
            status, text = provider.answer(path, form, self.headers.get("Authorization", ""))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
