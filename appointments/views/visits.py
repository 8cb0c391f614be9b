"""The visit behind a citizen's secret link: see it, keep it, move it, cancel it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from appointments.calendar_file import calendar_file
from appointments.exceptions import NotFound, Refused
from appointments.forms.times import TimesForm
from appointments.models import Appointment
from appointments.selectors.centres import stand_on, week_of
from appointments.selectors.visit import Visit, visit_by_link
from appointments.services import (
    cancel_appointment,
    move_appointment,
    plan_visit,
)
from appointments.views.choosing import Choice, choose
from appointments.views.free_times import free_days, shown_times
from appointments.views.page_at import page_at
from appointments.views.private import private
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.vault.links import derive_link

VisitView = Callable[[HttpRequest, str, Visit, datetime], HttpResponseBase]


def visit_page(view: VisitView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page of a visit. Without one the answer is the same for every link; after it, nothing."""

    @wraps(view)
    def page(request: HttpRequest, link: str) -> HttpResponseBase:
        now = clock.now()
        try:
            visit = visit_by_link(link, now=now)
        except NotFound:
            unknown = {"is_error_page": True}
            return render(request, "appointments/visit_unknown.html", unknown, status=404)
        if visit.is_over:
            over = {"is_error_page": True}
            return render(request, "appointments/visit_over.html", over, status=410)
        return view(request, link, visit, now)

    return page


@open_to("link holder")
@require_safe
@private(holds_form=False)
@visit_page
def visit(request: HttpRequest, link: str, visit: Visit, now: datetime) -> HttpResponseBase:
    """When, where, what to bring; and whether it still stands."""
    centre = visit.appointment.centre
    day = clock.danish_date(visit.appointment.starts_at)
    week = week_of(centre, day=day)
    shown = {
        **_facts(link, visit),
        "offer_link": derive_link("offer", visit.offer) if visit.offer else "",
        "week": week,
        "stand": stand_on(centre, day=day, stops=week.stops),
    }
    return page_at(request, "appointments/visit.html", shown)


@open_to("link holder")
@require_safe
@private(holds_form=False)
@visit_page
def calendar(request: HttpRequest, link: str, visit: Visit, now: datetime) -> HttpResponseBase:
    """The visit as a file for the citizen's own calendar."""
    file = calendar_file(visit.appointment, services=visit.services, now=now)
    name = f"borgerservice-{visit.appointment.reference}.ics"
    return HttpResponse(
        file,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
@visit_page
def move(request: HttpRequest, link: str, visit: Visit, now: datetime) -> HttpResponseBase:
    """Another time for the same visit; reference and link stay."""
    if not visit.can_change:
        return redirect("appointments:visit", link=link)
    centre = visit.appointment.centre
    form = TimesForm(request.POST or request.GET, now=now, party=visit.people)
    form.is_valid()
    choice = Choice()
    if request.method == "POST":
        do = partial(move_appointment, appointment=visit.appointment, actor="citizen", now=now)
        choice = choose(request.POST, do)
        if choice.done:
            return redirect("appointments:visit", link=link)
    try:
        plan = plan_visit(centre=centre, codes=[service.code for service in visit.services])
        form.keep_within(plan.window.last_day(form.today))
        days = free_days(centre=centre, plan=plan, first=form.start_day, now=now)
        times = shown_times(days, wanted=choice.wanted, centre=centre, plan=plan, now=now)
    except Refused as refused:  # the centre no longer offers the service
        times, choice = None, Choice(refusal=refused.sentence)
    shown = {**_facts(link, visit), "form": form, "choice": choice, "times": times}
    return page_at(request, "appointments/move.html", shown, status=choice.status)


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
@visit_page
def cancel(request: HttpRequest, link: str, visit: Visit, now: datetime) -> HttpResponseBase:
    """Ask once, then give the time back to others."""
    if not visit.can_change:
        return redirect("appointments:visit", link=link)
    choice = Choice()
    if request.method == "POST":
        try:
            cancel_appointment(appointment=visit.appointment, actor="citizen", now=now)
            return redirect("appointments:visit", link=link)
        except Refused as refused:
            choice = Choice(refusal=refused.sentence)
    shown = {**_facts(link, visit), "choice": choice}
    return page_at(request, "appointments/cancel.html", shown, status=choice.status)


def to_visit(appointment: Appointment) -> HttpResponseBase:
    """On to the page of a visit, behind its secret link."""
    return redirect("appointments:visit", link=derive_link("visit", appointment.link_salt))


def _facts(link: str, visit: Visit) -> dict[str, object]:
    return {
        "link": link,
        "visit": visit,
        "appointment": visit.appointment,
        "centre": visit.appointment.centre,
        "services": list(dict.fromkeys(visit.services)),
        "people": visit.people,
    }
