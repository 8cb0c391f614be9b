"""A code sent to phone or e-mail, before a time is held."""

from django.db import models

from appointments.models.catalogue import ServiceType
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact
from borgerservice.privacy import Kind, Life


class ContactCode(models.Model):
    """A code under way to a contact, and the time that is wanted once it comes back.

    The code itself is nowhere: it is derived from the salt and a key outside the database, as the
    secret links are. Nothing is held for the time.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    service = models.ForeignKey(ServiceType, on_delete=models.CASCADE)
    people = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    code_salt = models.CharField(max_length=40)
    tries = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    PRIVACY = {
        Life.FORM: {
            Kind.INTERNAL: "id contact centre service people starts_at code_salt tries proven_at"
            " spent_at expires_at",
            Kind.SECRET: "token_hash",
        }
    }

    def __str__(self) -> str:
        return f"contact code {self.pk}"
