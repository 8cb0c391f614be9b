"""A seal broken past every service and guard, as a faulty disk or a half-restored backup leaves it."""

from django.db import connection
from django.db.models import Model

from borgerservice.vault.models import DataKey


def break_seal(row: Model, field: str) -> None:
    """Put something in a sealed field that nothing opens. Until the test's rows are rolled back.

    Guards of SQLite are taken away for it; on PostgreSQL the application's role cannot do that.
    """
    table = row._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(f"UPDATE {table} SET {field} = %s WHERE id = %s", [b"broken" * 10, row.pk])


def break_key(key: DataKey) -> None:
    """The same with a data key: nothing sealed under it opens."""
    DataKey.objects.filter(pk=key.pk).update(wrapped=b"broken" * 10)
