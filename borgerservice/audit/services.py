"""Write down an act, in the transaction of the act."""

from collections.abc import Iterable
from datetime import datetime

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.database.rows import new_row
from borgerservice.municipalities.models import Municipality


def record(
    event: Event,
    *,
    actor: str,
    subject: str,
    municipality: "Municipality | int | None",
    at: datetime,
    facts: dict[str, object] | None = None,
) -> None:
    """Add one entry. `facts` are ids, codes and times: never a name, a number or free text."""
    unsaved_entry(
        event, actor=actor, subject=subject, municipality=municipality, at=at, facts=facts
    ).save(force_insert=True)


def record_each(
    event: Event, *, actor: str, subjects: Iterable[str], municipality: int, at: datetime
) -> None:
    """Add an entry for each of the subjects of one act."""
    AuditEntry.unscoped.bulk_create(
        unsaved_entry(event, actor=actor, subject=subject, municipality=municipality, at=at)
        for subject in subjects
    )


def unsaved_entry(
    event: Event,
    *,
    actor: str,
    subject: str,
    municipality: "Municipality | int | None",
    at: datetime,
    facts: dict[str, object] | None = None,
) -> AuditEntry:
    """One entry, yet to be written with the act it tells of."""
    return new_row(
        AuditEntry,
        event=event,
        actor=actor,
        subject=subject,
        municipality_id=getattr(municipality, "pk", municipality),
        at=at,
        facts=facts or {},
    )
