"""The nation-wide ledger: one witness is looked up and written down by one decision at a time.

Three layers refuse a witnessing too many: the rule (`rules/quota.py`), the lock here, and the guard
in the database (`guards/`), which takes the same lock itself and needs no help from Python.
"""

from typing import Final

from django.db import IntegrityError, connection, transaction
from django.db.transaction import Atomic

from borgerservice.database.planned import planned
from borgerservice.database.together import Guarded
from borgerservice.people.services import roots_of

# The guard `witness_quota` in guards/ledger.postgresql.sql locks by the same expression.
_LOCK: Final = "SELECT pg_advisory_xact_lock((7301::bigint << 48) | %s)"


def ledger_transaction() -> Atomic:
    """One transaction around looking and writing. On SQLite it begins as the only writer."""
    return transaction.atomic()


def hold_witness(person_id: int) -> int:
    """Keep every other decision about a witness waiting until this transaction ends.

    Returns the id of the person they turned out to be: a link that came in while this waited is
    waited for as well. To be called before the ledger is read.
    """
    held, root = None, roots_of((person_id,))[person_id]
    while root != held:
        hold_root(root)
        held, root = root, roots_of((person_id,))[person_id]
    return root


def hold_root(root: int) -> None:
    """The lock itself, on who a witness turned out to be. They may meanwhile be somebody else.

    On SQLite the transaction is the lock.
    """
    if lock := lock_on(root):
        with planned() as cursor:
            cursor.execute(lock.sql, lock.parameters)


def lock_on(root: int) -> Guarded | None:
    """The statement that takes the lock, to be sent ahead of what is written under it."""
    return Guarded(_LOCK, [root]) if connection.vendor == "postgresql" else None


def is_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether it was the guard in the database that refused the witnessing."""
    return "witness_quota" in str(refusal)


def is_no_longer_known(refusal: IntegrityError) -> bool:
    """Whether the meeting is so long ago that what was witnessed before it is forgotten."""
    return "witness_quota: what is no longer known" in str(refusal)


def is_reversal_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether it was the guard in the database that refused one more reversal."""
    return "reversals_are_few: limit reached" in str(refusal)


def is_link_guards_refusal(refusal: IntegrityError) -> bool:
    """Whether the guard refused a link since one of the two had been linked meanwhile."""
    return "links_join_whole_groups: link the roots" in str(refusal)
