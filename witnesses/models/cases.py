"""One case: the proofing, the documents shown, and the witness's statement."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.models import Participant
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from borgerservice.vault.models import DataKey


class AssuranceLevel(models.TextChoices):
    """How sure an identity is (sikringsniveau): the levels of EU 2015/1502 and NSIS."""

    LOW = "low", _("Low")
    SUBSTANTIAL = "substantial", _("Substantial")
    HIGH = "high", _("High")


class IdentityProofing(models.Model):
    """The whole act of proving one participant's identity, and its record (identitetssikring).

    `state` names the furthest step done, `revision` counts every step taken. The applicant's name
    and number and the facts the decision rested on are sealed under the case's own key.
    """

    class State(models.TextChoices):
        """Steps in their order; which may follow which is `rules/lifecycle.py`."""

        OPENED = "opened", _("Opened")
        DOCUMENTS = "documents", _("Documents recorded")
        QUESTIONS = "questions", _("Questions recorded")
        WITNESS = "witness", _("Witness recorded")
        DECIDED = "decided", _("Decided")
        ABANDONED = "abandoned", _("Abandoned")

    class Questions(models.TextChoices):
        """How the CPR questions in the national client went. Never a question or an answer."""

        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        NOT_AVAILABLE = "not_available", _("Could not be asked")
        DECLINED = "declined", _("Declined by the citizen")
        NOT_ASKED = "not_asked", _("Not asked")

    class WitnessReason(models.TextChoices):
        """Why a witness was called on. Every witness case says one of these."""

        NEWLY_ARRIVED = "newly_arrived", _("Has lived in Denmark for a short time")
        NO_DANISH_ADDRESS = "no_danish_address", _("Has no address in Denmark")
        NO_CPR_NUMBER = "no_cpr_number", _("Has no CPR number")
        QUESTIONS_NOT_POSSIBLE = "questions_not_possible", _("The questions could not be asked")
        QUESTIONS_FAILED = "questions_failed", _("Did not pass the questions")
        QUESTIONS_DECLINED = "questions_declined", _("Does not want to answer the questions")

    class LateReason(models.TextChoices):
        """Why a case was decided after the day of the meeting."""

        SYSTEM_DOWN = "system_down", _("The system could not be reached")
        ON_PAPER = "on_paper", _("Recorded on paper at the meeting")
        NOT_FINISHED = "not_finished", _("Not finished on the day")

    class Outcome(models.TextChoices):
        """The decision."""

        CONFIRMED = "confirmed", _("Identity confirmed")
        NOT_CONFIRMED = "not_confirmed", _("Identity not confirmed")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="proofings")
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT)
    reference = models.CharField(max_length=12)
    state = models.CharField(max_length=9, choices=State, default=State.OPENED)
    revision = models.PositiveSmallIntegerField(default=0)
    data_key = models.OneToOneField(DataKey, on_delete=models.PROTECT)
    opened_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, related_name="proofings_opened", db_index=False
    )
    opened_at = models.DateTimeField()
    name_sealed = models.BinaryField(null=True)
    applicant = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="proofings"
    )
    number_kind = models.CharField(max_length=11, blank=True)
    number_sealed = models.BinaryField(null=True)
    birth_date_sealed = models.BinaryField(null=True)
    wants_cpr_link = models.BooleanField(default=True)
    assurance_level = models.CharField(
        max_length=11, choices=AssuranceLevel, default=AssuranceLevel.SUBSTANTIAL
    )
    questions = models.CharField(max_length=13, choices=Questions, default=Questions.NOT_ASKED)
    witness_reason = models.CharField(max_length=22, choices=WitnessReason, blank=True)
    decided_by = models.ForeignKey(
        StaffMember,
        null=True,
        on_delete=models.PROTECT,
        related_name="proofings_decided",
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True)
    decided_on = models.DateField(null=True)
    late_reason = models.CharField(max_length=12, choices=LateReason, blank=True)
    rule_set = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=13, choices=Outcome, blank=True)
    route = models.CharField(max_length=9, blank=True)
    failed = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    facts_sealed = models.BinaryField(null=True)

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality participant previous reference state revision data_key"
            " opened_by opened_at number_kind wants_cpr_link assurance_level questions"
            " witness_reason decided_by decided_at decided_on late_reason rule_set outcome route"
            " failed",
            Kind.PERSONAL: "name_sealed findings",
            Kind.PSEUDONYM: "applicant",
            Kind.CONFIDENTIAL: "number_sealed birth_date_sealed facts_sealed",
        }
    }

    unscoped = models.Manager["IdentityProofing"]()
    objects = MunicipalScope["IdentityProofing"]()

    class Meta:
        default_manager_name = "unscoped"
        indexes = (
            models.Index(
                name="decisions_by_day",
                fields=["municipality", "decided_on", "id"],
                condition=models.Q(state="decided"),
            ),
        )
        constraints = (
            models.UniqueConstraint(name="one_case_per_reference", fields=["reference"]),
            models.UniqueConstraint(
                name="one_open_proofing_per_participant",
                fields=["participant"],
                condition=~models.Q(state__in=["decided", "abandoned"]),
            ),
            models.CheckConstraint(
                name="a_case_has_a_known_state",
                condition=models.Q(
                    state__in=[
                        "opened",
                        "documents",
                        "questions",
                        "witness",
                        "decided",
                        "abandoned",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="a_decision_is_whole",
                condition=(
                    models.Q(state="decided")
                    & ~models.Q(outcome="")
                    & ~models.Q(rule_set="")
                    & models.Q(decided_at__isnull=False, decided_on__isnull=False)
                    & models.Q(decided_by__isnull=False, facts_sealed__isnull=False)
                )
                | (~models.Q(state="decided") & models.Q(outcome="", decided_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"identity proofing {self.pk}"


class WitnessStatement(models.Model):
    """A witness's confirmation, before a clerk, of who the applicant is (vidneudsagn).

    The field's other words for the role: applicant reference (NIST), voucher (OpenID), vouch
    (GPG 45). Replaced by another before the decision, the row stays with `withdrawn_at`.
    """

    class Established(models.TextChoices):
        """How the date since which the witness has had MitID became known."""

        NATIONAL_CLIENT = "national_client", _("Seen in the national client")
        SHOWN = "shown", _("Shown by the witness")
        OWN_RECORD = "own_record", _("First seen by us on that day")
        NOT_ESTABLISHED = "not_established", _("Could not be established")

    class Relationship(models.TextChoices):
        """What the witness is to the applicant."""

        SPOUSE = "spouse", _("Spouse or partner")
        FAMILY = "family", _("Other family")
        FRIEND = "friend", _("Friend or neighbour")
        COLLEAGUE = "colleague", _("Colleague or employer")
        SUPPORT = "support", _("Professional support")
        OTHER = "other", _("Other")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    proofing = models.ForeignKey(
        IdentityProofing, on_delete=models.PROTECT, related_name="statements"
    )
    position = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="statements")
    number_kind = models.CharField(max_length=11)
    number_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    birth_date_sealed = models.BinaryField()
    mitid_since = models.DateField(null=True)
    mitid_established = models.CharField(max_length=15, choices=Established)
    brought_mitid = models.BooleanField()
    assurance_level = models.CharField(
        max_length=11, choices=AssuranceLevel, default=AssuranceLevel.SUBSTANTIAL
    )
    relationship = models.CharField(max_length=9, choices=Relationship)
    recorded_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality proofing position number_kind mitid_established"
            " brought_mitid assurance_level recorded_by recorded_at withdrawn_at",
            Kind.PERSONAL: "mitid_since relationship name_sealed birth_date_sealed",
            Kind.PSEUDONYM: "person",
            Kind.CONFIDENTIAL: "number_sealed",
        }
    }

    unscoped = models.Manager["WitnessStatement"]()
    objects = MunicipalScope["WitnessStatement"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="one_witness_at_a_time",
                fields=["proofing"],
                condition=models.Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_statement_per_position", fields=["proofing", "position"]
            ),
            models.CheckConstraint(
                name="a_mitid_date_is_established",
                condition=models.Q(mitid_established="not_established", mitid_since__isnull=True)
                | (
                    ~models.Q(mitid_established="not_established")
                    & models.Q(mitid_since__isnull=False)
                ),
            ),
        )

    def __str__(self) -> str:
        return f"witness statement {self.pk}"


class DocumentEvidence(models.Model):
    """One document a person showed (legitimation). Never a scan, never its number.

    Corrected before the decision, the row stays with `withdrawn_at`.
    """

    class Holder(models.TextChoices):
        """Whose document it is."""

        APPLICANT = "applicant", _("Applicant")
        WITNESS = "witness", _("Witness")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    proofing = models.ForeignKey(
        IdentityProofing, on_delete=models.PROTECT, related_name="documents"
    )
    statement = models.ForeignKey(
        WitnessStatement, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    holder = models.CharField(max_length=9, choices=Holder)
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=30)
    issuer = models.CharField(max_length=2)
    form = models.CharField(max_length=8, default="physical")
    shows_photo = models.BooleanField(default=False)
    shows_cpr = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    expires_on = models.DateField(null=True)
    issued_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality proofing statement holder position recorded_at"
            " withdrawn_at",
            Kind.PERSONAL: "type issuer form shows_photo shows_cpr provisional expires_on"
            " issued_on",
        }
    }

    unscoped = models.Manager["DocumentEvidence"]()
    objects = MunicipalScope["DocumentEvidence"]()

    class Meta:
        default_manager_name = "unscoped"
        ordering = ("position",)

    def __str__(self) -> str:
        return f"document {self.pk}"
