"""Whether an error says that the database is away for a while: stopped, restarting, or too busy."""

import random
from typing import Final

from django.db import InterfaceError, OperationalError

RETRY_AFTER: Final = range(2, 7)
"""Seconds; they differ, so that not all come back at once."""
_NOT_REACHED: Final = ("08", "57P01", "57P02", "57P03", "53300")
"""PostgreSQL's codes: no connection; shutting down, crashed, starting; no connection left."""
_LOCKED_OR_CLOSED: Final = (5, 6, 14)
"""SQLite's codes: busy, locked, the file cannot be opened."""


def is_away(problem: BaseException | None) -> bool:
    """Whether the same request may well succeed in a moment, as nothing is wrong but the reach."""
    if not isinstance(problem, OperationalError | InterfaceError):
        return False
    cause = problem.__cause__
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _LOCKED_OR_CLOSED
    code = getattr(cause, "sqlstate", "")
    # None: the connection was lost, or refused, before the server said a word.
    return code is None or (bool(code) and code.startswith(_NOT_REACHED))


def retry_after() -> str:
    """In how many seconds to ask again, for the header."""
    return str(random.choice(RETRY_AFTER))  # noqa: S311 - nobody gains by guessing it
