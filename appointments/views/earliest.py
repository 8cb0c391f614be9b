"""Where in the country the earliest time is: near the citizen, and anywhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from appointments.forms.earliest import EarliestForm
from appointments.rules.places import postal_code_in
from appointments.services.booking.earliest import EarliestTime, Found, earliest_times
from borgerservice.access import open_to
from borgerservice.kernel import clock

NEAREST_SHOWN = 5
EARLIEST_SHOWN = 10


@open_to("anyone")
@require_safe
def earliest(request: HttpRequest) -> HttpResponse:
    """The earliest times for a service: at the centres nearest to a postal code, and of all."""
    is_asked = "service" in request.GET  # else only the place is known, from the search before
    near = postal_code_in(request.GET.get("near", ""))
    form = EarliestForm(request.GET if is_asked else None, initial={"near": near})
    shown: dict[str, object] = {"form": form}
    if form.is_valid():
        asked = form.cleaned_data
        found = earliest_times(
            service=asked["service"],
            people=int(asked["people"] or 1),
            near=asked["near"],
            region=asked["region"],
            evening=asked["evening"],
            step_free=asked["step_free"],
            now=clock.now(),
        )
        shown |= {
            "found": found,
            "nearest": _nearest(found),
            "earliest": found.times[:EARLIEST_SHOWN],
            "region": asked["region"],
            "code": asked["service"],
            "people": asked["people"] or 1,
        }
    shown["kept_query"] = form.query
    return render(request, "appointments/earliest.html", shown)


def _nearest(found: Found) -> list[EarliestTime]:
    """The centres closest by, each with its earliest time; none without a postal code."""
    if found.origin is None:
        return []
    by_way = sorted(
        (one for one in found.times if one.distance_km is not None),
        key=lambda one: one.distance_km or 0.0,
    )
    return by_way[:NEAREST_SHOWN]
