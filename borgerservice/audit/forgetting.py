"""Entries go by themselves after 24 months."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry, AuditHorizon
from borgerservice.audit.services import record
from borgerservice.database.removal import remove
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.terms import midnight, years_before

KEPT_YEARS: Final = 2
AT_ONCE: Final = 1000


def forget_entries(*, now: datetime, keeping: Collection[str]) -> int:
    """Delete entries older than 24 months; how many. Those of the subjects in `keeping` stay.

    That it was done is recorded with each of the steps in which it is done.
    """
    before = years_before(danish_date(now), KEPT_YEARS) - timedelta(days=1)
    gone = 0
    while due := _due(before, keeping):
        with transaction.atomic():
            AuditHorizon.objects.get_or_create(before=before, defaults={"set_at": now})
            went = remove(AuditEntry, due)
            record(
                Event.AUDIT_FORGOTTEN,
                actor="system",
                subject="audit",
                municipality=None,
                at=now,
                facts={"before": before.isoformat(), "entries": went},
            )
        gone += went
    return gone


def _due(before: date, keeping: Collection[str]) -> list[int]:
    """The oldest entries that are due. They stand in the order in which they were written."""
    # Across municipalities: a life that is over is over everywhere.
    oldest = AuditEntry.unscoped.exclude(subject__in=keeping).order_by("pk")
    begins = midnight(before)
    return [pk for pk, at in oldest.values_list("pk", "at")[:AT_ONCE] if at < begins]
