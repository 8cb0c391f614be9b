"""What others have locked, or wait for, on PostgreSQL; asked from within a transaction."""

from django.db import connection, transaction

from appointments.models import DeskDay
from borgerservice.municipalities.models import Centre

WAITING = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (
  SELECT pid FROM pg_locks WHERE pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())))
"""


def are_days_locked(centre: Centre) -> bool:
    """Whether somebody else has a day of the centre; what is locked to find out is let go again."""
    days = DeskDay.objects.filter(centre=centre)
    with transaction.atomic():
        free = list(days.select_for_update(skip_locked=True).values_list("pk"))
        transaction.set_rollback(True)
    return len(free) < days.count()


def is_somebody_waiting() -> bool:
    """Whether a transaction waits for one of another."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
