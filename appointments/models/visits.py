"""Visits, who comes to them, and what is typed before there is one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.models.catalogue import ServiceType
from appointments.models.desks import Desk
from appointments.models.holds import Hold
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.notifications.models import Contact
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class Appointment(models.Model):
    """One visit at one desk (aftale). `busy_until` is its end and the buffer after it.

    `link_hash` is the SHA-256 of the citizen's secret link, which is derived, never stored.
    `needs` are codes with commas between them: interpreter, wheelchair. `to_compare`: nobody has
    looked yet whether the contact has another visit for the same purpose.
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
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, db_index=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, db_index=False)
    reference = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_until = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    origin = models.CharField(max_length=7, choices=Origin)
    language = models.CharField(max_length=5)
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT)
    link_hash = models.CharField(max_length=64)
    link_salt = models.CharField(max_length=32)
    booked_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    checked_in_at = models.DateTimeField(null=True, blank=True)
    moves = models.PositiveSmallIntegerField(default=0)
    needs = models.CharField(max_length=100, blank=True, default="")
    to_compare = models.BooleanField(default=False)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality centre desk reference starts_at ends_at busy_until"
            " status origin language contact booked_by created_at checked_in_at moves needs"
            " to_compare",
            Kind.SECRET: "link_hash link_salt",
        }
    }

    unscoped = models.Manager["Appointment"]()
    objects = MunicipalScope["Appointment"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(name="a_reference_names_one_visit", fields=["reference"]),
            models.UniqueConstraint(name="a_link_opens_one_visit", fields=["link_hash"]),
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
            models.Index(
                name="visits_to_compare", fields=["id"], condition=models.Q(to_compare=True)
            ),
        )

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class Participant(models.Model):
    """One of the people who come to a visit, and for what. The name is sealed with the contact.

    `guide_sealed` is what they answered about their papers, `guide_verdict` what that came to;
    `flagged_at` says since when it no longer holds. `lacks_time`: they bring a witness, and the
    visit could not be made long enough for that. `witness_state` is how the witness they asked
    stands, and `witness_flagged_at` since when that one cannot be counted on.
    """

    class WitnessState(models.TextChoices):
        """How the witness somebody asked stands before the visit; empty where none was asked."""

        ASKED = "asked", _("Witness: not checked yet")
        FINE = "fine", _("Witness: checked beforehand")
        UNSURE = "unsure", _("Do not count on the witness")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="participants", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(ServiceType, on_delete=models.PROTECT, db_index=False)
    name_sealed = models.BinaryField(null=True)
    is_protected = models.BooleanField(default=False)
    guide_sealed = models.BinaryField(null=True)
    guide_verdict = models.CharField(max_length=20, blank=True, default="")
    flagged_at = models.DateTimeField(null=True, blank=True)
    lacks_time = models.BooleanField(default=False)
    witness_state = models.CharField(max_length=6, choices=WitnessState, blank=True, default="")
    witness_flagged_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality appointment position service is_protected"
            " guide_verdict flagged_at lacks_time witness_state witness_flagged_at"
        },
        Life.CONTACT: {Kind.PERSONAL: "name_sealed guide_sealed"},
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
    """What a citizen has typed before confirming: sealed, known by a secret, gone if left."""

    token_hash = models.CharField(max_length=64, unique=True)
    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    service = models.ForeignKey(ServiceType, on_delete=models.CASCADE)
    starts_at = models.DateTimeField()
    typed_sealed = models.BinaryField(null=True)
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.CASCADE)
    hold = models.OneToOneField(Hold, null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    began_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    PRIVACY = {
        Life.FORM: {
            Kind.INTERNAL: "id centre service starts_at appointment hold began_at expires_at",
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
