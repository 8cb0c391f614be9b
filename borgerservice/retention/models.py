"""What two people let go of, what is kept all the same, and that a visit is gone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from witnesses.models.proposals import Proposal


class Disposal(Proposal):
    """That a municipality's visits from before a day go, with their cases (kassation).

    `authority` is the journal number under which the archives said that they may
    (arkivbekendtgørelsen). The guard wants the day to be 5 years ago when it is proposed. What was
    held when it was approved takes another approval once the hold is lifted.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    before = models.DateField()
    authority = models.CharField(max_length=40)

    PRIVACY = {
        Life.IN_USE: {
            Kind.INTERNAL: "id municipality before authority proposed_by proposed_at answered_by"
            " answered_at is_approved"
        }
    }

    unscoped = models.Manager["Disposal"]()
    objects = MunicipalScope["Disposal"]()

    class Meta(Proposal.Meta):
        default_manager_name = "unscoped"
        constraints = (
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                name="one_open_disposal_per_municipality",
                fields=["municipality"],
                condition=Q(answered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"disposal {self.pk}"


class LegalHold(models.Model):
    """That a visit, its cases and what was recorded about them stay until the hold is lifted."""

    class Reason(models.TextChoices):
        """Why something is still needed."""

        COMPLAINT = "complaint", _("Complaint")
        OBJECTION = "objection", _("The citizen says that something is wrong")
        COURT = "court", _("Court case")
        INVESTIGATION = "investigation", _("Suspicion of fraud")
        SUPERVISION = "supervision", _("An authority looks into it")
        ARCHIVES = "archives", _("The archives want it")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=13, choices=Reason)
    placed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality appointment reason placed_by placed_at lifted_by"
            " lifted_at"
        }
    }

    unscoped = models.Manager["LegalHold"]()
    objects = MunicipalScope["LegalHold"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="a_visit_is_held_once",
                fields=["appointment"],
                condition=Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="somebody_lifts_a_hold",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"legal hold {self.pk}"


class DisposedVisit(models.Model):
    """That a visit is gone, and with which disposal. Rows are added, never changed.

    `visit` is the id it had. Written before anything of it is deleted: the guards in the database
    let nothing of a visit go that has no such row, and take none for a visit that is to stay.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    visit = models.BigIntegerField(unique=True)
    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="visits")
    disposed_at = models.DateTimeField()

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id municipality visit disposal disposed_at"}}

    unscoped = models.Manager["DisposedVisit"]()
    objects = MunicipalScope["DisposedVisit"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"disposed visit {self.pk}"
