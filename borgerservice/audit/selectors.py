"""Read what was done."""

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Municipality


def history_of(*, municipality: Municipality, subject: str) -> list[AuditEntry]:
    """What happened to one subject of a municipality, oldest first."""
    return list(
        AuditEntry.objects.for_municipality(municipality).filter(subject=subject).order_by("id")
    )
