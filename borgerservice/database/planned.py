"""Statements sent over and over: PostgreSQL keeps them planned, connection by connection.

Django sends every statement with its values written into it, so the server reads and plans it anew;
for a wide one that takes longer than to run it.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

_PLACE: Final = re.compile(r"%(?:(s)|\((\w+)\)s|%)")


class _PlannedCursor(psycopg.RawCursor[Any]):
    """Takes Django's `%s` and `%(name)s`, and reads a text once for all times it is sent."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        if params is not None:
            query, names = _numbered(query)
            params = [params[name] for name in names] if isinstance(params, Mapping) else params
        self.connection.prepare_threshold = 0  # None again after, as Django has it
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None


class _KeptCursor(SQLiteCursorWrapper):
    """Reads Django's `%s` and `%(name)s` in a text once for all times it is sent."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        return sqlite3.Cursor.execute(self, _marked(query), params)


@lru_cache(maxsize=512)
def _marked(query: str) -> str:
    """The text with its places marked as SQLite has it."""

    def mark(place: re.Match[str]) -> str:
        if place[2]:
            return f":{place[2]}"
        return "?" if place[1] else "%"

    return _PLACE.sub(mark, query)


@lru_cache(maxsize=512)
def _numbered(query: str) -> tuple[bytes, tuple[str, ...]]:
    """The text with its places numbered as the server has it, and the names, if there are any."""
    names: list[str] = []

    def number(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        if place[2] in names:
            return f"${names.index(place[2]) + 1}"
        names.append(place[2] or "")
        return f"${len(names)}"

    return _PLACE.sub(number, query).encode(), tuple(names)


class _Planned:
    """The cursor while it is used; the database's errors leave it as Django's."""

    __slots__ = ("_at_rest", "_cursor", "_database")

    def __init__(self) -> None:
        self._database: Any = connections[DEFAULT_DB_ALIAS]  # found once, not once a name
        self._at_rest: list[_PlannedCursor] | None = None

    def __enter__(self) -> Any:
        self._cursor = self._found()
        return self._cursor

    def _found(self) -> Any:
        database = self._database
        if database.queries_logged or database.execute_wrappers:
            return database.cursor()
        database.close_if_health_check_failed()
        database.ensure_connection()
        database.validate_thread_sharing()
        database.validate_no_broken_transaction()
        if database.vendor != "postgresql":
            return database.connection.cursor(factory=_KeptCursor)
        self._at_rest = database.at_rest
        return self._at_rest.pop() if self._at_rest else _PlannedCursor(database.connection)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if problem is None and self._at_rest is not None:
            self._at_rest.append(self._cursor)
            return
        self._cursor.close()
        if problem:
            self._database.wrap_database_errors.__exit__(kind, problem, where)


def planned() -> AbstractContextManager[Any]:
    """A cursor for a statement that stays the same but for its parameters.

    Django's own where statements are logged with their values. SQLite plans quickly; there it is
    only the text that is not read anew. An error becomes Django's where the cursor is left.
    """
    return _Planned()


@contextmanager
def sent_at_once() -> Iterator[None]:
    """One transaction whose statements go to PostgreSQL in one message: answers come at its end.

    Within another transaction, and where statements are logged, it is a plain one.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or database.in_atomic_block or database.queries_logged:
        with transaction.atomic():
            yield
        return
    database.close_if_health_check_failed()
    database.ensure_connection()
    with database.wrap_database_errors, database.connection.pipeline():
        yield
