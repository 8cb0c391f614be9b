"""Statements sent over and over: PostgreSQL keeps them planned, connection by connection.

Django sends every statement with its values written into it, so the server reads and plans it anew;
for a wide one that takes longer than to run it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class _PlannedCursor(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        self.connection.prepare_threshold = 0  # None again after, as Django has it
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None


@contextmanager
def planned() -> Iterator[CursorWrapper]:
    """A cursor for a statement that stays the same but for its parameters.

    Django's own for SQLite, which plans quickly, and where statements are logged with their values.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    kept: Any = _PlannedCursor(connection.connection)
    with connection.make_cursor(kept) as cursor:
        yield cursor
