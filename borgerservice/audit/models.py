"""What was done, by whom, to what. Rows are added, never changed (guards/ of this app).

An entry goes when an `AuditHorizon` says that everything before a day has had its time.
"""

from django.db import models

from borgerservice.municipalities.models import Municipality
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class AuditEntry(models.Model):
    """One act. `actor` and `subject` are marks such as `staff:7` and `appointment:K7QF-3MRX`."""

    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    municipality = models.ForeignKey(
        Municipality, null=True, on_delete=models.PROTECT, db_index=False
    )
    facts = models.JSONField(default=dict)

    PRIVACY = {Life.AUDIT: {Kind.INTERNAL: "id at event actor subject municipality facts"}}

    unscoped = models.Manager["AuditEntry"]()
    objects = MunicipalScope["AuditEntry"]()

    class Meta:
        default_manager_name = "unscoped"
        indexes = (models.Index(name="audit_by_subject", fields=["subject", "id"]),)

    def __str__(self) -> str:
        return f"audit entry {self.pk}"


class AuditHorizon(models.Model):
    """Entries from before this day may go. The guard wants them to be 24 months old.

    Rows are added, never changed; the latest day counts.
    """

    before = models.DateField(unique=True)
    set_at = models.DateTimeField()

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id before set_at"}}

    def __str__(self) -> str:
        return f"audit horizon {self.pk}"
