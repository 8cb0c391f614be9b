"""What callers send and get. `…In` refuses what it does not know; `…Out` is a promise for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from appointments.api.v1.selectors import attendees_of
from appointments.models import Appointment, CentreService, IdempotencyRecord, ServiceType
from appointments.services.booking import LARGEST_PARTY
from borgerservice.api.inputs import Choice, Day, Moment, Strict, Text
from borgerservice.api.pagination import LONGEST_CURSOR
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import OpeningHours
from borgerservice.vault.links import derive_link


def in_language(texts: Mapping[str, Any]) -> Any:
    """The text in the language of the request; Danish where there is none."""
    return texts.get(get_language() or "") or texts.get(settings.LANGUAGE_CODE)


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
    """What one can come for, in the language of Accept-Language: Danish or English."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(help_text="The usual length; a centre may set its own.")
    bring = serializers.SerializerMethodField()

    def get_name(self, service: ServiceType) -> str:
        return str(in_language(service.names))

    @extend_schema_field(BringOut)
    def get_bring(self, service: ServiceType) -> dict[str, list[str]]:
        told = in_language(service.bring) or {}
        return {"applicant": told.get("applicant", []), "witness": told.get("witness", [])}


class HoursOut(serializers.Serializer):
    """A weekly period in which booked visits are received, on the wall clock of Denmark."""

    weekday = serializers.SerializerMethodField(help_text="1 is Monday, 7 is Sunday.")
    opens = serializers.SerializerMethodField()
    closes = serializers.SerializerMethodField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)

    def get_weekday(self, hours: OpeningHours) -> int:
        return hours.weekday + 1

    def get_opens(self, hours: OpeningHours) -> str:
        return _clock(hours.opens_minute)

    def get_closes(self, hours: OpeningHours) -> str:
        return _clock(hours.closes_minute)


class OfferOut(serializers.Serializer):
    """A service at a centre."""

    code = serializers.CharField(source="service.code")
    name = serializers.SerializerMethodField()
    minutes = serializers.IntegerField(help_text="Its length here.")

    def get_name(self, offer: CentreService) -> str:
        return str(in_language(offer.service.names))


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
    services = OfferOut(many=True, source="offers")


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


class AttendeeOut(serializers.Serializer):
    """One who comes."""

    number = serializers.IntegerField()
    name = serializers.CharField(
        allow_null=True, help_text="Null for a protected person, and once contact data is deleted."
    )
    service = serializers.CharField()
    is_protected = serializers.BooleanField()


class ActionsOut(serializers.Serializer):
    """Where to go from here."""

    self = serializers.CharField()
    cancel = serializers.CharField(help_text="POST.")
    move = serializers.CharField(help_text="POST.")


class LinksOut(ActionsOut):
    """Where to go from here, with the citizen's own page."""

    visit = serializers.CharField(
        help_text="The citizen's secret link: whoever has it can move and cancel."
    )


class AppointmentOut(serializers.Serializer):
    """A visit as its municipality sees it. Phone and e-mail are not given."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=Appointment.Status.choices)
    origin = serializers.ChoiceField(choices=Appointment.Origin.choices)
    start = serializers.DateTimeField(source="starts_at")
    end = serializers.DateTimeField(source="ends_at")
    centre = serializers.CharField(source="centre.key")
    language = serializers.CharField()
    participants = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    @extend_schema_field(AttendeeOut(many=True))
    def get_participants(self, appointment: Appointment) -> Any:
        return AttendeeOut(attendees_of(appointment), many=True).data

    @extend_schema_field(ActionsOut)
    def get_links(self, appointment: Appointment) -> dict[str, str]:
        return _links(appointment.reference)


class AppointmentsOut(serializers.Serializer):
    """A page of visits as they begin."""

    results = AppointmentOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")


@extend_schema_field(OpenApiTypes.DATETIME)
class StoredMoment(serializers.Field):
    """A moment out of a stored answer, where it is text."""

    def to_representation(self, value: str) -> str:
        return datetime.fromisoformat(value).astimezone(COPENHAGEN).isoformat()


class BookedOut(serializers.Serializer):
    """A booking as it was made; the same again for every repeat, whatever happened since."""

    reference = serializers.CharField(source="appointment.reference")
    status = serializers.SerializerMethodField()
    start = StoredMoment(source="answer.start")
    end = StoredMoment(source="answer.end")
    centre = serializers.CharField(source="appointment.centre.key")
    services = serializers.ListField(child=serializers.CharField(), source="answer.services")
    links = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=[Appointment.Status.BOOKED]))
    def get_status(self, record: IdempotencyRecord) -> str:
        return Appointment.Status.BOOKED.value

    @extend_schema_field(LinksOut)
    def get_links(self, record: IdempotencyRecord) -> dict[str, str]:
        visit = record.appointment
        with override(visit.language):
            page = reverse("appointments:visit", args=[derive_link("visit", visit.link_salt)])
        return {**_links(visit.reference), "visit": f"{settings.PUBLIC_ADDRESS}{page}"}


class CentresQuery(Strict):
    """Which centres."""

    municipality = Text(
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


class AppointmentsQuery(Strict):
    """Which visits; all of the municipality's without a centre and a day."""

    centre = Text(required=False, max_length=80)
    date = Day(required=False, help_text="The local day on which they begin.")
    cursor = Text(required=False, max_length=LONGEST_CURSOR, help_text="See `next`.")


class ParticipantIn(Strict):
    """One who comes."""

    name = Text(max_length=1000)
    service = Text(required=False, max_length=40, help_text="Where it is not the visit's.")


class BookIn(Strict):
    """A visit to be booked. Phone or e-mail is needed, so that the citizen can be told."""

    centre = Text(max_length=80)
    service = Text(required=False, max_length=40, help_text="Needed unless each names one.")
    start = Moment(help_text="With its offset, as in the slots.")
    participants = serializers.ListField(
        child=ParticipantIn(), min_length=1, max_length=LARGEST_PARTY
    )
    phone = Text(allow_blank=True, default="", max_length=40, help_text="+45 may be left out.")
    email = Text(allow_blank=True, default="", max_length=254)
    language = Choice(choices=[code for code, _name in settings.LANGUAGES], default="da")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for participant in attrs["participants"]:
            if "service" not in participant and "service" not in attrs:
                raise ValidationError({"service": [ErrorDetail("", code="required")]})
        return attrs


class MoveIn(Strict):
    """Where a visit is to be moved."""

    start = Moment(help_text="With its offset, as in the slots.")


def _links(reference: str) -> dict[str, str]:
    calls = {
        "self": "api-appointment",
        "cancel": "api-appointment-cancel",
        "move": "api-appointment-move",
    }
    return {
        relation: f"{settings.PUBLIC_ADDRESS}{reverse(name, args=[reference])}"
        for relation, name in calls.items()
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
