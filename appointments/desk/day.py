"""The day list: who comes to a centre on a day, and what to do next with each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments.desk.forms import SearchForm
from appointments.desk.words import ACTS, Mark, marks_of
from appointments.exceptions import NotFound
from appointments.models import Appointment
from appointments.rules.lifecycle import Act, AppointmentState
from appointments.selectors.desk import (
    DayVisit,
    allowed_acts,
    centre_of,
    day_of,
    matching,
    visit_meant,
)
from appointments.selectors.lists import ListedVisit
from borgerservice.admin import Link, Role, Words, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import COPENHAGEN, danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace
from borgerservice.templatetags.page import clock_text, spoken

DESK_ROLES = (Role.CLERK, Role.LEAD)
PLACE = "PLACE"
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2100, 1, 1)
FILTERS: dict[str, Words] = {"": gettext_lazy("All"), **dict(Appointment.Status.choices)}


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A visit of the day in words, where it leads, and the one thing to do with it next."""

    visit: ListedVisit
    number: str
    time: str
    names: str
    services: str
    marks: list[Mark]
    desk: str
    status: str
    origin: str
    address: str
    next_act: Link | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice among the visits of a day, and how many it leaves."""

    label: Words
    address: str
    count: int
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*DESK_ROLES)
def day(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """A centre's day: `?date=&status=`. A search comes by POST, since it may hold a name."""
    centre = find_centre(workplace, key)
    now = clock.now()
    today = danish_date(now)
    shown = day_asked(request.GET.get("date", ""), today)
    visits = day_of(municipality=workplace.municipality, centre=key, day=shown)
    form = SearchForm(posted(request))
    status = request.GET.get("status", "")
    found = [line for line in visits if status in {"", line.visit.status}]
    if form.is_bound and form.is_valid():
        query = form.cleaned_data["q"]
        meant = visit_meant(municipality=workplace.municipality, query=query)
        if meant:
            return redirect(visit_address(workplace, meant))
        found = matching(visits, query)
    here = reverse("admin:day", kwargs={"code": workplace.municipality.code, "key": key})
    return show(
        request,
        "admin/day_list.html",
        title=_("Today's list") if shown == today else _("The day's list"),
        workplace=workplace,
        centre=centre,
        form=form,
        is_search=form.is_bound and form.is_valid(),
        day=shown,
        is_today=shown == today,
        here=here,
        earlier=shown - timedelta(days=1),
        later=shown + timedelta(days=1),
        filters=_filters(visits, f"{here}?date={shown.isoformat()}", status),
        lines=_lines(workplace, found, now),
        total=len(visits),
    )


def find_centre(workplace: Workplace, key: str) -> Centre:
    """The workplace's centre named in an address; another municipality's is not found."""
    try:
        return centre_of(municipality=workplace.municipality, key=key)
    except NotFound:
        raise Http404 from None


def visit_address(workplace: Workplace, reference: str, name: str = "visit") -> str:
    """Where a visit's page is, or one of its acts."""
    where = {"code": workplace.municipality.code, "reference": reference}
    return reverse(f"admin:{name}", kwargs=where)


def day_address(workplace: Workplace, centre: Centre, shown: date) -> str:
    """Where the list of a day is."""
    where = {"code": workplace.municipality.code, "key": centre.key}
    return f"{reverse('admin:day', kwargs=where)}?date={shown.isoformat()}"


def day_asked(text: str, today: date) -> date:
    """The day an address asks for; today, where that was not understood."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if FIRST_DAY <= asked <= LAST_DAY else today


def _lines(workplace: Workplace, visits: list[DayVisit], now: datetime) -> list[Line]:
    page = visit_address(workplace, PLACE)
    statuses = {state: str(label) for state, label in Appointment.Status.choices}
    origins = {origin: str(label) for origin, label in Appointment.Origin.choices}
    labels = {act: str(label) for act, label in ACTS.items()} | {"": _("Open")}
    lines = []
    for day_visit in visits:
        visit, number = day_visit.visit, day_visit.number
        address = page.replace(PLACE, visit.reference)
        state = AppointmentState(visit.status)
        acts = allowed_acts(state, starts_at=visit.starts_at, now=now)
        lines.append(
            Line(
                visit=visit,
                number=number,
                time=clock_text(visit.starts_at.astimezone(COPENHAGEN).time()),
                names=", ".join(comer.name or number for comer in visit.comers),
                services=_services(visit),
                marks=marks_of(visit),
                desk=str(visit.desk),
                status=statuses[state],
                origin=origins[visit.origin],
                address=address,
                next_act=_next(address, acts, labels),
            )
        )
    return lines


def _services(visit: ListedVisit) -> str:
    """What they come for, each service once, and how many they are."""
    told = " + ".join(dict.fromkeys(spoken(comer.service_names) for comer in visit.comers))
    people = len(visit.comers)
    return told if people == 1 else f"{told} · {people} {_('people')}"


def _next(address: str, acts: frozenset[Act], labels: Mapping[str, str]) -> Link | None:
    """The one button of a line: receive who is expected, open the visit of who is here."""
    if Act.COMPLETE in acts:
        return Link(labels[""], address)
    if Act.CHECK_IN in acts:
        return Link(labels[Act.CHECK_IN], f"{address}check-in/", is_act=True)
    if Act.MARK_NO_SHOW in acts:
        return Link(labels[Act.MARK_NO_SHOW], f"{address}no-show/", is_act=True)
    return None


def _filters(visits: list[DayVisit], here: str, chosen: str) -> list[Filter]:
    counts = Counter(line.visit.status for line in visits)
    return [
        Filter(
            label=label,
            address=f"{here}&status={status}" if status else here,
            count=counts[status] if status else len(visits),
            is_chosen=status == chosen,
        )
        for status, label in FILTERS.items()
    ]
