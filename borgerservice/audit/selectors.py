"""Read what was done."""

from collections.abc import Collection

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Municipality


def history_of(*, municipality: Municipality, subject: str) -> list[AuditEntry]:
    """What happened to one subject of a municipality, oldest first."""
    return list(
        AuditEntry.objects.for_municipality(municipality).filter(subject=subject).order_by("id")
    )


def history_of_all(*, municipality: Municipality, subjects: Collection[str]) -> list[AuditEntry]:
    """What happened to some subjects of a municipality, oldest first. One statement."""
    entries = AuditEntry.objects.for_municipality(municipality)
    return list(entries.filter(subject__in=subjects).order_by("id"))
