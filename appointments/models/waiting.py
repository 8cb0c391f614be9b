"""Earlier times wished for, visits that cannot be received, and the times offered for both."""

from django.db import models

from appointments.models.catalogue import ServiceType
from appointments.models.holds import Hold
from appointments.models.visits import Appointment
from borgerservice.municipalities.models import Centre, Municipality, StaffMember
from borgerservice.notifications.models import Contact
from borgerservice.privacy import Kind, Life
from borgerservice.tenancy import MunicipalScope


class WaitingEntry(models.Model):
    """Somebody who asks for an earlier time (venteliste): with a late visit, or with none.

    `names_sealed` are the names of those who come and whether each is protected, sealed with the
    contact, and `needs` the codes of what they need, where there is no visit yet. Minutes count
    from local midnight; weekdays are bits, Monday 1.
    """

    class Status(models.TextChoices):
        """Where the wish stands."""

        WAITING = "waiting"
        SERVED = "served"
        LEFT = "left"
        OVER = "over"

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    appointment = models.ForeignKey(
        Appointment, null=True, on_delete=models.PROTECT, related_name="wishes"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT)
    service = models.ForeignKey(ServiceType, on_delete=models.PROTECT)
    people = models.PositiveSmallIntegerField(default=1)
    needs = models.CharField(max_length=100, blank=True, default="")
    names_sealed = models.BinaryField(null=True)
    centres = models.ManyToManyField(Centre, related_name="waiting")
    first_day = models.DateField()
    last_day = models.DateField()
    from_minute = models.PositiveSmallIntegerField(default=0)
    to_minute = models.PositiveSmallIntegerField(default=1440)
    weekdays = models.PositiveSmallIntegerField(default=127)
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    language = models.CharField(max_length=5)
    link_hash = models.CharField(max_length=64, unique=True)
    link_salt = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality appointment contact service people needs centres"
            " first_day last_day from_minute to_minute weekdays status language created_at",
            Kind.SECRET: "link_hash link_salt",
        },
        Life.CONTACT: {Kind.PERSONAL: "names_sealed"},
    }

    unscoped = models.Manager["WaitingEntry"]()
    objects = MunicipalScope["WaitingEntry"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="a_visit_waits_once",
                fields=["appointment"],
                condition=models.Q(status="waiting"),
            ),
            models.CheckConstraint(
                name="a_wish_ends_after_it_begins",
                condition=models.Q(first_day__lte=models.F("last_day"))
                & models.Q(from_minute__lt=models.F("to_minute"))
                & models.Q(to_minute__lte=1440),
            ),
        )
        indexes = (
            models.Index(
                name="wishes_in_order",
                fields=["created_at"],
                condition=models.Q(status="waiting"),
            ),
        )

    def __str__(self) -> str:
        return f"waiting entry {self.pk}"


class Rebooking(models.Model):
    """Visits that a centre cannot receive as booked, each to be offered another time.

    Each has its offer from the beginning, planned at first; so a run goes on where it stopped.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    centre = models.ForeignKey(Centre, on_delete=models.PROTECT)
    first_day = models.DateField()
    last_day = models.DateField()
    started_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality centre first_day last_day started_by started_at"
            " finished_at"
        }
    }

    unscoped = models.Manager["Rebooking"]()
    objects = MunicipalScope["Rebooking"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"rebooking {self.pk}"


class Offer(models.Model):
    """A time held for one visit or one wish, answered by a link until it expires.

    With `rebooking` it stands for a visit that cannot be received at the time it had then,
    `instead_of`: planned until a time is held for it; without a time somebody has to phone;
    recalled once the visit can be received after all.
    """

    class Answer(models.TextChoices):
        """What came of it."""

        PLANNED = "planned"
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"
        TO_PHONE = "to_phone"
        PHONED = "phoned"
        RECALLED = "recalled"

    TO_BE_PHONED = (Answer.TO_PHONE, Answer.DECLINED, Answer.EXPIRED)
    UNSETTLED = (Answer.PLANNED, Answer.OPEN, *TO_BE_PHONED)

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    entry = models.ForeignKey(WaitingEntry, null=True, on_delete=models.PROTECT)
    rebooking = models.ForeignKey(
        Rebooking, null=True, on_delete=models.PROTECT, related_name="offers"
    )
    appointment = models.ForeignKey(
        Appointment, null=True, on_delete=models.PROTECT, related_name="offers"
    )
    hold = models.OneToOneField(Hold, null=True, on_delete=models.DO_NOTHING, db_constraint=False)
    centre = models.ForeignKey(Centre, null=True, on_delete=models.PROTECT)
    starts_at = models.DateTimeField(null=True)
    instead_of = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.OPEN)
    link_hash = models.CharField(max_length=64, unique=True)
    link_salt = models.CharField(max_length=32)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id municipality entry rebooking appointment hold centre starts_at"
            " instead_of answer offered_at expires_at answered_at",
            Kind.SECRET: "link_hash link_salt",
        }
    }

    unscoped = models.Manager["Offer"]()
    objects = MunicipalScope["Offer"]()

    class Meta:
        default_manager_name = "unscoped"
        constraints = (
            models.UniqueConstraint(
                name="a_wish_has_one_open_offer",
                fields=["entry"],
                condition=models.Q(answer="open"),
            ),
            models.UniqueConstraint(
                name="a_visit_is_offered_once_a_rebooking",
                fields=["rebooking", "appointment"],
                condition=models.Q(rebooking__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                name="offers_to_expire",
                fields=["expires_at"],
                condition=models.Q(answer="open"),
            ),
        )

    def __str__(self) -> str:
        return f"offer {self.pk}"
