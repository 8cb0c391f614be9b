"""Which SQL statements something takes."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection


@contextlib.contextmanager
def counting() -> Iterator[list[str]]:
    """The statements of what is done within, as they come."""
    seen: list[str] = []

    def note(
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: Any,
        context: Any,
    ) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
