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
    rows = [_row(line) for line in day_of(centre=centre, day=shown)]
    return JsonResponse({"date": shown.isoformat(), "visits": rows})


def _row(line: DayVisit) -> dict[str, object]:
    visit = line.visit
    return {
        "reference": visit.reference,
        "number": line.number,
        "start": _local(visit.starts_at),
        "end": _local(visit.ends_at),
        "status": visit.status,
        "origin": visit.origin,
        "desk": visit.desk,
        "names": [comer.name for comer in visit.comers],
        "services": [comer.service_names for comer in visit.comers],
    }


def _local(moment: datetime) -> str:
    return moment.astimezone(COPENHAGEN).isoformat()
