"""The web server as it is shipped, before an application with odd pages; callers who are odd, too."""

import contextlib
import hashlib
import os
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.races.clients import Answer, ask
from tests.rig.databases import ROOT
from tests.rig.processes import Process
from tests.servers import Rig

pytestmark = pytest.mark.once
CONFIGURATION = "python:tests.platform.odd_site"
CONNECTED, CONNECTING = "01", "03"
Background = Callable[[str], "Future[Answer]"]


class Odd:
    """The server, and ways to call it."""

    def __init__(self, log: Path) -> None:
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = listener.getsockname()[1]
        with listener:
            self.process = Process(
                [
                    *(sys.executable, "-m", "gunicorn", "--config", CONFIGURATION),
                    *("--bind", f"fd://{listener.fileno()}"),
                ],
                log=log,
                env=dict(os.environ),
                cwd=ROOT,
                pass_fds=[listener.fileno()],
            )
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return self.get("/").status == 200
        except OSError:
            return False

    def get(self, path: str) -> Answer:
        return ask(self.port, "GET", path)

    def begun(self) -> list[str]:
        """The pages that were worked on, in turn."""
        lines = self.process.log().splitlines()
        return [line.removeprefix("begun ") for line in lines if line.startswith("begun ")]

    def wait_until_begun(self, path: str) -> None:
        """Return when a page is being worked on."""
        self.process.wait_until(lambda: path in self.begun())

    def wait_until_taken(self, caller: socket.socket) -> None:
        """Return when a caller stands in the kernel's queue no more."""
        ends = [f"{port:04X}" for port in (self.port, caller.getsockname()[1])]

        def is_taken() -> bool:
            lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
            ours = [line for line in lines if [line[1][-4:], line[2][-4:]] == ends]
            return not any(line[3] in {CONNECTED, CONNECTING} and line[9] == "0" for line in ours)

        self.process.wait_until(is_taken)

    def call(self, *, buffer: int | None = None) -> socket.socket:
        caller = socket.socket()
        if buffer:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        caller.settimeout(60)
        caller.connect(("127.0.0.1", self.port))
        return caller


def heard(caller: socket.socket) -> bytes:
    """All that is said until the other side hangs up."""
    parts = []
    while part := caller.recv(65536):
        parts.append(part)
    return b"".join(parts)


def head(path: str, *more: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]).encode()


@pytest.fixture(scope="module")
def odd(rig: Rig) -> Iterator[Odd]:
    server = Odd(rig.log_file("odd"))
    yield server
    server.process.stop()


@pytest.fixture
def in_background(odd: Odd) -> Iterator[Background]:
    """Ask for a page and go on when it is being worked on."""
    with ThreadPoolExecutor(1) as pool:

        def ask_for(path: str) -> "Future[Answer]":
            asked = pool.submit(odd.get, path)
            odd.wait_until_begun(path.partition("?")[0])
            return asked

        yield ask_for


def test_who_waits_behind_a_long_request_is_turned_away_and_never_begun(
    odd: Odd, in_background: Background
) -> None:
    slow = in_background("/slow/b/?seconds=6")
    with ThreadPoolExecutor(3) as pool:
        late = list(pool.map(odd.get, ["/late/", "/en/late/", "/api/v1/late/"]))
    assert not slow.done()
    assert {answer.status for answer in late} == {503}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 10 for answer in late)
    assert "default-src 'none'" in late[1].headers["Content-Security-Policy"]
    assert b"We could not get to you in time" in late[1].body
    assert late[2].json()["code"] == "overloaded"
    assert slow.result(60).status == 200
    assert not {"/late/", "/en/late/", "/api/v1/late/"} & {*odd.begun()}


def test_who_stopped_sending_behind_a_long_request_is_told_so(
    odd: Odd, in_background: Background
) -> None:
    slow = in_background("/slow/d/?seconds=6")
    with odd.call() as caller:
        caller.sendall(head("/half/", "Content-Length: 2", method="POST") + b"x")
        answer = heard(caller)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in answer
    assert not slow.done()
    assert slow.result(60).status == 200
    assert "/half/" not in odd.begun()


def test_those_who_gave_up_keep_nobody_from_being_told(odd: Odd, in_background: Background) -> None:
    slow = in_background("/slow/e/?seconds=6")
    for _ in range(150):
        with odd.call() as gone:
            gone.sendall(b"GET /gone/ HTTP/1.1\r\n")
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert odd.get("/late/").status == 503
    assert not slow.done()
    assert slow.result(60).status == 200


