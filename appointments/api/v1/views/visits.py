"""What a municipality's systems ask and do about its own appointments."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from phonenumber_field.phonenumber import to_python
from rest_framework.request import Request

from appointments import services
from appointments.api.v1 import selectors
from appointments.api.v1.serializers.visits import (
    AppointmentOut,
    AppointmentsOut,
    AppointmentsQuery,
    BookedOut,
    BookIn,
    BringsWitnessIn,
    MoveIn,
)
from appointments.api.v1.statuses import NO_CENTRE, STATUSES
from appointments.api.v1.visit_rows import booked, visit_row
from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, Hold
from appointments.rules.reference import normalise_reference
from appointments.selectors.bookable import get_appointment
from appointments.services.booking.client_holds import find_client_hold
from appointments.services.booking.repeats import repeat_of
from borgerservice.api import idempotency, pagination
from borgerservice.api.inputs import Nothing, read_body, read_query
from borgerservice.api.openapi import CLIENTS_ONLY, WITH_BODY, answers
from borgerservice.api.scopes import Scope
from borgerservice.api.views import JSON, MunicipalView
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.limits import is_danish_mobile

_NO_VISIT = {404: "`not_found`: none of this municipality's appointments."}
_NO_TIME = {
    409: "The time cannot be had now: `slot_taken`, `closed`, `in_the_past`, `too_soon`,"
    " `too_far_ahead`, `centre_not_open_for_booking`.",
}
_NO_HOLD = " Or the hold is used, over, not yours, or for another time: `hold_over`."
_NEVER = "What was sent can never be booked: "


class AppointmentsView(MunicipalView):
    """A municipality's appointments."""

    scopes = {"GET": Scope.APPOINTMENTS_READ, "POST": Scope.APPOINTMENTS_WRITE}
    statuses = STATUSES

    @extend_schema(
        operation_id="appointments",
        parameters=[AppointmentsQuery],
        responses=answers(AppointmentsOut, problems={**CLIENTS_ONLY, **NO_CENTRE}),
    )
    def get(self, request: Request) -> HttpResponse:
        """The municipality's appointments as they begin, 20 a page; `next` leads on."""
        asked = read_query(request, AppointmentsQuery)
        cursor = asked.get("cursor")
        visits = selectors.visits_of(
            municipality=self.municipality,
            centre=asked.get("centre", ""),
            day=asked.get("date"),
            after=pagination.read_cursor(cursor) if cursor else None,
            at_most=pagination.PAGE_ROWS + 1,
        )
        shown = visits[: pagination.PAGE_ROWS]
        following = None
        if len(visits) > len(shown):
            last = shown[-1]
            following = pagination.next_address(request, (last.starts_at, last.pk))
        rows = ",".join(map(visit_row, shown))
        answer = f'{{"results":[{rows}],"next":{json.dumps(following)}}}'
        return HttpResponse(answer, content_type=JSON)

    @extend_schema(
        operation_id="book_appointment",
        request=BookIn,
        parameters=[idempotency.PARAMETER],
        responses=answers(
            BookedOut,
            status=HTTPStatus.CREATED,
            problems={
                **CLIENTS_ONLY,
                **WITH_BODY,
                **NO_CENTRE,
                409: _NO_TIME[409] + _NO_HOLD,
                429: "`too_many_tries`: too many bookings with this phone number or e-mail address"
                " today; `Retry-After` says in how many seconds there may be more.",
                400: "`invalid_request`: see `errors`; `not_json`, `key_twice`,"
                " `idempotency_key_missing`, `idempotency_key_invalid`.",
                422: _NEVER + "`off_grid`, `no_such_time`, `service_not_offered`,"
                " `looks_like_cpr`, `not_a_name`, `empty`, `too_long`, `no_contact`,"
                " `invalid_phone`, `invalid_email`; or `idempotency_key_reused`.",
            },
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        """Book a time at one of the municipality's own centres."""
        read_query(request, Nothing)
        key = idempotency.key_of(request)
        asked = read_body(request, BookIn)
        repeatable = services.Request(
            scope=self.actor, key=key, body_hash=idempotency.body_mark(request)
        )
        now, phone, email = clock.now(), _e164(asked["phone"]), asked["email"]
        centre: Centre | services.CentreNamed
        centre, hold = services.CentreNamed(self.municipality, asked["centre"]), None
        if "hold" in asked:
            centre = selectors.own_centre(municipality=self.municipality, key=asked["centre"])
            hold = self._hold(asked, centre, repeatable, now)
        services.book_appointment(
            centre=centre,
            visitors=_visitors(asked),
            start=asked["start"],
            phone=phone,
            email=email,
            language=asked["language"],
            origin=Appointment.Origin.API,
            actor=self.actor,
            now=now,
            request=repeatable,
            hold=hold,
            network="",
        )
        answer = booked(repeatable.record)
        where = {"Location": answer["links"]["self"]}
        return HttpResponse(
            json.dumps(answer), content_type=JSON, status=HTTPStatus.CREATED, headers=where
        )

    def _hold(
        self, asked: dict[str, Any], centre: Centre, request: services.Request, now: datetime
    ) -> Hold | None:
        """The hold to book with; None for a repeat, whose first time used it."""
        try:
            return find_client_hold(
                municipality=self.municipality,
                secret=asked["hold"],
                now=now,
                centre=centre,
                start=asked["start"],
            )
        except Refused:
            if repeat_of(request):
                return None
            raise


class OneAppointment(MunicipalView):
    """What is asked and done about one appointment."""

    statuses = STATUSES

    def find(self, reference: str) -> Appointment:
        """The appointment that the address names. Raises NotFound."""
        known = normalise_reference(reference)
        if known is None:
            raise NotFound
        return get_appointment(municipality=self.municipality, reference=known)

    def shown(self, reference: str) -> HttpResponse:
        """How it stands now. Raises NotFound."""
        visit = selectors.visit_of(municipality=self.municipality, reference=reference)
        return HttpResponse(visit_row(visit), content_type=JSON)


class AppointmentView(OneAppointment):
    """Reading it."""

    scopes = {"GET": Scope.APPOINTMENTS_READ}

    @extend_schema(
        operation_id="appointment",
        responses=answers(AppointmentOut, problems={**CLIENTS_ONLY, **_NO_VISIT}),
    )
    def get(self, request: Request, reference: str) -> HttpResponse:
        """One of the municipality's appointments."""
        read_query(request, Nothing)
        return self.shown(reference)


class CancelView(OneAppointment):
    """Cancelling."""

    scopes = {"POST": Scope.APPOINTMENTS_WRITE}

    @extend_schema(
        operation_id="cancel_appointment",
        request=None,
        responses=answers(
            AppointmentOut,
            problems={**CLIENTS_ONLY, **WITH_BODY, **_NO_VISIT, 409: "`cannot_cancel`"},
        ),
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Cancel. Cancelling twice is the same as once, so no Idempotency-Key is needed."""
        read_query(request, Nothing)
        read_body(request, Nothing)
        services.cancel_appointment(
            appointment=self.find(reference), actor=self.actor, now=clock.now()
        )
        return self.shown(reference)


class MoveView(OneAppointment):
    """Moving."""

    scopes = {"POST": Scope.APPOINTMENTS_WRITE}

    @extend_schema(
        operation_id="move_appointment",
        request=MoveIn,
        responses=answers(
            AppointmentOut,
            problems={
                **CLIENTS_ONLY,
                **WITH_BODY,
                **_NO_VISIT,
                409: _NO_TIME[409] + " Or the appointment cannot be moved any more: `cannot_move`.",
                422: _NEVER + "`off_grid`, `no_such_time`.",
            },
        ),
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Move to another time at the centre; reference and link stay.

        Moving to the time it has changes nothing, so no Idempotency-Key is needed.
        """
        read_query(request, Nothing)
        asked = read_body(request, MoveIn)
        services.move_appointment(
            appointment=self.find(reference),
            start=asked["start"],
            actor=self.actor,
            now=clock.now(),
        )
        return self.shown(reference)


class WitnessView(OneAppointment):
    """Making time for a witness."""

    scopes = {"POST": Scope.APPOINTMENTS_WRITE}

    @extend_schema(
        operation_id="make_time_for_witness",
        request=BringsWitnessIn,
        responses=answers(
            AppointmentOut,
            problems={
                **CLIENTS_ONLY,
                **WITH_BODY,
                **_NO_VISIT,
                409: "`cannot_be_longer`: the time after the visit is not free.",
            },
        ),
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Give the visit the time its service takes with a witness, where what follows is free.

        A visit that is long enough stays as it is, so no Idempotency-Key is needed.
        """
        read_query(request, Nothing)
        asked = read_body(request, BringsWitnessIn)
        comers = self.find(reference).participants.all()
        comer = next((one for one in comers if one.position == asked["participant"]), None)
        if comer is None:
            raise NotFound
        services.lengthen_visit(participant=comer, actor=self.actor, now=clock.now())
        return self.shown(reference)


def _visitors(asked: dict[str, Any]) -> list[services.Visitor]:
    return [
        services.Visitor(
            name=participant["name"],
            service=participant.get("service", asked.get("service", "")),
            is_protected=participant.get("is_protected", False),
        )
        for participant in asked["participants"]
    ]


def _e164(phone: str) -> str:
    """A phone number as it is stored; what is none goes on as it stands, to be refused."""
    if is_danish_mobile(phone):
        return phone
    number = to_python(phone)
    return str(number.as_e164) if number and number.is_valid() else phone
