"""The database backend. Django finds it by this file's name."""

import select
from typing import Any, Final

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from psycopg.pq import TransactionStatus

INERROR: Final = TransactionStatus.INERROR
PATIENCE: Final = 5
"""Seconds for a new connection."""


class DatabaseWrapper(PostgreSQL):
    """A kept connection is usable while the server has sent nothing that nobody asked for.

    And while no transaction left on it has failed. A server that stops or hangs up says so, which
    can be seen without asking it; Django would send a statement at the start of each request. Who
    is told something else than the end loses nothing: a new connection is made. `at_rest` are
    cursors of `borgerservice.database.planned` to be used again: a new one learns anew how to read
    and write each type.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """As set; and nobody waits long for a server that does not answer at all."""
        return {"connect_timeout": PATIENCE, **super().get_connection_params()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """As Django makes it; nobody has used a cursor on it yet."""
        self.at_rest: list[Any] = []
        return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        """Whether the connection that was kept can be used."""
        kept = self.connection
        if kept is None or kept.closed or kept.info.transaction_status is INERROR:
            return False
        line = select.poll()
        line.register(kept.fileno(), select.POLLIN)
        return not line.poll(0)
