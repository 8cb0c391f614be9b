"""A text message provider that counts: a real HTTP server, which can also fail or be slow."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pytest_django.fixtures import Settings


@dataclass(frozen=True)
class Posted:
    """One request that reached the provider."""

    reference: str
    to: str
    text: str
    token: str


class Provider:
    """What it accepted is in `accepted`; `status` is what it answers next.

    A provider that honours references delivers each once (`delivered`), a deaf one whatever it
    accepted (`accepted_of`). `hold_after(n)` lets it accept the n-th and then keep silent.
    """

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.status = 200
        self.held = threading.Event()
        self._answer = threading.Event()
        self._answer.set()
        self._hold_at: int | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/messages"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def accepted_of(self) -> Counter[str]:
        return Counter(post.reference for post in self.posts)

    @property
    def delivered(self) -> set[str]:
        return set(self.accepted_of)

    @property
    def repeats(self) -> int:
        """How many messages somebody got more than once from a deaf provider."""
        return len(self.posts) - len(self.delivered)

    def hold_after(self, number: int) -> None:
        """Accept that many more, and answer the last of them only after `go_on`."""
        self.held.clear()
        self._answer.clear()
        self._hold_at = len(self.posts) + number

    def go_on(self) -> None:
        self._hold_at = None
        self._answer.set()

    def stop(self) -> None:
        self.go_on()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, post: Posted) -> int:
        with self._lock:
            status = self.status
            if 200 <= status < 300:
                self.posts.append(post)
            is_held = len(self.posts) == self._hold_at
        if is_held:
            self.held.set()
            self._answer.wait(30)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Idempotency-Key"] == body["reference"]
                status = provider._take(Posted(**body, token=self.headers["Authorization"]))
                try:
                    self.send_response(status)
                    if 300 <= status < 400:
                        self.send_header("Location", "/messages")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # the one who asked is no more

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextmanager
def provider_running() -> Iterator[Provider]:
    """A provider for as long as the block lasts."""
    provider = Provider()
    try:
        yield provider
    finally:
        provider.stop()


@contextmanager
def provider_used(settings: Settings) -> Iterator[Provider]:
    """A provider that this process's text messages go to."""
    with provider_running() as provider:
        settings.SMS_GATEWAY = "borgerservice.adapters.sms.live.HttpsSms"
        settings.SMS_GATEWAY_URL = provider.url
        settings.SMS_GATEWAY_TOKEN = "the-token"
        yield provider
