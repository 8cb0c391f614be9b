"""Places, services and free times. `…Out` stays as it is."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from appointments.models import CentreService, ServiceType
from appointments.services.booking.plan import LARGEST_PARTY
from borgerservice.api.inputs import Day, Strict, Text
from borgerservice.languages import text_of
from borgerservice.municipalities.models import Centre, MobileStop, OpeningHours


class MunicipalityOut(serializers.Serializer):
    """A municipality (kommune)."""

    code = serializers.CharField(help_text="Four digits.")
    name = serializers.CharField()
    region = serializers.CharField(source="region.name")


class BringOut(serializers.Serializer):
    """What to bring."""

    applicant = serializers.ListField(child=serializers.CharField())
    witness = serializers.ListField(child=serializers.CharField())


class ServiceOut(serializers.Serializer):
    """What one can come for, in the language of Accept-Language."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(help_text="The usual length; a centre may set its own.")
    bring = serializers.SerializerMethodField()

    def get_name(self, service: ServiceType) -> str:
        return str(text_of(service.names))

    @extend_schema_field(BringOut)
    def get_bring(self, service: ServiceType) -> dict[str, list[str]]:
        told = text_of(service.bring) or {}
        return {
            "applicant": [*told.get("applicant", []), *told.get("besides", [])],
            "witness": told.get("witness", []),
        }


class HoursOut(serializers.Serializer):
    """A weekly period, on the wall clock of Denmark."""

    weekday = serializers.SerializerMethodField(help_text="1 is Monday, 7 is Sunday.")
    opens = serializers.SerializerMethodField()
    closes = serializers.SerializerMethodField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    use = serializers.ChoiceField(
        choices=OpeningHours.Use.choices,
        help_text="`booking`: booked visits are received. `door`: one can come in.",
    )

    def get_weekday(self, hours: OpeningHours) -> int:
        return hours.weekday + 1

    def get_opens(self, hours: OpeningHours) -> str:
        return _clock(hours.opens_minute)

    def get_closes(self, hours: OpeningHours) -> str:
        return _clock(hours.closes_minute)


class StopOut(serializers.Serializer):
    """Where a mobile centre stands on a weekday."""

    weekday = serializers.SerializerMethodField(help_text="1 is Monday.")
    address = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()

    def get_weekday(self, stop: MobileStop) -> int:
        return stop.weekday + 1


class OfferOut(serializers.Serializer):
    """A service at a centre."""

    code = serializers.CharField(source="service.code")
    name = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(help_text="Its length here.")

    def get_name(self, offer: CentreService) -> str:
        return str(text_of(offer.service.names))


class CentreOut(serializers.Serializer):
    """A Citizen Service centre (borgerservicecenter)."""

    id = serializers.CharField(source="key")
    municipality = serializers.CharField(source="municipality.code")
    name = serializers.CharField()
    address = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    phone = serializers.CharField()
    is_demo = serializers.BooleanField(help_text="Made up for trying things out.")
    is_open_for_booking = serializers.BooleanField()
    hours = HoursOut(many=True)
    stops = StopOut(many=True, help_text="Empty where the centre does not move.")
    serves = serializers.SerializerMethodField(
        help_text="The codes of other municipalities whose residents can book there."
    )
    services = OfferOut(many=True, source="offers")

    def get_serves(self, centre: Centre) -> list[str]:
        return [place.code for place in centre.serves.all()]


class SlotOut(serializers.Serializer):
    """A time that can be booked, with Denmark's offset on that day."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class MunicipalitiesOut(serializers.Serializer):
    """All of them."""

    results = MunicipalityOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: the list is whole.")


class CentresOut(serializers.Serializer):
    """All that were asked for."""

    results = CentreOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: the list is whole.")


class ServicesOut(serializers.Serializer):
    """All of them."""

    results = ServiceOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: the list is whole.")


class SlotsOut(serializers.Serializer):
    """The free times, earliest first."""

    results = SlotOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: ask for later days.")


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}$"})
class MunicipalityCode(Text):
    """Four digits; any other text is the code of no municipality."""


class CentresQuery(Strict):
    """Which centres."""

    municipality = MunicipalityCode(
        required=False, max_length=4, help_text="Code; its own centres and those that serve it."
    )


class SlotsQuery(Strict):
    """Free times for whom, where and when. `from` is today and `to` 61 days on, if left out."""

    centre = Text(max_length=80)
    service = serializers.ListField(
        child=Text(max_length=40),
        min_length=1,
        max_length=LARGEST_PARTY,
        help_text="A service's code; several times when people come for different things.",
    )
    participants = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_PARTY,
        help_text="How many come, all for the one service.",
    )
    to = Day(required=False, help_text="Last local day; at most 62 days in all.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """The declared fields, and the one whose name Python keeps for itself."""
        fields = super().get_fields()
        fields["from"] = Day(required=False, help_text="First local day.")
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs["service"]) > 1 and "participants" in attrs:
            raise ValidationError({"participants": [ErrorDetail("", code="one_way_only")]})
        return attrs


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
