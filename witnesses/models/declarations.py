"""What a witness declares, how they accept it, and what came of the case in the end."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope
from witnesses.models.cases import IdentityProofing, WitnessStatement


class Declaration(models.Model):
    """A witness's acceptance of the declaration text in one case. Rows are added, never changed.

    It counts for the case and the person, so correcting the statement does not undo it.
    `text_sha256` is of the text of that version and language as it was shown.
    """

    class Accepted(models.TextChoices):
        """How the witness accepted the text."""

        SIGNED_IN = "signed_in", _("Signed in with MitID for this case")
        PRINTED = "printed", _("Signed on the printed text")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    proofing = models.ForeignKey(
        IdentityProofing, on_delete=models.PROTECT, related_name="declarations"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="declarations")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    text_sha256 = models.CharField(max_length=64)
    accepted = models.CharField(max_length=9, choices=Accepted)
    recorded_by = models.ForeignKey(StaffMember, null=True, on_delete=models.PROTECT)
    accepted_at = models.DateTimeField()

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality proofing version language text_sha256 accepted"
            " recorded_by accepted_at",
            Kind.PSEUDONYM: "person",
        }
    }

    unscoped = models.Manager["Declaration"]()
    objects = MunicipalScope["Declaration"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.CheckConstraint(
                name="a_clerk_saw_the_printed_text_signed",
                condition=Q(accepted="printed", recorded_by__isnull=False)
                | Q(accepted="signed_in", recorded_by__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"declaration {self.pk}"


class SignInRequest(models.Model):
    """A clerk's invitation to the witness of one case to accept the declaration with MitID.

    One case, one witness, one use, ten minutes. The secret link is derived from the salt.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    statement = models.ForeignKey(
        WitnessStatement, on_delete=models.PROTECT, related_name="sign_in_requests"
    )
    language = models.CharField(max_length=2)
    link_salt = models.CharField(max_length=40)
    link_hash = models.CharField(max_length=64, unique=True)
    requested_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    PRIVACY = {
        Life.CASE: {
            Kind.INTERNAL: "id municipality statement language link_salt requested_by requested_at"
            " expires_at used_at",
            Kind.SECRET: "link_hash",
        }
    }

    unscoped = models.Manager["SignInRequest"]()
    objects = MunicipalScope["SignInRequest"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"sign-in request {self.pk}"


class ClientAnswer(models.Model):
    """What the national client answered after a confirmed case. Rows are added, never changed.

    The newest counts. It changes nothing about the decision, and gives no witnessing back.
    """

    class Answer(models.TextChoices):
        """What came of it."""

        ISSUED = "issued", _("MitID issued")
        REFUSED = "refused", _("Refused")
        NOT_FINISHED = "not_finished", _("Not finished")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    proofing = models.ForeignKey(
        IdentityProofing, on_delete=models.PROTECT, related_name="client_answers"
    )
    answer = models.CharField(max_length=12, choices=Answer)
    recorded_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    PRIVACY = {
        Life.CASE: {Kind.INTERNAL: "id municipality proofing answer recorded_by recorded_at"}
    }

    unscoped = models.Manager["ClientAnswer"]()
    objects = MunicipalScope["ClientAnswer"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"client answer {self.pk}"
