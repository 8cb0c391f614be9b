"""Who works where, and which systems call us."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from borgerservice.languages import OURS
from borgerservice.municipalities.models.centres import Centre
from borgerservice.municipalities.models.tenants import Municipality
from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class StaffMember(AbstractUser):
    """Somebody who works with the system (medarbejder), and a person like everybody else.

    Citizens and witnesses have no account here, so every login is a staff member's.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="staff_member")
    language = models.CharField(
        max_length=2, choices=[(code, code) for code in OURS], default=OURS[0]
    )

    PRIVACY = {
        Life.IN_USE: {
            Kind.INTERNAL: "id username first_name last_name email is_active is_staff"
            " is_superuser date_joined last_login groups user_permissions language",
            Kind.PSEUDONYM: "person",
            Kind.SECRET: "password",
        }
    }

    @property
    def actor(self) -> str:
        """How they stand in the audit trail."""
        return f"staff:{self.pk}"


class StaffRole(models.Model):
    """What a staff member may do in one municipality, from when to when."""

    class Role(models.TextChoices):
        """The closed list of roles."""

        CLERK = "clerk"
        LEAD = "lead"
        ADMINISTRATOR = "administrator"
        FRAUD_REVIEWER = "fraud_reviewer"
        AUDITOR = "auditor"
        RULE_STEWARD = "rule_steward"

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="roles")
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT)
    centre = models.ForeignKey(Centre, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=16, choices=Role)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="roles_given"
    )

    PRIVACY = {
        Life.AUDIT: {Kind.INTERNAL: "id staff municipality centre role since ended_at given_by"}
    }

    unscoped = models.Manager["StaffRole"]()
    objects = MunicipalScope["StaffRole"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="a_role_is_held_once",
                fields=["staff", "municipality", "role"],
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="only_a_rule_steward_has_no_municipality",
                condition=models.Q(role="rule_steward", municipality__isnull=True)
                | (~models.Q(role="rule_steward") & models.Q(municipality__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"role {self.pk}"


class Invitation(models.Model):
    """A way in for a new staff member: one use, one role, one week."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    role = models.CharField(max_length=16, choices=StaffRole.Role)
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {
        Life.AUDIT: {
            Kind.INTERNAL: "id municipality role email invited_by expires_at accepted_at",
            Kind.SECRET: "token_hash",
        }
    }

    unscoped = models.Manager["Invitation"]()
    objects = MunicipalScope["Invitation"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SentForm(models.Model):
    """A form of staff's that was sent and done; sent again, it leads where it led before."""

    mark = models.CharField(max_length=16, unique=True)
    led_to = models.CharField(max_length=500)
    sent_at = models.DateTimeField()

    PRIVACY = {Life.DAY: {Kind.INTERNAL: "id mark led_to sent_at"}}

    class Meta:
        indexes = (models.Index(name="sent_forms_to_forget", fields=["sent_at"]),)

    def __str__(self) -> str:
        return f"sent form {self.pk}"


class ApiClient(models.Model):
    """A municipality's own system that calls the API; its OAuth client is `client_id`."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    client_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {Life.AUDIT: {Kind.INTERNAL: "id municipality client_id name created_at ended_at"}}

    unscoped = models.Manager["ApiClient"]()
    objects = MunicipalScope["ApiClient"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"API client {self.pk}"
