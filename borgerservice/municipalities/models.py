"""Who we serve and who works there."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from borgerservice.people.models import Person
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class Region(models.Model):
    """A region of Denmark (region)."""

    name = models.CharField(max_length=60, unique=True)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id name"}}

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """One of the 98 (kommune), known by its four-digit code (kommunekode).

    `complaint_da` and `complaint_en` tell how to complain of a decision; empty: our usual text.
    """

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    complaint_da = models.TextField(blank=True)
    complaint_en = models.TextField(blank=True)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id code name region complaint_da complaint_en"}}

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AgreementDay(models.Model):
    """A day in the year when a municipality's staff are off by agreement (KL-aftalens fridage)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE)
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    from_minute = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=300)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id municipality month day from_minute source"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_agreement_per_day_of_the_year", fields=["municipality", "month", "day"]
            ),
        )

    def __str__(self) -> str:
        return f"agreement day {self.pk}"


class Centre(models.Model):
    """A Citizen Service centre (borgerservicecenter). `key` names it in addresses, for ever."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="centres")
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    published_hours = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)
    is_open_for_booking = models.BooleanField(default=True)
    start_step_minutes = models.PositiveSmallIntegerField(default=15)
    lead_minutes = models.PositiveIntegerField(default=120)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    serves = models.ManyToManyField(Municipality, related_name="served_by", blank=True)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id municipality key name address postal_code city phone published_hours"
            " source note is_demo is_open_for_booking start_step_minutes lead_minutes"
            " horizon_days serves"
        }
    }

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="starts_lie_on_the_five_minute_grid",
                condition=models.Q(
                    start_step_minutes__in=[5, 10, 15, 20, 30, 60],
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """A weekly period in which a centre receives booked visits (åbningstid).

    Minutes count from local midnight; weekday 0 is Monday; a limit left out is open-ended.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id centre weekday opens_minute closes_minute valid_from valid_to"
        }
    }

    class Meta:
        ordering = ("weekday", "opens_minute")
        constraints = (
            models.CheckConstraint(
                name="hours_open_before_they_close",
                condition=models.Q(opens_minute__lt=models.F("closes_minute"))
                & models.Q(closes_minute__lte=1440)
                & models.Q(weekday__lte=6),
            ),
        )

    def __str__(self) -> str:
        return f"hours {self.pk}"


class Closure(models.Model):
    """Days on which a centre is closed although its hours say open (lukkedag)."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id centre first_day last_day reason"}}

    class Meta:
        ordering = ("first_day",)
        constraints = (
            models.CheckConstraint(
                name="closure_ends_after_it_begins",
                condition=models.Q(first_day__lte=models.F("last_day")),
            ),
        )

    def __str__(self) -> str:
        return f"closure {self.pk}"


class StaffMember(AbstractUser):
    """Somebody who works with the system (medarbejder), and a person like everybody else.

    Citizens and witnesses have no account here, so every login is a staff member's.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="staff_member")

    PRIVACY = {
        Life.IN_USE: {
            Kind.INTERNAL: "id username first_name last_name email is_active is_staff"
            " is_superuser date_joined last_login groups user_permissions",
            Kind.PSEUDONYM: "person",
            Kind.SECRET: "password",
        }
    }


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
