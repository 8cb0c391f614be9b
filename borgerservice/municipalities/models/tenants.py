"""Whom we serve: regions, municipalities, and where postal codes lie."""

from django.db import models

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
    `asks_for_code`: a code sent to phone or e-mail comes before a place is held.
    Its own, each left empty where our usual holds: the name it goes by, phone and help for pages
    of its centres, its colour, the mark of its logo, the languages of those pages, and the address
    of its accessibility statement.
    """

    class Coming(models.TextChoices):
        """Whether one must book before coming; unsaid where nobody has told."""

        UNSAID = ""
        BOOKED = "booked"
        DROP_IN = "drop_in"

    class Custody(models.TextChoices):
        """What is asked of who has custody when a 13- or 14-year-old gets MitID."""

        UNSAID = ""
        ATTENDS = "attends"
        CONSENTS = "consents"
        NOTHING = "nothing"

    code = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    complaint_da = models.TextField(blank=True)
    complaint_en = models.TextField(blank=True)
    asks_for_code = models.BooleanField(default=False)
    shown_name = models.CharField(max_length=60, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    help_da = models.CharField(max_length=300, blank=True, default="")
    help_en = models.CharField(max_length=300, blank=True, default="")
    accent = models.CharField(max_length=7, blank=True, default="")
    logo_mark = models.CharField(max_length=16, blank=True, default="")
    languages = models.CharField(max_length=100, blank=True, default="")
    coming = models.CharField(max_length=8, choices=Coming, blank=True, default=Coming.UNSAID)
    custody = models.CharField(max_length=8, choices=Custody, blank=True, default=Custody.UNSAID)
    statement = models.URLField(max_length=300, blank=True, default="")
    dpo_email = models.EmailField(blank=True, default="")
    privacy_policy = models.URLField(max_length=300, blank=True, default="")

    PRIVACY = {
        Life.IN_USE: {
            Kind.PUBLIC: "id code name region complaint_da complaint_en asks_for_code shown_name"
            " phone help_da help_en accent logo_mark languages coming custody"
            " statement dpo_email privacy_policy"
        }
    }

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="a_municipality_says_how_to_come_and_who_with",
                condition=models.Q(coming__in=["", "booked", "drop_in"])
                & models.Q(custody__in=["", "attends", "consents", "nothing"]),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Logo(models.Model):
    """A municipality's logo (byvåben), a PNG as we wrote it. Its mark stands in its address."""

    municipality = models.OneToOneField(Municipality, on_delete=models.CASCADE)
    png = models.BinaryField()
    mark = models.CharField(max_length=16)

    PRIVACY = {Life.IN_USE: {Kind.PUBLIC: "id municipality png mark"}}

    unscoped = models.Manager["Logo"]()
    objects = MunicipalScope["Logo"]()

    class Meta:
        default_manager_name = "unscoped"

    def __str__(self) -> str:
        return f"logo {self.pk}"


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
