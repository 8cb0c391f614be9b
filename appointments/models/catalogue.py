"""What one can come for, and where."""

from django.db import models

from borgerservice.municipalities.models import Centre
from borgerservice.privacy import Kind, Life


class ServiceType(models.Model):
    """What one can come for (ydelse). Texts are held per language: `{"da": …, "en": …}`.

    `bit` is the service's place in a desk's set of capabilities, 0 to 47. `with_witness` is the
    same service for somebody who brings a witness, which takes longer.
    """

    code = models.SlugField(max_length=40, unique=True)
    bit = models.PositiveSmallIntegerField(unique=True)
    minutes = models.PositiveSmallIntegerField()
    proves_identity = models.BooleanField(default=False)
    with_witness = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    names = models.JSONField()
    summaries = models.JSONField(default=dict)
    bring = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id code bit minutes proves_identity with_witness names summaries bring"
            " source position"
        }
    }

    class Meta:
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                name="a_service_has_a_bit_and_whole_ticks",
                condition=models.Q(bit__lte=47, minutes__gte=5, minutes__lte=480),
            ),
        )

    def __str__(self) -> str:
        return self.code


class CentreService(models.Model):
    """A service one can book at a centre, with its length there.

    Lead time and horizon left out are the centre's.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="offers")
    service = models.ForeignKey(ServiceType, on_delete=models.PROTECT)
    minutes = models.PositiveSmallIntegerField()
    buffer_minutes = models.PositiveSmallIntegerField(default=0)
    lead_minutes = models.PositiveIntegerField(null=True, blank=True)
    horizon_days = models.PositiveSmallIntegerField(null=True, blank=True)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id centre service minutes buffer_minutes lead_minutes horizon_days"
        }
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="a_centre_offers_a_service_once", fields=["centre", "service"]
            ),
        )

    def __str__(self) -> str:
        return f"offer {self.pk}"
