"""gunicorn with two workers, and a client that costs as little as it can. Loopback only."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from borgerservice.bench.processes import Child

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PATIENCE = 60.0

Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Site:
    """Something served on a port by a process and its workers."""

    port: int
    pid: int

    def workers(self) -> list[int]:
        """The processes that answer."""
        listed = subprocess.run(
            ["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        pairs = (line.split() for line in listed.stdout.splitlines())
        return [int(pid) for pid, parent in pairs if int(parent) == self.pid]


@contextlib.contextmanager
def serving(*options: str, log: Path, env: Mapping[str, str] | None = None) -> Iterator[Site]:
    """Serve what gunicorn's options name, with as many workers. Raises DidNotStart."""
    listener = socket.create_server((HOST, 0), backlog=512)
    port = int(listener.getsockname()[1])
    with listener:
        server = Child(
            [
                *(sys.executable, "-m", "gunicorn", *options, "--workers", str(WORKERS)),
                *("--bind", f"fd://{listener.fileno()}"),
                *("--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket"),
            ],
            log=log,
            env={**os.environ, **(env or {})},
            cwd=ROOT,
            pass_fds=[listener.fileno()],
        )
    try:
        site = Site(port, server.pid)
        server.wait_until(lambda: _answers(site))
        yield site
    finally:
        server.stop()


def _answers(site: Site) -> bool:
    with contextlib.suppress(OSError):
        return Browser(site).ask(get("/healthz"))[0] > 0
    return False


def get(path: str, *, bearer: str = "", session: str = "") -> bytes:
    """A GET as it goes over the wire, of an API client or of staff."""
    more = f"Cookie: sessionid={session}\r\n" if session else ""
    return _request("GET", path, bearer=bearer, more=more)


def post(path: str, body: Mapping[str, object], *, bearer: str, key: str) -> bytes:
    """A POST of JSON with an idempotency key as it goes over the wire."""
    content = json.dumps(body).encode()
    more = (
        f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(content)}\r\n"
    )
    return _request("POST", path, bearer=bearer, more=more) + content


def token(site: Site, credentials: str) -> str:
    """What the token endpoint gives for some credentials."""
    content = credentials.encode()
    more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n"
    status, answer = Browser(site).ask(
        _request("POST", "/identity/o/api/token", more=more) + content
    )
    if status != HTTPStatus.OK:
        raise OSError(f"no token: {status}")
    return str(json.loads(answer)["access_token"])


def _request(method: str, path: str, *, bearer: str = "", more: str = "") -> bytes:
    who = f"Authorization: Bearer {bearer}\r\n" if bearer else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n{who}{more}\r\n"
    ).encode()


class Browser:
    """One client: a connection that is kept as long as the server keeps it."""

    def __init__(self, site: Site) -> None:
        self._port = site.port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Answer:
        """Send a request and read the whole answer. Raises OSError where there is none."""
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=PATIENCE)
        try:
            return self._exchange(self._socket, request)
        except OSError:
            self._hang_up()
            raise

    def _exchange(self, connection: socket.socket, request: bytes) -> Answer:
        connection.sendall(request)
        head, _, body = self._until_head().partition(b"\r\n\r\n")
        fields = head.lower()
        status = int(head[9:12])
        length = fields.partition(b"content-length:")[2].partition(b"\r\n")[0]
        if length:
            body = self._rest(body, int(length))
        elif b"chunked" in fields:
            body = self._chunks(body)
        if b"connection: close" in fields:
            self._hang_up()
        return status, body

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _until_head(self) -> bytes:
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += self._more()
        return seen

    def _rest(self, body: bytes, length: int) -> bytes:
        parts, size = [body], len(body)
        while size < length:
            parts.append(self._more())
            size += len(parts[-1])
        return b"".join(parts)

    def _chunks(self, body: bytes) -> bytes:
        """The chunks as they came: nobody reads them."""
        while not body.endswith(b"0\r\n\r\n"):
            body += self._more()
        return body

    def _more(self) -> bytes:
        if self._socket is None:
            raise OSError("not connected")
        more = self._socket.recv(262_144)
        if not more:
            raise ConnectionResetError("the server hung up")
        return more
