"""The nation-wide ledger: one witness is looked up and written down by one decision at a time.

Three layers refuse a witnessing too many: the rule (`rules/quota.py`), the lock here, and the guard
in the database (`guards/`), which takes the same lock itself and needs no help from Python.
"""

from django.db import IntegrityError, connection, transaction
from django.db.transaction import Atomic

from borgerservice.people.services import roots_of

# The guard `witness_quota` in guards/ledger.postgresql.sql locks by the same expression.
_LOCK_THE_ROOT = (
    "SELECT root, pg_advisory_xact_lock((7301::bigint << 48) | root) FROM ("
    "SELECT coalesce(min(root_id), %(person)s) AS root"
    " FROM people_personlink WHERE person_id = %(person)s) AS found"
)


def ledger_transaction() -> Atomic:
    """One transaction around looking and writing. On SQLite it begins as the only writer."""
    return transaction.atomic()


def hold_witness(person_id: int) -> int:
    """Keep every other decision about a witness waiting until this transaction ends.

    Returns the id of the person they turned out to be: a link that came in while this waited is
    waited for as well. To be called before the ledger is read. On SQLite the transaction itself
    is the lock.
    """
    if connection.vendor != "postgresql":
        return roots_of((person_id,))[person_id]
    held = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_THE_ROOT, {"person": person_id})
            root: int = cursor.fetchone()[0]
        if root == held:
            return root
        held = root


def is_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether it was the guard in the database that refused the witnessing."""
    return "witness_quota" in str(refusal)


def is_reversal_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether it was the guard in the database that refused one more reversal."""
    return "reversals_are_few: limit reached" in str(refusal)


def is_link_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether the guard refused a link since one of the two had been linked meanwhile."""
    return "links_join_whole_groups: link the roots" in str(refusal)
