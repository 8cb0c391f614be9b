"""Which rules are in force from when, and the nation-wide ledger of witnessings."""

from django.db import models

from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from witnesses.models.cases import IdentityProofing


class RuleSetInForce(models.Model):
    """From which local date a rule set decides, with the quota's figures for the guard.

    One schedule for the whole installation. Rows are added, never changed: before a set decides,
    another may be scheduled for the same day, and the one added last counts.
    """

    class Unit(models.TextChoices):
        """What the quota counts."""

        WITNESSINGS = "witnessings"
        PERSONS = "persons"

    rule_set = models.CharField(max_length=40)
    in_force_from = models.DateField()
    quota_at_most = models.PositiveSmallIntegerField()
    quota_days = models.PositiveSmallIntegerField()
    quota_unit = models.CharField(max_length=11, choices=Unit)
    reversals_at_most = models.PositiveSmallIntegerField(default=2)
    proposed_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="rule_sets_proposed"
    )
    approved_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="rule_sets_approved"
    )
    created_at = models.DateTimeField()

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id rule_set in_force_from quota_at_most quota_days quota_unit"
            " reversals_at_most",
            Kind.INTERNAL: "proposed_by approved_by created_at",
        }
    }

    class Meta:
        indexes = (models.Index(name="schedule_by_day", fields=["in_force_from", "id"]),)
        constraints = (
            models.CheckConstraint(
                name="two_stewards_schedule_a_rule_set",
                condition=models.Q(proposed_by__isnull=True, approved_by__isnull=True)
                | (
                    models.Q(proposed_by__isnull=False, approved_by__isnull=False)
                    & ~models.Q(proposed_by=models.F("approved_by"))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"rule set in force {self.pk}"


class Witnessing(models.Model):
    """The nation-wide ledger: one accepted witnessing. Rows are added, never changed.

    `on_date` is the local day of the meeting, `recorded_on` that of the decision: later only with
    a reason. A row with a `Reversal` no longer counts. The guard in the database (`guards/`)
    refuses a row that would put more witnessings of the witness, under all persons they turned out
    to be, into a span than the rule set in force on its date allows, whoever inserts it.
    """

    witness = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="witnessings", db_index=False
    )
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="witnessed")
    on_date = models.DateField()
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    proofing = models.OneToOneField(IdentityProofing, on_delete=models.PROTECT)
    rule_set = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    recorded_on = models.DateField()
    late_reason = models.CharField(max_length=12, choices=IdentityProofing.LateReason, blank=True)

    PRIVACY = {
        Life.LEDGER: {
            Kind.PSEUDONYM: "witness applicant",
            Kind.INTERNAL: "id on_date municipality proofing rule_set recorded_at recorded_on"
            " late_reason",
        }
    }

    unscoped = models.Manager["Witnessing"]()
    objects = MunicipalScope["Witnessing"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.CheckConstraint(
                name="witness_is_somebody_else",
                condition=~models.Q(witness=models.F("applicant")),
            ),
            models.CheckConstraint(
                name="a_late_witnessing_says_why",
                condition=models.Q(recorded_on=models.F("on_date"), late_reason="")
                | (models.Q(recorded_on__gt=models.F("on_date")) & ~models.Q(late_reason="")),
            ),
        )
        indexes = (models.Index(name="witnessings_by_day", fields=["witness", "on_date"]),)

    def __str__(self) -> str:
        return f"witnessing {self.pk}"


class LedgerHorizon(models.Model):
    """Witnessings from before this day may go. The guard wants them to be 24 months old.

    Rows are added, never changed; the latest day counts. What is no longer known cannot be counted,
    so the guard takes no witnessing whose span of the quota reaches behind it.
    """

    before = models.DateField(unique=True)
    set_at = models.DateTimeField()

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id before set_at"}}

    def __str__(self) -> str:
        return f"ledger horizon {self.pk}"


class Reversal(models.Model):
    """A witnessing that no longer counts. Rows are added, never changed; the witnessing stays.

    Made when a second person approves the proposal. The guard in the database lets no witness have
    more reversals in a span than `reversals_at_most` of the schedule.
    """

    witnessing = models.OneToOneField(Witnessing, on_delete=models.PROTECT)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    proposal = models.OneToOneField("ReversalProposal", on_delete=models.PROTECT)
    reversed_on = models.DateField()
    recorded_at = models.DateTimeField()

    PRIVACY = {
        Life.LEDGER: {Kind.INTERNAL: "id witnessing municipality proposal reversed_on recorded_at"}
    }

    unscoped = models.Manager["Reversal"]()
    objects = MunicipalScope["Reversal"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"reversal {self.pk}"
