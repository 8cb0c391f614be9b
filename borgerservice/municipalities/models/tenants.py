"""Whom we serve: regions, municipalities, and where postal codes lie."""

from django.db import models

from borgerservice.privacy import Kind, Life


class Region(models.Model):
    """A region of Denmark (region)."""

    name = models.CharField(max_length=60, unique=True)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id name"}}

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """One of the 98 (kommune), known by its four-digit code (kommunekode).

    `complaint_da` and `complaint_en` tell how to complain of a decision; empty: our usual text.
    `asks_for_code`: a code sent to phone or e-mail comes before a place is held.
    """

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    complaint_da = models.TextField(blank=True)
    complaint_en = models.TextField(blank=True)
    asks_for_code = models.BooleanField(default=False)

    PRIVACY = {
        Life.IN_USE: {Kind.PUBLIC: "id code name region complaint_da complaint_en asks_for_code"}
    }

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


class PostalCode(models.Model):
    """A Danish postal code and where it lies, in degrees."""

    code = models.CharField(max_length=4, unique=True)
    city = models.CharField(max_length=60)
    latitude = models.FloatField()
    longitude = models.FloatField()
    source = models.CharField(max_length=300)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id code city latitude longitude source"}}

    def __str__(self) -> str:
        return self.code
