"""What a fraud reviewer should look at. It refuses nobody, and no citizen or clerk sees it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from witnesses.models.ledger import Witnessing


class FraudSignal(models.Model):
    """A pattern in the ledger, opened for each municipality it touches.

    `witnessing` is the one that completed the pattern, wherever in the country it was recorded.
    """

    class Pattern(models.TextChoices):
        """What was seen."""

        SEVERAL_MUNICIPALITIES = "several_municipalities", _("Witness in several municipalities")
        EACH_OTHER = "each_other", _("Two people witnessed for each other")
        RECENTLY_WITNESSED = "recently_witnessed", _("Was witnessed recently, now a witness")
        AT_THE_LIMIT = "at_the_limit", _("Used the next one as soon as it was free")
        REVERSALS = "reversals", _("Several witnessings reversed")

    class Finding(models.TextChoices):
        """What the reviewer found."""

        HARMLESS = "harmless", _("Harmless")
        WATCH = "watch", _("To be watched")
        REPORTED = "reported", _("Reported to the police")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    pattern = models.CharField(max_length=22, choices=Pattern)
    witness = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="fraud_signals")
    witnessing = models.ForeignKey(
        Witnessing, on_delete=models.PROTECT, related_name="fraud_signals"
    )
    opened_at = models.DateTimeField()
    finding = models.CharField(max_length=8, choices=Finding, blank=True)
    reviewed_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT)
    reviewed_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.LEDGER: {
            Kind.INTERNAL: "id municipality pattern witnessing opened_at finding reviewed_by"
            " reviewed_at",
            Kind.PSEUDONYM: "witness",
        }
    }

    unscoped = models.Manager["FraudSignal"]()
    objects = MunicipalScope["FraudSignal"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="one_signal_per_pattern_and_witnessing",
                fields=["municipality", "pattern", "witnessing"],
            ),
            models.CheckConstraint(
                name="a_review_is_whole",
                condition=Q(finding="", reviewed_by__isnull=True, reviewed_at__isnull=True)
                | (~Q(finding="") & Q(reviewed_by__isnull=False, reviewed_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"fraud signal {self.pk}"
