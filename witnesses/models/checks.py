"""A witness checked before the visit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Participant
from borgerservice.municipalities.models import Municipality
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class WitnessCheck(models.Model):
    """A citizen's question to one who may be their witness, and what came of it.

    The secret link goes from the citizen to the witness. `from_day` is the first day on which they
    may act, `failed` the rules that said no for the day of the visit. Who it was is a person, never
    a number or a name; `mitid_since` is what they said, for the desk to establish, and
    `papers_sealed` what they said they will bring, sealed with the visit's contact.
    """

    class Verdict(models.TextChoices):
        """What came of it; empty while nobody has signed in."""

        MAY = "may", _("May be the witness")
        NOT_YET = "not_yet", _("May be the witness, with other ID than they said")
        MAY_FROM = "may_from", _("May be a witness later")
        MAY_NOT = "may_not", _("May not be the witness")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="witness_checks"
    )
    link_salt = models.CharField(max_length=40)
    link_hash = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    checked_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True, default="")
    checked_for = models.DateField(null=True)
    from_day = models.DateField(null=True)
    failed = models.JSONField(default=list)
    mitid_since = models.DateField(null=True)
    is_mitid_unknown = models.BooleanField(default=False)
    papers_sealed = models.BinaryField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality participant link_salt asked_at checked_at verdict"
            " checked_for from_day failed mitid_since is_mitid_unknown withdrawn_at",
            Kind.PSEUDONYM: "person",
            Kind.SECRET: "link_hash",
        },
        Life.CONTACT: {Kind.PERSONAL: "papers_sealed"},
    }

    unscoped = models.Manager["WitnessCheck"]()
    objects = MunicipalScope["WitnessCheck"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="one_witness_is_asked_at_a_time",
                fields=["participant"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_check_has_a_verdict_and_a_person",
                condition=Q(checked_at__isnull=True, person__isnull=True, verdict="")
                | (Q(checked_at__isnull=False, person__isnull=False) & ~Q(verdict="")),
            ),
        )

    def __str__(self) -> str:
        return f"witness check {self.pk}"
