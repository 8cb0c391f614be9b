"""A municipality's appointments. `…In` refuses what it does not know; `…Out` stays as it is."""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from appointments.api.v1.serializers.holds import LONGEST_SECRET
from appointments.models import Appointment
from appointments.services.booking.plan import LARGEST_PARTY
from borgerservice.api.inputs import Choice, Day, Moment, Strict, Text, YesNo
from borgerservice.api.pagination import LONGEST_CURSOR


class AttendeeOut(serializers.Serializer):
    """One who comes."""

    number = serializers.IntegerField()
    name = serializers.CharField(
        allow_null=True,
        help_text="Null for a protected person, once contact data is deleted, and where it cannot"
        " be read.",
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
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    centre = serializers.CharField()
    language = serializers.CharField()
    participants = AttendeeOut(many=True)
    links = ActionsOut()


class AppointmentsOut(serializers.Serializer):
    """A page of visits as they begin."""

    results = AppointmentOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")


class BookedOut(serializers.Serializer):
    """A booking as it was made; the same again for every repeat, whatever happened since."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=[Appointment.Status.BOOKED])
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    centre = serializers.CharField()
    services = serializers.ListField(child=serializers.CharField())
    links = LinksOut()


class AppointmentsQuery(Strict):
    """Which visits; all of the municipality's without a centre and a day."""

    centre = Text(required=False, max_length=80)
    date = Day(required=False, help_text="The local day on which they begin.")
    cursor = Text(required=False, max_length=LONGEST_CURSOR, help_text="See `next`.")


class ParticipantIn(Strict):
    """One who comes."""

    name = Text(max_length=1000)
    service = Text(required=False, max_length=40, help_text="Where it is not the visit's.")
    is_protected = YesNo(
        required=False, help_text="Name and address protection: shown as a number on every list."
    )


class BookIn(Strict):
    """A visit to be booked. Phone or e-mail is needed, so that the citizen can be told."""

    centre = Text(max_length=80)
    service = Text(required=False, max_length=40, help_text="Needed unless each names one.")
    start = Moment(help_text="With its offset, as in the slots.")
    hold = Text(
        required=False, max_length=LONGEST_SECRET, help_text="The secret of a hold of that time."
    )
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


class BringsWitnessIn(Strict):
    """Who of a visit brings a witness."""

    participant = serializers.IntegerField(
        min_value=0, max_value=LARGEST_PARTY - 1, default=0, help_text="The place, from 0."
    )
