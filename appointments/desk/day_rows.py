"""The day list as JSON: the same rows to the same staff, for a screen or a sheet of their own.

A row is written as text, since there are many; names and texts alone need JSON's own writing.
"""

import json
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from appointments.desk.day import DESK_ROLES, day_asked, find_centre
from appointments.desk.words import MARKS
from appointments.rules.local_time import written_here
from appointments.selectors.desk import DayVisit, day_of
from borgerservice.admin import admin_page
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.policies import Workplace

_written: Final = json.JSONEncoder().encode
_KNOWN: Final = {word: _written(word) for word in MARKS} | {"": "null"}


@require_safe
@admin_page(*DESK_ROLES)
def day_rows(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """A centre's day: `?date=`, all of it."""
    shown = day_asked(request.GET.get("date", ""), danish_date(clock.now()))
    lines = day_of(municipality=workplace.municipality, centre=key, day=shown)
    if not lines:
        find_centre(workplace, key)
    rows = ",".join(map(_row, lines))
    answer = f'{{"date":"{shown.isoformat()}","visits":[{rows}]}}'
    return HttpResponse(answer, content_type="application/json")


def _row(line: DayVisit) -> str:
    visit = line.visit
    names = ",".join([_written(comer.name) for comer in visit.comers])
    services = ",".join([comer.service_names_json for comer in visit.comers])
    witnesses = ",".join([_KNOWN[comer.witness] for comer in visit.comers])
    papers = ",".join([_KNOWN[comer.papers] for comer in visit.comers])
    return (
        f'{{"reference":"{visit.reference}","number":"{line.number}",'
        f'"start":"{written_here(visit.starts_at)}","end":"{written_here(visit.ends_at)}",'
        f'"status":"{visit.status}","origin":"{visit.origin}","desk":{visit.desk},'
        f'"names":[{names}],"services":[{services}],"witnesses":[{witnesses}],"papers":[{papers}]}}'
    )
