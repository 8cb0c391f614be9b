"""Holding a time until the booking is made, and giving it up."""

from datetime import timedelta
from http import HTTPStatus

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.v1 import selectors
from appointments.api.v1.serializers.holds import HoldIn, HoldOut, ReleasedOut, ReleaseIn
from appointments.api.v1.statuses import NO_CENTRE, STATUSES
from appointments.services import plan_visit
from appointments.services.booking.client_holds import find_client_hold, hold_for_client
from appointments.services.booking.holds import release_hold
from borgerservice.api import idempotency
from borgerservice.api.inputs import Nothing, read_body, read_query
from borgerservice.api.openapi import CLIENTS_ONLY, WITH_BODY, answers
from borgerservice.api.scopes import Scope
from borgerservice.api.views import MunicipalView
from borgerservice.kernel import clock


class HoldsView(MunicipalView):
    """Times held."""

    scopes = {"POST": Scope.APPOINTMENTS_WRITE}
    statuses = STATUSES

    @extend_schema(
        operation_id="hold_time",
        request=HoldIn,
        parameters=[idempotency.PARAMETER],
        responses=answers(
            HoldOut,
            status=HTTPStatus.CREATED,
            problems={
                **CLIENTS_ONLY,
                **WITH_BODY,
                **NO_CENTRE,
                400: "`invalid_request`: see `errors`; `not_json`, `key_twice`,"
                " `idempotency_key_missing`, `idempotency_key_invalid`.",
                409: "The time cannot be had now: `slot_taken`, `closed`, `in_the_past`,"
                " `too_soon`, `too_far_ahead`, `centre_not_open_for_booking`.",
                422: "`off_grid`, `no_such_time`, `service_not_offered`, `idempotency_key_reused`.",
            },
        ),
    )
    def post(self, request: Request) -> Response:
        """Hold a time for 10 minutes, which nothing makes longer; then book with it."""
        read_query(request, Nothing)
        key = idempotency.key_of(request)
        asked = read_body(request, HoldIn)
        centre = selectors.own_centre(municipality=self.municipality, key=asked["centre"])
        plan = plan_visit(centre=centre, codes=asked["services"])
        hold, secret = hold_for_client(
            centre=centre,
            plan=plan,
            start=asked["start"],
            actor=self.actor,
            key=key,
            now=clock.now(),
        )
        told = {
            "hold": secret,
            "centre": centre.key,
            "start": hold.starts_at,
            "end": hold.starts_at + timedelta(minutes=plan.minutes),
            "expires_at": hold.expires_at,
        }
        return Response(HoldOut(told).data, status=HTTPStatus.CREATED)


class ReleaseHoldView(MunicipalView):
    """Giving one up."""

    scopes = {"POST": Scope.APPOINTMENTS_WRITE}
    statuses = STATUSES

    @extend_schema(
        operation_id="release_hold",
        request=ReleaseIn,
        responses=answers(
            ReleasedOut,
            problems={**CLIENTS_ONLY, **WITH_BODY, 409: "`hold_over`: used, over, or not yours."},
        ),
    )
    def post(self, request: Request) -> Response:
        """Give a held time back at once. The secret stays out of the address."""
        read_query(request, Nothing)
        asked = read_body(request, ReleaseIn)
        hold = find_client_hold(
            municipality=self.municipality, secret=asked["hold"], now=clock.now()
        )
        release_hold(hold=hold)
        return Response(ReleasedOut({"centre": hold.centre.key, "start": hold.starts_at}).data)
