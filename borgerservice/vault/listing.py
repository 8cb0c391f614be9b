"""Listing the keys in use: processes that find a new one take turns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(7302::bigint << 48)"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A transaction in which nobody else lists a key."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(_ONE_AT_A_TIME)
        yield
