"""A process of the web server: one request at a time, and nobody waits for ever.

gunicorn's sync worker, and three things more. A request is worked on when all of it has come, so
that who sends slowly holds nobody up. A caller knows how long it has waited since then, in the
kernel's queue, too. And while a request takes long, a doorman looks at who is first in that queue
and turns those away whose time is over. What they are told: `overload.py`.
"""

import contextlib
import gc
import os
import selectors
import socket
import threading
import time
from typing import Any, Final

from django.conf import settings
from gunicorn import http
from gunicorn.workers.sync import SyncWorker

from borgerservice.serving.callers import Caller

ROOM: Final = 240
"""So many may be sending at a time; then the one who has sent longest is hung up on."""
SENT_WITHIN: Final = 30.0
UNREAD: Final = 1024 * 1024
"""So much of an answer the kernel keeps for who reads slowly, where it allows that."""
ROUND: Final = 1.0
LONG: Final = 0.25
LOOK_EVERY: Final = 0.1
_NOBODY_TO_ANSWER: Final = (StopIteration, http.errors.NoMoreData, ConnectionError, TimeoutError)


class Worker(SyncWorker):  # type: ignore[misc]
    """What `server.py` names."""

    def run(self) -> None:
        """Answer until told to end."""
        gc.collect()
        gc.freeze()  # what is loaded stays: it need not be looked through again and again
        self._busy_since: float | None = None
        self._first: Caller | None = None
        self._door = threading.Lock()
        self._sending: dict[Caller, float] = {}
        self._poll = selectors.DefaultSelector()
        self._poll.register(self.PIPE[0], selectors.EVENT_READ)
        for listener in self.sockets:
            listener.setblocking(False)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
            with contextlib.suppress(AttributeError, OSError):  # Linux, and no socket in a file
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
            self._poll.register(listener, selectors.EVENT_READ, listener)
        threading.Thread(target=self._stand_at_the_door, name="doorman", daemon=True).start()
        while self.alive and self.is_parent_alive():
            self.notify()
            self._answer_who_has_come()
        self._listen_to_the_first()  # they stand in the queue for others no more

    def _answer_who_has_come(self) -> None:
        was_there_one = self._listen_to_the_first()
        for key, _events in self._poll.select(0 if was_there_one else ROUND):
            if isinstance(key.data, Caller):
                self._listen_to(key.data)
            elif key.data:
                if caller := _first_of(key.data):
                    self._listen_to(caller)
            else:
                os.read(self.PIPE[0], 4096)
        now = time.monotonic()
        for caller in [caller for caller, end in self._sending.items() if end < now]:
            self._hang_up_on(caller)

    def _listen_to_the_first(self) -> bool:
        """Whether the doorman had taken somebody out of the queue."""
        with self._door:
            first, self._first = self._first, None
        if first:
            self._listen_to(first)
        return first is not None

    def _listen_to(self, caller: Caller) -> None:
        try:
            has_come = caller.hear()
        except OSError:
            self._hang_up_on(caller)
            return
        if has_come:
            self._let_go(caller)
            self._work_for(caller)
        elif caller not in self._sending:
            if len(self._sending) >= ROOM:
                self._hang_up_on(next(iter(self._sending)))
            self._sending[caller] = caller.came_at + SENT_WITHIN
            self._poll.register(caller, selectors.EVENT_READ, caller)

    def _let_go(self, caller: Caller) -> None:
        if self._sending.pop(caller, None):
            self._poll.unregister(caller)

    def _hang_up_on(self, caller: Caller) -> None:
        self._let_go(caller)
        caller.close()

    def _work_for(self, caller: Caller) -> None:
        self._busy_since = time.monotonic()
        try:
            self.handle(caller.listener, caller, caller.address)
        finally:
            self._busy_since = None

    def handle(self, listener: socket.socket, client: Caller, addr: Any) -> None:
        """Answer one request, and hang up."""
        request = None
        try:
            request = next(http.get_parser(self.cfg, client, addr))
            self.handle_request(listener, request, client, addr)
        except _NOBODY_TO_ANSWER as problem:
            self.log.debug("Nobody to answer: %s", type(problem).__name__)
        except BaseException as problem:  # noqa: BLE001 - as in gunicorn: it is told, and on we go
            self.handle_error(request, client, addr, problem)
        finally:
            client.close()

    def _stand_at_the_door(self) -> None:
        """Look after those who wait while a request takes long. Runs in a thread of its own."""
        while self.alive:
            time.sleep(LOOK_EVERY)
            since = self._busy_since
            if since is None:
                if self._first:
                    os.write(self.PIPE[1], b"1")
            elif time.monotonic() - since > LONG:
                while caller := self._first_whose_time_is_over():
                    caller.turn_away()
                    self.handle(caller.listener, caller, caller.address)

    def _first_whose_time_is_over(self) -> Caller | None:
        """Take the first if it is time. At most one is taken before: the others stay for others."""
        with self._door:
            while caller := self._first or next(filter(None, map(_first_of, self.sockets)), None):
                self._first = None
                try:
                    caller.hear()
                except OSError:
                    caller.close()
                    continue
                if caller.waited > settings.ADMISSION_SECONDS:
                    return caller
                self._first = caller
                break
        return None


def _first_of(listener: socket.socket) -> Caller | None:
    """Whoever is first in a queue; None where another process was faster, or they have gone."""
    with contextlib.suppress(BlockingIOError, ConnectionError):
        return Caller(listener)
    return None
