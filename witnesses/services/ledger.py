"""The nation-wide ledger: one witness is looked up and written down by one decision at a time.

Three layers refuse a witnessing too many: the rule (`rules/quota.py`), the lock here, and the guard
in the database (`guards/`), which takes the same lock itself and needs no help from Python.
"""

from django.db import IntegrityError, connection, transaction
from django.db.transaction import Atomic

from borgerservice.people.models import Person

# The guard `witness_quota` in guards/postgresql.sql locks by the same expression.
_LOCK = "SELECT pg_advisory_xact_lock((7301::bigint << 48) | %s)"


def ledger_transaction() -> Atomic:
    """One transaction around looking and writing. On SQLite it begins as the only writer."""
    return transaction.atomic()


def hold_witness(witness: Person) -> None:
    """Keep every other decision about a witness waiting until this transaction ends.

    To be called before the ledger is read. On SQLite the transaction itself is the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [witness.pk])


def is_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether it was the guard in the database that refused the witnessing."""
    return "witness_quota" in str(refusal)
