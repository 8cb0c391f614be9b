"""Rows that have had their time are deleted, past Django's own way: the guards have the last word.

In tables that only grow, PostgreSQL lets the application delete nothing. A function of their owner
does it there (`borgerservice/audit/guards`), and the tables' guards look at each row all the same.
"""

from collections.abc import Collection
from typing import Final

from django.db import connection
from django.db.models import Model

ONLY_GROWING: Final = (
    "audit_auditentry",
    "witnesses_witnessing",
    "witnesses_reversal",
    "witnesses_declaration",
    "witnesses_clientanswer",
)


def remove(model: type[Model], ids: Collection[int]) -> int:
    """Delete the rows with these ids, all or none; how many there were.

    What points to them is to be gone by the end of the transaction. Raises IntegrityError where a
    guard keeps one of them.
    """
    if not ids:
        return 0
    table = model._meta.db_table  # noqa: SLF001 - Django documents it
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and table in ONLY_GROWING:
            cursor.execute("SELECT remove_due(%s, %s::bigint[])", [table, list(ids)])
            return int(cursor.fetchone()[0])
        places = ", ".join(["%s"] * len(ids))
        quoted = connection.ops.quote_name(table)
        sql = f"DELETE FROM {quoted} WHERE id IN ({places})"  # noqa: S608 - a model's own table
        cursor.execute(sql, list(ids))
        return int(cursor.rowcount)
