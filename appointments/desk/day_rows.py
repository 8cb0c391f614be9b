"""The day list as JSON: the same rows to the same staff, for a screen or a sheet of their own."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from appointments.desk.day import DESK_ROLES, day_asked, find_centre
from appointments.selectors_desk import DayVisit, day_of
from borgerservice.admin import admin_page
from borgerservice.kernel import clock
from borgerservice.kernel.clock import COPENHAGEN, danish_date
from borgerservice.municipalities.policies import Workplace


@require_safe
@admin_page(*DESK_ROLES)
def day_rows(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """A centre's day: `?date=`, all of it."""
    centre = find_centre(workplace, key)
    shown = day_asked(request.GET.get("date", ""), danish_date(clock.now()))
    rows = [_row(visit) for visit in day_of(centre=centre, day=shown)]
    return JsonResponse({"date": shown.isoformat(), "visits": rows})


def _row(visit: DayVisit) -> dict[str, object]:
    return {
        "reference": visit.reference,
        "number": visit.number,
        "start": _local(visit.starts_at),
        "end": _local(visit.ends_at),
        "status": visit.status,
        "origin": visit.origin,
        "desk": visit.desk,
        "names": visit.names,
        "services": visit.services,
    }


def _local(moment: datetime) -> str:
    return moment.astimezone(COPENHAGEN).isoformat()
