"""Desks, who is away from them, and their days."""

from django.db import models
from django.db.models.functions import Cast

from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.privacy import Kind, Life


class Desk(models.Model):
    """A place where one visit at a time is received (skranke). `caps` is a bit set of services.

    `clerk` is who sits there, where it is always the same.
    """

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="desks")
    number = models.PositiveSmallIntegerField()
    caps = models.BigIntegerField()
    is_staffed = models.BooleanField(default=True)
    clerk = models.ForeignKey(
        StaffMember, null=True, blank=True, on_delete=models.PROTECT, related_name="desks"
    )

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id centre number caps is_staffed clerk"}}

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(name="a_desk_number_once", fields=["centre", "number"]),
        )

    def __str__(self) -> str:
        return f"desk {self.pk}"


class Absence(models.Model):
    """A desk that receives nobody for some days or hours (fravær), or a clerk who is away.

    On each day, first and last included, from one minute to another. A clerk's absence closes the
    desks of the centre at which they sit. Exactly one of desk and clerk is given.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="absences")
    desk = models.ForeignKey(Desk, null=True, blank=True, on_delete=models.CASCADE)
    clerk = models.ForeignKey(StaffMember, null=True, blank=True, on_delete=models.PROTECT)
    first_day = models.DateField()
    last_day = models.DateField()
    from_minute = models.PositiveSmallIntegerField(default=0)
    to_minute = models.PositiveSmallIntegerField(default=1440)

    PRIVACY = {
        Life.IN_USE: {
            Kind.INTERNAL: "id centre desk clerk first_day last_day from_minute to_minute"
        }
    }

    class Meta:
        ordering = ("first_day", "from_minute")
        constraints = (
            models.CheckConstraint(
                name="absence_is_of_a_desk_or_a_clerk",
                condition=models.Q(desk__isnull=True, clerk__isnull=False)
                | models.Q(desk__isnull=False, clerk__isnull=True),
            ),
            models.CheckConstraint(
                name="absence_ends_after_it_begins",
                condition=models.Q(first_day__lte=models.F("last_day"))
                & models.Q(from_minute__lt=models.F("to_minute"))
                & models.Q(to_minute__lte=1440),
            ),
        )

    def __str__(self) -> str:
        return f"absence {self.pk}"


_TOLD = ("desk", "caps", "b0", "b1", "b2", "b3", "b4", "b5")


class DeskDay(models.Model):
    """One desk on one local day: 288 five-minute ticks in six 48-bit words, 1 for busy or closed.

    The bitmap answers and decides; appointments and holds are the truth it can be rebuilt from.
    Until `opens_at` only staff book there (a share kept back, a new day); empty: open to all.
    `told` is desk, abilities and words as one text, which the database keeps: it is written when
    something is booked and read by everybody who looks for a time.
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
    opens_at = models.DateTimeField(null=True, blank=True)
    told = models.GeneratedField(
        expression=models.Func(
            *[Cast(column, models.TextField()) for column in _TOLD],
            arg_joiner=" || ',' || ",
            template="%(expressions)s",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    PRIVACY = {
        Life.IN_USE: {Kind.INTERNAL: "id centre desk day caps b0 b1 b2 b3 b4 b5 opens_at told"},
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_bitmap_per_desk_and_day", fields=["centre", "day", "desk"]
            ),
        )

    def __str__(self) -> str:
        return f"desk-day {self.pk}"


class CentreDay(models.Model):
    """Which services may still find room at a centre on a day: bit n for the service of bit n.

    It may say "maybe" wrongly, never "no": set when time comes free, cleared when a reader finds
    none and `changes` still stands where it stood. Made with the desk-days: a day without it has
    none.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE)
    day = models.DateField()
    room = models.BigIntegerField()
    changes = models.PositiveIntegerField(default=0)

    PRIVACY = {Life.IN_USE: {Kind.INTERNAL: "id centre day room changes"}}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="one_summary_per_centre_and_day", fields=["centre", "day"]
            ),
        )

    def __str__(self) -> str:
        return f"centre-day {self.pk}"
