"""What anyone can ask about time in the whole country, and about one time at one centre."""

import json
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.api.v1 import selectors
from appointments.api.v1.serializers.earliest import (
    EarliestQuery,
    EarliestsOut,
    StillFreeOut,
    StillFreeQuery,
)
from appointments.api.v1.statuses import NO_CENTRE, STATUSES
from appointments.services import plan_visit
from appointments.services.booking.earliest import (
    EarliestTime,
    Found,
    earliest_times,
    is_still_free,
)
from borgerservice.api.inputs import read_query
from borgerservice.api.openapi import answers
from borgerservice.api.views import JSON, PublicView
from borgerservice.kernel import clock
from borgerservice.kernel.clock import COPENHAGEN


class EarliestView(PublicView):
    """The earliest times of the country."""

    statuses = STATUSES

    @extend_schema(
        operation_id="earliest",
        parameters=[EarliestQuery],
        responses=answers(
            EarliestsOut,
            problems={
                404: "`service_not_found`, `region_not_found`",
                422: "`no_such_postal_code`",
            },
        ),
    )
    def get(self, request: Request) -> HttpResponse:
        """The earliest time that can be booked at each centre of the country now."""
        asked = read_query(request, EarliestQuery)
        found = earliest_times(
            service=asked["service"],
            people=asked.get("participants", 1),
            near=asked.get("near", ""),
            region=asked.get("region", ""),
            evening=asked.get("evening") == "1",
            step_free=asked.get("step_free") == "1",
            now=clock.now(),
        )
        rows = ",".join([_row(one) for one in found.times])
        origin = json.dumps(_from_where(found), ensure_ascii=False)
        body = f'{{"results":[{rows}],"next":null,"measured_from":{origin}}}'
        return HttpResponse(body, content_type=JSON)


class StillFreeView(PublicView):
    """Whether a time is still free."""

    statuses = STATUSES

    @extend_schema(
        operation_id="slot_still_free",
        parameters=[StillFreeQuery],
        responses=answers(
            StillFreeOut,
            problems={
                **NO_CENTRE,
                409: "`in_the_past`, `too_soon`, `too_far_ahead`, `centre_not_open_for_booking`",
                422: "`service_not_offered`, `off_grid`, `no_such_time`",
            },
        ),
    )
    def get(self, request: Request) -> Response:
        """Whether one time at a centre can be booked now. It is not held: only booking decides."""
        asked = read_query(request, StillFreeQuery)
        centre = selectors.centre_asked_for(asked["centre"])
        plan = plan_visit(centre=centre, codes=[asked["service"]] * asked.get("participants", 1))
        is_free = is_still_free(centre=centre, plan=plan, start=asked["start"], now=clock.now())
        return Response({"is_free": is_free})


@lru_cache(maxsize=8192)
def _row(found: EarliestTime) -> str:
    """A centre's time as JSON. A serializer would cost more than finding it."""
    centre, stand, distance = found.centre, found.stand, found.distance_km
    row = {
        "centre": centre.key,
        "name": centre.name,
        "municipality": centre.municipality,
        "address": stand.address,
        "postal_code": stand.postal_code,
        "city": stand.city,
        "is_demo": centre.is_demo,
        "is_step_free": centre.is_step_free,
        "start": found.start.astimezone(COPENHAGEN).isoformat(),
        "end": found.end.astimezone(COPENHAGEN).isoformat(),
        "distance_km": None if distance is None else round(distance, 1),
    }
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _from_where(found: Found) -> dict[str, Any] | None:
    if found.origin is None:
        return None
    return {
        "postal_code": found.origin.code,
        "city": found.origin.city,
        "is_about": found.is_about,
    }
