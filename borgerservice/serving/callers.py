"""A connection to the web server, and what has come over it."""

import contextlib
import math
import re
import socket
import struct
import time
from tempfile import SpooledTemporaryFile
from typing import Any, Final

KEPT_IN_MEMORY: Final = 64 * 1024
LARGEST: Final = 32 * 1024 * 1024
READ_WITHIN: Final = 5.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
_LAST_DATA_RECEIVED: Final = 52
"""Where Linux's `tcp_info` says for how many milliseconds nothing has come."""


class Caller:
    """A connection, and what has come over it. To gunicorn it is a socket."""

    def __init__(self, listener: socket.socket) -> None:
        """Take the first in the queue. Raises OSError where there is none."""
        self.listener = listener
        self.client, self.address = listener.accept()
        self.client.setblocking(False)
        self.came_at = self._last_heard_at = time.monotonic()
        self._is_turned_away = False
        self._said = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - closed with the connection
        self._head = b""
        self._missing = math.inf
        self._answer: tuple[bytes, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    @property
    def waited(self) -> float:
        """Seconds since the last of the request came; for ever, where somebody was turned away."""
        if self._is_turned_away:
            return math.inf
        here = time.monotonic() - self._last_heard_at
        with contextlib.suppress(OSError, AttributeError, struct.error):
            told = self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
            (milliseconds,) = struct.unpack_from("I", told, _LAST_DATA_RECEIVED)
            return max(here, float(milliseconds) / 1000)
        return here

    def hear(self) -> bool:
        """Take in what has come; whether that was the last of it. Raises OSError."""
        while self._missing > 0:
            try:
                more = self.client.recv(KEPT_IN_MEMORY)
            except BlockingIOError:
                return False
            if not more:
                raise ConnectionResetError
            self._last_heard_at = time.monotonic()
            self._said.write(more)
            self._missing -= len(more)
            if self._missing == math.inf:
                self._missing = self._after_the_head(more)
        self._said.seek(0)
        self.client.settimeout(READ_WITHIN)
        return True

    def _after_the_head(self, more: bytes) -> float:
        """How much is missing, once that is known."""
        self._head += more
        head, end, rest = self._head.partition(_END)
        if not end:
            return math.inf if len(head) < KEPT_IN_MEMORY else 0
        told = _LENGTH.search(head + end)
        length = int(told[1]) if told else 0
        return length - len(rest) if length <= LARGEST else 0

    def turn_away(self) -> None:
        """Answer what has come, be it all or not; they have waited too long."""
        self._is_turned_away = True
        self._said.seek(0)

    def recv(self, size: int) -> bytes:
        """What gunicorn reads."""
        return self._said.read(size)

    def sendall(self, data: bytes) -> None:
        """What gunicorn answers: the head, then the rest. They go over together."""
        self._answer += (data,)

    def close(self) -> None:
        """Send the answer and hang up. All that was said has been heard: nothing is cut off."""
        with contextlib.suppress(OSError):
            self.client.sendall(b"".join(self._answer))
        self._said.close()
        self.client.close()
