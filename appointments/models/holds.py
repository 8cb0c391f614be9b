"""Times kept from others for a while."""

from django.db import models

from appointments.models.desks import Desk
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class Hold(models.Model):
    """A time at a desk that nobody else can take until `expires_at` (reservation).

    Its ticks are taken in the desk-day. It ends by comparison: who finds an expired one in the way
    removes it. `returned` is a place given back that comes free at a moment nobody can guess.
    `caps` are the services it is kept for, as a bit set; none where it is kept for nobody.
    Who points to a hold does not keep it: a hold that is gone is one that was used or is over.
    """

    class Purpose(models.TextChoices):
        """For whom the time is kept."""

        CITIZEN = "citizen"
        OFFER = "offer"
        RETURNED = "returned"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT)
    day = models.DateField()
    starts_at = models.DateTimeField()
    busy_until = models.DateTimeField()
    purpose = models.CharField(max_length=8, choices=Purpose)
    caps = models.BigIntegerField(default=0)
    secret_hash = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField()

    PRIVACY = {
        Life.HOUR: {
            Kind.INTERNAL: "id municipality centre desk day starts_at busy_until purpose"
            " caps expires_at",
            Kind.SECRET: "secret_hash",
        }
    }

    unscoped = models.Manager["Hold"]()
    objects = MunicipalScope["Hold"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.CheckConstraint(
                name="a_hold_ends_after_it_starts",
                condition=models.Q(starts_at__lt=models.F("busy_until")),
            ),
            models.UniqueConstraint(
                name="a_secret_opens_one_hold",
                fields=["secret_hash"],
                condition=~models.Q(secret_hash=""),
            ),
        )
        indexes = (models.Index(name="holds_of_a_centre", fields=["centre", "day", "desk"]),)

    def __str__(self) -> str:
        return f"hold {self.pk}"
