"""What takes two: one member of staff proposes, another approves or declines."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from witnesses.models.ledger import Witnessing


class Proposal(models.Model):
    """Who proposed, and who else answered what. Unanswered while `answered_at` is null."""

    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint] | tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_takes_two",
                condition=Q(
                    answered_by__isnull=True, answered_at__isnull=True, is_approved__isnull=True
                )
                | (
                    Q(
                        answered_by__isnull=False,
                        answered_at__isnull=False,
                        is_approved__isnull=False,
                    )
                    & ~Q(answered_by=models.F("proposed_by"))
                ),
            ),
        )


class RuleSetProposal(Proposal):
    """That a rule set be in force from a day; approved, it becomes a `RuleSetInForce`."""

    rule_set = models.CharField(max_length=40)
    in_force_from = models.DateField()

    PRIVACY = {
        Life.IN_USE: {
            Kind.INTERNAL: "id proposed_by proposed_at answered_by answered_at is_approved"
            " rule_set in_force_from"
        }
    }

    def __str__(self) -> str:
        return f"rule set proposal {self.pk}"


class ReversalProposal(Proposal):
    """That a witnessing be reversed; approved, it becomes a `Reversal`."""

    class Reason(models.TextChoices):
        """Why a witnessing should not count. A statement proved false is none of these."""

        NOT_ISSUED = "not_issued", _("No MitID was issued")
        WRONG_PERSON = "wrong_person", _("The wrong person was recorded as the witness")
        RECORDED_TWICE = "recorded_twice", _("Recorded twice")
        DENIED = "denied", _("The witness says that they were not there")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    witnessing = models.ForeignKey(
        Witnessing, on_delete=models.PROTECT, related_name="reversal_proposals"
    )
    reason = models.CharField(max_length=14, choices=Reason)

    PRIVACY = {
        Life.LEDGER: {
            Kind.INTERNAL: "id proposed_by proposed_at answered_by answered_at is_approved"
            " municipality witnessing reason"
        }
    }

    unscoped = models.Manager["ReversalProposal"]()
    objects = MunicipalScope["ReversalProposal"]()

    class Meta(Proposal.Meta):
        default_manager_name = "unscoped"
        constraints = (
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                name="one_open_proposal_per_witnessing",
                fields=["witnessing"],
                condition=Q(answered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"reversal proposal {self.pk}"


class LinkProposal(Proposal):
    """That two persons are one human being; approved, it becomes a `PersonLink`."""

    class Reason(models.TextChoices):
        """How it became known."""

        NEW_NUMBER = "new_number", _("Has been given a new CPR number")
        FIRST_CPR_NUMBER = "first_cpr_number", _("Had a replacement number or P-code before")
        REGISTER = "register", _("The CPR register says so")
        INVESTIGATION = "investigation", _("Found in an investigation")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason)

    PRIVACY = {
        Life.LEDGER: {
            Kind.INTERNAL: "id proposed_by proposed_at answered_by answered_at is_approved"
            " municipality reason",
            Kind.PSEUDONYM: "person other",
        }
    }

    unscoped = models.Manager["LinkProposal"]()
    objects = MunicipalScope["LinkProposal"]()

    class Meta(Proposal.Meta):
        default_manager_name = "unscoped"
        constraints = (
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                name="a_link_is_between_two", condition=~Q(person=models.F("other"))
            ),
        )

    def __str__(self) -> str:
        return f"link proposal {self.pk}"
