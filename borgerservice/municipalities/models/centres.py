"""Centres: where they are and when they are open."""

from django.db import models
from django.db.models.functions import Cast, Coalesce

from borgerservice.municipalities.models.tenants import Municipality
from borgerservice.privacy import Kind, Life

_TOLD = ("key", "name", "address", "postal_code", "city", "is_demo", "start_step_minutes")


def _as_text(column: str) -> Cast:
    return Cast(column, models.TextField())


class Centre(models.Model):
    """A Citizen Service centre (borgerservicecenter). `key` names it in addresses, for ever.

    `kept_desks` desks are kept for phone and walk-in, until a minute so many days before the day.
    `returns_slowly`: the centre is short of times, so a place given back comes free after a while;
    `spreads_new_days`: a new day opens bit by bit. `is_step_free` is empty where nobody has said.
    `is_mobile`: it has stops. `told` is what a search through the country shows of it as one text,
    which the database keeps.
    """

    SEPARATOR = "\x1f"

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
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_step_free = models.BooleanField(null=True, blank=True)
    returns_slowly = models.BooleanField(default=False)
    spreads_new_days = models.BooleanField(default=True)
    kept_desks = models.PositiveSmallIntegerField(default=0)
    kept_until_days = models.PositiveSmallIntegerField(default=0)
    kept_until_minute = models.PositiveSmallIntegerField(default=420)
    is_mobile = models.BooleanField(default=False)
    told = models.GeneratedField(
        expression=models.Func(
            *map(_as_text, _TOLD),
            Coalesce(_as_text("is_step_free"), models.Value("", models.TextField())),
            arg_joiner=f" || '{SEPARATOR}' || ",
            template="%(expressions)s",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id municipality key name address postal_code city phone published_hours"
            " source note is_demo is_open_for_booking start_step_minutes lead_minutes"
            " horizon_days serves latitude longitude is_step_free returns_slowly spreads_new_days"
            " kept_desks kept_until_days kept_until_minute is_mobile told"
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
    """A weekly period in which a centre receives booked visits, or its door is open (åbningstid).

    Minutes count from local midnight; weekday 0 is Monday; a limit left out is open-ended.
    """

    class Use(models.TextChoices):
        """What the hours are for; without door hours the door is open while visits are received."""

        BOOKING = "booking"
        DOOR = "door"

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    use = models.CharField(max_length=7, choices=Use, default=Use.BOOKING)

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id centre weekday opens_minute closes_minute valid_from valid_to use"
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


class ExtraOpening(models.Model):
    """Hours of one day on which a centre is open although its weekly hours or a holiday say no."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="extra_openings")
    day = models.DateField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=120, blank=True)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id centre day opens_minute closes_minute reason"}}

    class Meta:
        ordering = ("day", "opens_minute")
        constraints = (
            models.CheckConstraint(
                name="extra_hours_open_before_they_close",
                condition=models.Q(opens_minute__lt=models.F("closes_minute"))
                & models.Q(closes_minute__lte=1440),
            ),
        )

    def __str__(self) -> str:
        return f"extra opening {self.pk}"


class Closure(models.Model):
    """Days, or hours of them, on which a centre is closed although its hours say open (lukkedag).

    On each day, first and last included, from one minute to another.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    from_minute = models.PositiveSmallIntegerField(default=0)
    to_minute = models.PositiveSmallIntegerField(default=1440)
    reason = models.CharField(max_length=120, blank=True)

    PRIVACY = {
        Life.IN_USE: {Kind.PUBLIC: "id centre first_day last_day from_minute to_minute reason"}
    }

    class Meta:
        ordering = ("first_day",)
        constraints = (
            models.CheckConstraint(
                name="closure_ends_after_it_begins",
                condition=models.Q(first_day__lte=models.F("last_day"))
                & models.Q(from_minute__lt=models.F("to_minute"))
                & models.Q(to_minute__lte=1440),
            ),
        )

    def __str__(self) -> str:
        return f"closure {self.pk}"


class MobileStop(models.Model):
    """Where a mobile centre stands on a weekday (0 is Monday); its hours say when."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="stops")
    weekday = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=120)
    postal_code = models.CharField(max_length=4)
    city = models.CharField(max_length=60)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    PRIVACY = {
        Life.IN_USE: {Kind.PUBLIC: "id centre weekday address postal_code city latitude longitude"}
    }

    class Meta:
        ordering = ("weekday",)
        constraints = (
            models.UniqueConstraint(name="one_stop_per_weekday", fields=["centre", "weekday"]),
            models.CheckConstraint(
                name="a_stop_is_on_a_weekday", condition=models.Q(weekday__lte=6)
            ),
        )

    def __str__(self) -> str:
        return f"stop {self.pk}"