def test_who_was_let_in_gets_the_style_sheets_too(odd: Odd) -> None:
    with ThreadPoolExecutor(16) as pool:
        slow = [pool.submit(odd.get, "/slow/c/?seconds=0.24") for _ in range(14)]
        odd.wait_until_begun("/slow/c/")
        late = pool.submit(odd.get, "/late/")
        sheet = odd.get("/static/site.css")
    assert late.result(60).status == 503
    assert sheet.status == 200
    assert slow[0].result(60).status == 200


def test_who_waits_a_little_is_answered(odd: Odd, in_background: Background) -> None:
    slow = in_background("/slow/a/?seconds=1")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(odd.get, [f"/little/{number}/" for number in range(4)]))
    assert {answer.status for answer in answers} == {200}
    assert slow.result(60).status == 200


def test_who_sends_slowly_holds_nobody_up_and_is_not_late(odd: Odd) -> None:
    said = b"x" * 300_000
    asked = head("/slow-sender/", f"Content-Length: {len(said)}", method="POST") + said
    with odd.call() as caller:
        for start, end in ((0, 10), (10, 40), (40, 200_000)):
            caller.sendall(asked[start:end])
            assert odd.get("/meanwhile/").status == 200
        assert "/slow-sender/" not in odd.begun()
        time.sleep(2.2)
        caller.sendall(asked[200_000:])
        answer = heard(caller)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(hashlib.sha256(said).hexdigest().encode())


def test_who_reads_slowly_holds_nobody_up(odd: Odd) -> None:
    with odd.call(buffer=4096) as caller:
        caller.sendall(head("/long/"))
        odd.wait_until_begun("/long/")
        for _ in range(3):
            assert odd.get("/meanwhile/").status == 200
        _head, _, body = heard(caller).partition(b"\r\n\r\n")
    assert len(body) == 150_000


def test_who_never_ends_is_hung_up_on(odd: Odd) -> None:
    with odd.call() as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert heard(caller) == b""


def test_the_room_for_those_who_send_is_never_full(odd: Odd) -> None:
    with contextlib.ExitStack() as all_of_them:
        callers = [all_of_them.enter_context(odd.call()) for _ in range(5)]
        for caller in callers:
            caller.sendall(b"GET /room/ HTTP/1.1\r\n")
            assert odd.get("/meanwhile/").status == 200
        assert heard(callers[0]) == b""
        callers[-1].sendall(b"Host: localhost\r\n\r\n")
        assert heard(callers[-1]).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\r\n",
        b"GET / HTTP/1.1\r\n: nothing\r\n\r\n",
        b"GET /" + b"x" * 200_000,
        head("/", "Content-Length: a"),
        head("/", "Content-Length: 5", "Transfer-Encoding: chunked", method="POST") + b"5\r\nhallo",
        head("/", "Content-Length: 99999999999", method="POST") + b"x",
        bytes(range(256)) * 4,
    ],
    ids=lambda said: f"{said[:12]!r} of {len(said)}",
)
def test_nonsense_harms_nobody(odd: Odd, said: bytes) -> None:
    answer = b""
    with odd.call() as caller, contextlib.suppress(OSError):
        caller.sendall(said)
        caller.shutdown(socket.SHUT_WR)
        answer = heard(caller)
    assert not answer.startswith(b"HTTP/1.1 5") or b" 501 " in answer[:20]
    assert odd.get("/after/").status == 200


def test_what_was_begun_is_finished_when_the_server_ends(rig: Rig) -> None:
    server = Odd(rig.log_file("odd"))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(server.get, "/slow/?seconds=2")
        server.wait_until_begun("/slow/")
        server.process.stop()
        assert slow.result(60).status == 200


def test_who_was_taken_out_of_the_queue_is_answered_when_the_server_ends(rig: Rig) -> None:
    server = Odd(rig.log_file("odd"))
    with ThreadPoolExecutor(1) as pool, server.call() as caller:
        slow = pool.submit(server.get, "/slow/?seconds=3")
        server.wait_until_begun("/slow/")
        caller.sendall(head("/next/"))
        server.wait_until_taken(caller)
        server.process.stop()
        assert slow.result(60).status == 200
        assert heard(caller).startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 503 "))
