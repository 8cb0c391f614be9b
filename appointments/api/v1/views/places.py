"""What anyone can ask: municipalities, centres, services and free times."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NoReturn

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.v1 import selectors
from appointments.api.v1.serializers.places import (
    CentreOut,
    CentresOut,
    CentresQuery,
    MunicipalitiesOut,
    MunicipalityOut,
    ServiceOut,
    ServicesOut,
    SlotsOut,
    SlotsQuery,
)
from appointments.api.v1.slot_rows import slots
from appointments.api.v1.statuses import NO_CENTRE, STATUSES
from appointments.exceptions import NotFound
from appointments.selectors.bookable import LONGEST_PERIOD_DAYS
from appointments.services import plan_visit
from appointments.services.booking.free_at import free_at
from borgerservice.api.inputs import Nothing, read_query
from borgerservice.api.openapi import answers
from borgerservice.api.views import JSON, PublicView
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date


class MunicipalitiesView(PublicView):
    """The municipalities."""

    @extend_schema(operation_id="municipalities", responses=answers(MunicipalitiesOut))
    def get(self, request: Request) -> Response:
        """Denmark's 98 municipalities, by code."""
        read_query(request, Nothing)
        return _whole(MunicipalityOut(selectors.municipalities(), many=True).data)


class CentresView(PublicView):
    """The centres."""

    statuses = STATUSES

    @extend_schema(
        operation_id="centres",
        parameters=[CentresQuery],
        responses=answers(CentresOut, problems={404: "`municipality_not_found`"}),
    )
    def get(self, request: Request) -> Response:
        """Citizen Service centres with hours and services; one municipality's, or all."""
        asked = read_query(request, CentresQuery)
        return _whole(
            CentreOut(selectors.centres_of(asked.get("municipality", "")), many=True).data
        )


class ServicesView(PublicView):
    """The services."""

    @extend_schema(operation_id="services", responses=answers(ServicesOut))
    def get(self, request: Request) -> Response:
        """What one can come for, and what to bring."""
        read_query(request, Nothing)
        return _whole(ServiceOut(selectors.services(), many=True).data)


class SlotsView(PublicView):
    """Free times."""

    statuses = STATUSES

    def pointer(self, field: str) -> str:
        """Services stand in one list here, whoever they are for."""
        return "/service" if field.endswith(".service") else super().pointer(field)

    @extend_schema(
        operation_id="slots",
        parameters=[SlotsQuery],
        responses=answers(
            SlotsOut,
            problems={
                **NO_CENTRE,
                422: "`service_not_offered`, `too_many_participants`, `period_reversed`,"
                " `period_too_long`",
            },
        ),
    )
    def get(self, request: Request) -> HttpResponse:
        """The times that can be booked at a centre now, at most 62 days a call."""
        asked = read_query(request, SlotsQuery)
        now = clock.now()
        codes = asked["service"] * asked.get("participants", 1)
        first = asked.get("from", danish_date(now))
        last = asked.get("to") or _last_day(first)
        free = free_at(key=asked["centre"], codes=codes, first=first, last=last, now=now)
        if free is None:
            _refuse(asked, codes)
        return HttpResponse(slots(free.days, free.minutes), content_type=JSON)


def _refuse(asked: Mapping[str, Any], codes: Sequence[str]) -> NoReturn:
    """Say whether it is the centre that is unknown or the service."""
    plan_visit(centre=selectors.centre_asked_for(asked["centre"]), codes=codes)
    raise NotFound("centre_not_found", field="centre")  # it has come since we looked


def _whole(results: Any) -> Response:
    return Response({"results": results, "next": None})


def _last_day(first: date) -> date:
    rest = min(timedelta(LONGEST_PERIOD_DAYS - 1), date.max - first)
    return first + rest
