"""Services, desks, their days, and the visits booked at them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.notifications.models import Contact
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class ServiceType(models.Model):
    """What one can come for (ydelse). Texts are held per language: `{"da": …, "en": …}`.

    `bit` is the service's place in a desk's set of capabilities, 0 to 47.
    """

    code = models.SlugField(max_length=40, unique=True)
    bit = models.PositiveSmallIntegerField(unique=True)
    minutes = models.PositiveSmallIntegerField()
    proves_identity = models.BooleanField(default=False)
    names = models.JSONField()
    summaries = models.JSONField(default=dict)
    bring = models.JSONField(default=dict)
    source = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id code bit minutes proves_identity names summaries bring source position"
        }
    }

    class Meta:
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                name="a_service_has_a_bit_and_whole_ticks",
                condition=models.Q(bit__lte=47, minutes__gte=5, minutes__lte=480),
            ),
        )

    def __str__(self) -> str:
        return self.code


class CentreService(models.Model):
    """A service one can book at a centre, with its length there."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="offers")
    service = models.ForeignKey(ServiceType, on_delete=models.PROTECT)
    minutes = models.PositiveSmallIntegerField()
    buffer_minutes = models.PositiveSmallIntegerField(default=0)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id centre service minutes buffer_minutes"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="a_centre_offers_a_service_once", fields=["centre", "service"]
            ),
        )

    def __str__(self) -> str:
        return f"offer {self.pk}"


class Desk(models.Model):
    """A place where one visit at a time is received (skranke). `caps` is a bit set of services."""

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="desks")
    number = models.PositiveSmallIntegerField()
    caps = models.BigIntegerField()
    is_staffed = models.BooleanField(default=True)

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id centre number caps is_staffed"}}

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(name="a_desk_number_once", fields=["centre", "number"]),
        )

    def __str__(self) -> str:
        return f"desk {self.pk}"


class DeskDay(models.Model):
    """One desk on one local day: 288 five-minute ticks in six 48-bit words, 1 for busy or closed.

    The bitmap answers and decides; the appointments are the truth it can be rebuilt from.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT)
    day = models.DateField()
    caps = models.BigIntegerField()
    b0 = models.BigIntegerField()
    b1 = models.BigIntegerField()
    b2 = models.BigIntegerField()
    b3 = models.BigIntegerField()
    b4 = models.BigIntegerField()
    b5 = models.BigIntegerField()

    PRIVACY = {
        Life.IN_USE: {Kind.INTERNAL: "id centre desk day caps b0 b1 b2 b3 b4 b5"},
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_bitmap_per_desk_and_day", fields=["centre", "day", "desk"]
            ),
        )

    def __str__(self) -> str:
        return f"desk-day {self.pk}"


class Appointment(models.Model):
    """One visit at one desk (aftale). `busy_until` is its end and the buffer after it.

    `link_hash` is the SHA-256 of the citizen's secret link, which is derived, never stored.
    """

    class Status(models.TextChoices):
        """Where the visit stands; what may happen in each is `rules/lifecycle.py`."""

        BOOKED = "booked", _("Booked")
        CHECKED_IN = "checked_in", _("Checked in")
        COMPLETED = "completed", _("Completed")
        NO_SHOW = "no_show", _("Did not come")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        """Which door the visit came through."""

        WEB = "web", _("Online")
        DESK = "desk", _("Booked by staff")
        WALK_IN = "walk_in", _("Walk-in")
        API = "api", _("Through the API")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT)
    reference = models.CharField(max_length=12, unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_until = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    origin = models.CharField(max_length=7, choices=Origin)
    language = models.CharField(max_length=5)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT)
    link_hash = models.CharField(max_length=64, unique=True)
    link_salt = models.CharField(max_length=32)
    booked_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    checked_in_at = models.DateTimeField(null=True, blank=True)
    moves = models.PositiveSmallIntegerField(default=0)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality centre desk reference starts_at ends_at busy_until"
            " status origin language contact booked_by created_at checked_in_at moves",
            Kind.SECRET: "link_hash link_salt",
        }
    }

    unscoped = models.Manager["Appointment"]()
    objects = MunicipalScope["Appointment"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.CheckConstraint(
                name="a_visit_ends_after_it_starts",
                condition=models.Q(starts_at__lt=models.F("ends_at"))
                & models.Q(ends_at__lte=models.F("busy_until")),
            ),
            models.CheckConstraint(
                name="a_visit_has_a_known_status",
                condition=models.Q(
                    status__in=["booked", "checked_in", "completed", "no_show", "cancelled"]
                ),
            ),
        )
        indexes = (
            models.Index(name="visits_of_a_centre_by_time", fields=["centre", "starts_at", "id"]),
            models.Index(name="visits_of_a_desk_by_time", fields=["desk", "starts_at"]),
            models.Index(
                name="visits_to_remind_of",
                fields=["starts_at"],
                condition=models.Q(status="booked"),
            ),
        )

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class Participant(models.Model):
    """One of the people who come to a visit, and for what. The name is sealed with the contact."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="participants"
    )
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(ServiceType, on_delete=models.PROTECT)
    name_sealed = models.BinaryField(null=True)
    is_protected = models.BooleanField(default=False)

    PRIVACY = {
        Life.VISIT: {Kind.INTERNAL: "id municipality appointment position service is_protected"},
        Life.CONTACT: {Kind.PERSONAL: "name_sealed"},
    }

    unscoped = models.Manager["Participant"]()
    objects = MunicipalScope["Participant"]()

    class Meta:
        default_manager_name = "unscoped"
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                name="one_participant_per_position", fields=["appointment", "position"]
            ),
        )

    def __str__(self) -> str:
        return f"participant {self.pk}"


class BookingDraft(models.Model):
    """What a citizen has typed before confirming: sealed, known by a secret, gone in an hour."""

    token_hash = models.CharField(max_length=64, unique=True)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    service = models.ForeignKey(ServiceType, on_delete=models.CASCADE)
    starts_at = models.DateTimeField()
    typed_sealed = models.BinaryField(null=True)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()

    PRIVACY = {
        Life.HOUR: {
            Kind.INTERNAL: "id centre service starts_at appointment expires_at",
            Kind.PERSONAL: "typed_sealed",
            Kind.SECRET: "token_hash",
        }
    }

    def __str__(self) -> str:
        return f"draft {self.pk}"


class IdempotencyRecord(models.Model):
    """What a caller's key was used for, so that a repeat gets the same answer (RFC draft)."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    PRIVACY = {Life.DAY: {Kind.INTERNAL: "id scope key request_hash appointment answer created_at"}}

    class Meta:
        constraints = (models.UniqueConstraint(name="a_key_is_used_once", fields=["scope", "key"]),)

    def __str__(self) -> str:
        return f"idempotency record {self.pk}"
