"""The database backend. Django finds it by this file's name."""

import os
import select
import sqlite3
import time
from contextlib import suppress
from typing import Any, Final

from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

LOOK_AGAIN: Final = 0.01
"""Seconds: whoever wrote may be no process of ours, or killed before it rang."""
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)
"""Another writes, or mends what one who was killed has left."""
_MOST_HEARD: Final = 2**16
"""What the pipe holds."""


class Bell:
    """Rung by who has written, heard by all who wait to write: a named pipe beside the database.

    It decides nothing. Who writes next is decided by SQLite's lock alone.
    """

    def __init__(self, database: str) -> None:
        name = f"{database}-bell"
        with suppress(FileExistsError):
            os.mkfifo(name, 0o600)
        self._pipe = os.open(name, os.O_RDWR | os.O_NONBLOCK)
        self._ear = _Ear(self._pipe)

    def ring(self) -> None:
        """Wake those who wait."""
        with suppress(BlockingIOError):  # full: it has rung more than anybody listened
            os.write(self._pipe, b"!")

    def silence(self) -> None:
        """Forget how often it has rung until now."""
        with suppress(BlockingIOError):
            os.read(self._pipe, _MOST_HEARD)

    def wait(self, seconds: float) -> None:
        """Come back when it rings, or after so long."""
        self._ear.listen(seconds)

    def __del__(self) -> None:
        os.close(self._pipe)


class Log:
    """The write-ahead log of a file: what of it is on the disk outlives a loss of power.

    SQLite writes what is committed at its end and takes nothing from it to the file before both
    are on the disk (`synchronous = NORMAL`), so one flush keeps all that was committed before it.
    """

    def __init__(self, database: str) -> None:
        self._name = f"{database}-wal"
        self._file: int | None = None

    def flush(self) -> None:
        """Come back when all that is committed is on the disk."""
        if self._file is None:  # there is one now, and it stays while this connection does
            self._file = os.open(self._name, os.O_RDONLY)
        _to_the_disk(self._file)

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)


class _EarOfAll:
    """Hears each ring, as do all others who listen."""

    def __init__(self, pipe: int) -> None:
        self._poll = select.poll()
        self._poll.register(pipe, select.POLLIN)

    def listen(self, seconds: float) -> None:
        self._poll.poll(1000 * seconds)


class _EarOfOne:
    """Hears a ring if it has listened the longest: of many who wait only one can write next."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._poll = select.epoll()

    def listen(self, seconds: float) -> None:
        self._poll.register(self._pipe, select.EPOLLIN | select.EPOLLEXCLUSIVE)  # at the end
        self._poll.poll(seconds)
        self._poll.unregister(self._pipe)


_to_the_disk: Final = getattr(os, "fdatasync", os.fsync)
_Ear: Final = _EarOfOne if hasattr(select, "epoll") else _EarOfAll


class DatabaseWrapper(SQLite):
    """A file, in which whoever waits to write is woken when the one before is done.

    SQLite itself sleeps a little, then longer and longer, up to a tenth of a second: with four who
    write, the file lay idle for a third of the time, and the unlucky waited long. It also lets
    nobody write while what was written goes to the disk; here the next begins meanwhile, and
    whoever committed goes on once it is there.
    """

    _bell: Bell
    _log: Log

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """As Django makes it, with the bell of the file."""
        made = super().get_new_connection(conn_params)
        database = os.fspath(conn_params["database"])
        self._bell = Bell(database)
        self._log = Log(database)
        return made

    def commit(self) -> None:
        """As Django does it; the next may write while what is committed goes to the disk."""
        super().commit()
        self._bell.ring()
        self._each_waits_for_the_disk()
        self._log.flush()

    def rollback(self) -> None:
        """As Django does it; then the next may write."""
        super().rollback()
        self._bell.ring()
        self._each_waits_for_the_disk()

    def _each_waits_for_the_disk(self) -> None:
        """SQLite waits for it at each statement that is a transaction of its own."""
        if self.connection is not None:
            self.connection.execute("PRAGMA synchronous = FULL")

    def _start_transaction_under_autocommit(self) -> None:
        """Begin as the only writer, in Django's place. Raises OperationalError after `timeout`."""
        patience = self.settings_dict["OPTIONS"]["timeout"]
        with self.wrap_database_errors:
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.connection.execute("PRAGMA synchronous = NORMAL")
            try:
                self._begin(until=time.monotonic() + patience)
            except sqlite3.Error:
                self._each_waits_for_the_disk()
                raise
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")

    def _begin(self, *, until: float) -> None:
        is_silent = False
        while True:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode not in _BUSY or time.monotonic() > until:
                    raise
            else:
                return
            if is_silent:
                self._bell.wait(LOOK_AGAIN)
            self._bell.silence()
            is_silent = True
