"""Statements sent over and over: PostgreSQL keeps them planned, connection by connection.

Django sends every statement with its values written into it, so the server reads and plans it anew;
for a wide one that takes longer than to run it.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, Self

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.backends.utils import CursorWrapper

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
    """Reads Django's `%s` in a text once for all times it is sent."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _marked(query)


@lru_cache(maxsize=512)
def _marked(query: str) -> str:
    """The text with its places marked as SQLite has it."""
    return _PLACE.sub(lambda place: "?" if place[1] else "%", query)


@lru_cache(maxsize=512)
def _numbered(query: str) -> tuple[str, tuple[str, ...]]:
    """The text with its places numbered as the server has it, and the names, if there are any."""
    names: list[str] = []

    def number(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        if place[2] in names:
            return f"${names.index(place[2]) + 1}"
        names.append(place[2] or "")
        return f"${len(names)}"

    return _PLACE.sub(number, query), tuple(names)


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """A cursor for a statement that stays the same but for its parameters.

    Django's own where statements are logged with their values. SQLite plans quickly; there it is
    only the text that is not read anew.
    """
    database = connections[DEFAULT_DB_ALIAS]  # found once, not once a name
    if database.queries_logged:
        with database.cursor() as cursor:
            yield cursor
        return
    database.close_if_health_check_failed()
    database.ensure_connection()
    kept: Any = (
        _PlannedCursor(database.connection)
        if database.vendor == "postgresql"
        else database.connection.cursor(factory=_KeptCursor)
    )
    with database.make_cursor(kept) as cursor:
        yield cursor


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
