"""What keeps a few from taking everything."""

from django.db import models

from appointments.models.visits import Appointment
from borgerservice.privacy import Kind, Life


class DoubleBooking(models.Model):
    """Two visits for one purpose booked from one phone or e-mail; the contact says which stays.

    Anywhere in the country. `both` are two persons who share a phone.
    """

    class Answer(models.TextChoices):
        """What the contact said, or the time did."""

        OPEN = "open"
        EARLIER = "earlier"
        LATER = "later"
        BOTH = "both"
        OVER = "over"

    first = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="doubled_by")
    second = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="doubles")
    answer = models.CharField(max_length=7, choices=Answer, default=Answer.OPEN)
    link_hash = models.CharField(max_length=64, unique=True)
    link_salt = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    PRIVACY = {
        Life.VISIT: {
            Kind.INTERNAL: "id first second answer asked_at answer_by answered_at",
            Kind.SECRET: "link_hash link_salt",
        }
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="two_visits_are_asked_about_once", fields=["first", "second"]
            ),
            models.CheckConstraint(
                name="a_visit_does_not_double_itself",
                condition=~models.Q(first=models.F("second")),
            ),
        )
        indexes = (
            models.Index(
                name="double_bookings_to_end",
                fields=["answer_by"],
                condition=models.Q(answer="open"),
            ),
        )

    def __str__(self) -> str:
        return f"double booking {self.pk}"


class UseCount(models.Model):
    """How often one network or one contact did something in one span of time, exactly."""

    what = models.CharField(max_length=20)
    mark = models.CharField(max_length=64)
    span = models.DateTimeField()
    uses = models.PositiveIntegerField()
    most = models.PositiveIntegerField(null=True)
    """Where the database refuses more."""

    PRIVACY = {Life.DAY: {Kind.INTERNAL: "id what span uses most", Kind.PSEUDONYM: "mark"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(name="one_count_per_span", fields=["what", "mark", "span"]),
            models.CheckConstraint(
                name="no_more_uses_than_may_be", condition=models.Q(uses__lte=models.F("most"))
            ),
        )
        indexes = (models.Index(name="counts_to_forget", fields=["span"]),)

    def __str__(self) -> str:
        return f"use count {self.pk}"


class SpentProof(models.Model):
    """A proof of work that was used; it opens nothing a second time."""

    proof_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    PRIVACY = {Life.HOUR: {Kind.INTERNAL: "id proof_hash expires_at"}}

    def __str__(self) -> str:
        return f"spent proof {self.pk}"
