"""An earlier time: asked for, offered, taken or left."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from appointments.exceptions import NotFound, Refused, TooMany
from appointments.forms.waiting import EarlierForm, WaitForm, wish_of
from appointments.selectors.bookable import centre_by_key
from appointments.selectors.visit import Visit
from appointments.selectors.waiting import (
    centres_for_earlier,
    entry_by_link,
    offer_by_link,
    wish_of_visit,
)
from appointments.services import plan_visit
from appointments.services.booking.limits import count_start, count_wait
from appointments.services.offering.answers import accept_offer, decline_offer
from appointments.services.offering.waiting import (
    entry_link,
    leave_waiting_list,
    wait_for_any,
    wait_for_earlier,
    wish_marked,
)
from appointments.views.limited import announced, in_words
from appointments.views.page_at import page_at
from appointments.views.private import private
from appointments.views.visits import visit_page
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.networks import network_of
from borgerservice.sent_again import mark_of_form
from borgerservice.vault.links import derive_link


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
@visit_page
def earlier(request: HttpRequest, link: str, visit: Visit, now: datetime) -> HttpResponseBase:
    """Ask for an earlier time than the one there is, or wait no more."""
    if not visit.can_change:
        return redirect("appointments:visit", link=link)
    appointment = visit.appointment
    centres = centres_for_earlier(appointment, visit.services[0].pk)
    entry = wish_of_visit(appointment)
    if request.method == "POST" and "leave" in request.POST and entry:
        leave_waiting_list(link=entry_link(entry), now=now)
        return redirect("appointments:earlier", link=link)
    form = EarlierForm(request.POST if request.method == "POST" else None, centres=centres)
    refusal = ""
    if form.is_valid():
        today = clock.danish_date(now)
        last = clock.danish_date(appointment.starts_at)
        try:
            wait_for_earlier(
                appointment=appointment,
                centres=form.chosen,
                wish=wish_of(form.cleaned_data["hours"], first_day=today, last_day=last),
                now=now,
            )
            return redirect("appointments:earlier", link=link)
        except Refused as refused:
            refusal = refused.sentence
    shown = {
        "link": link,
        "appointment": appointment,
        "centre": appointment.centre,
        "services": visit.services,
        "form": form,
        "entry": entry,
        "refusal": refusal,
    }
    return page_at(request, "appointments/earlier.html", shown, status=409 if refusal else 200)


@open_to("anyone")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def wait(request: HttpRequest, key: str, code: str) -> HttpResponseBase:
    """Ask for a time at a centre that has none; it counts as a booking does."""
    now = clock.now()
    try:
        centre = centre_by_key(key)
        plan = plan_visit(centre=centre, codes=[code])
    except (NotFound, Refused):
        return render(request, "404.html", {"is_error_page": True}, status=404)
    if not centre.is_open_for_booking:
        return redirect("appointments:centre", key=key)
    form = WaitForm(request.POST if request.method == "POST" else None)
    too_many: TooMany | None = None
    mark = mark_of_form(request)
    known = wish_marked(mark) if form.is_valid() else None
    if known and known.status == known.Status.WAITING:
        return redirect("appointments:waiting", link=entry_link(known))
    if form.is_valid():
        network, typed = network_of(request), form.cleaned_data
        reach = {"phone": str(typed["phone"] or ""), "email": typed["email"]}
        today = clock.danish_date(now)
        try:
            count_start(network=network, centre=centre, now=now)
            count_wait(centre=centre, **reach, network=network, now=now)
            entry = wait_for_any(
                centre=centre,
                service=code,
                names=form.names,
                **reach,
                language=get_language() or "da",
                wish=wish_of(typed["hours"], first_day=today, last_day=plan.window.last_day(today)),
                now=now,
                needs=form.needs,
                protected=form.protected,
                mark="" if known else mark,
            )
            return redirect("appointments:waiting", link=entry_link(entry))
        except TooMany as refused:
            form.add_error(None, in_words(refused))
            too_many = refused
        except Refused as refused:
            field = "email" if refused.field == "email" else "phone"
            form.add_error(field, refused.sentence)
    shown = {"centre": centre, "service": plan.services[0], "form": form}
    response = page_at(request, "appointments/wait.html", shown)
    return announced(response, too_many) if too_many else response


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def waiting(request: HttpRequest, link: str) -> HttpResponseBase:
    """What somebody waits for, and the way off the list."""
    try:
        entry = entry_by_link(link)
        if request.method == "POST":
            leave_waiting_list(link=link, now=clock.now())
            return redirect("appointments:waiting", link=link)
    except NotFound:
        return _unknown(request)
    shown = {
        "entry": entry,
        "is_waiting": entry.status == entry.Status.WAITING,
        "centre": entry.centres.all()[0],
    }
    return page_at(request, "appointments/waiting.html", shown)


@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
@private(holds_form=True)
def offer(request: HttpRequest, link: str) -> HttpResponseBase:
    """A time that is held: take it or leave it. Afterwards the link says what came of it."""
    now, refusal = clock.now(), ""
    try:
        if request.method == "POST":
            try:
                if "accept" in request.POST:
                    visit = accept_offer(link=link, now=now)
                    return redirect(
                        "appointments:visit", link=derive_link("visit", visit.link_salt)
                    )
                if "decline" in request.POST:
                    decline_offer(link=link, now=now)
                    return redirect("appointments:offer", link=link)
            except NotFound:
                raise
            except Refused as refused:
                refusal = refused.sentence
        offered = offer_by_link(link, now=now)
    except NotFound:
        return _unknown(request)
    visit_there = offered.visit
    shown = {
        "offered": offered,
        "offer": offered.offer,
        "centre": offered.offer.centre,
        "refusal": refusal,
        "visit_link": derive_link("visit", visit_there.link_salt) if visit_there else "",
    }
    status = 409 if refusal else 200 if offered.is_open or visit_there else 410
    return page_at(request, "appointments/offer.html", shown, status=status)


def _unknown(request: HttpRequest) -> HttpResponse:
    unknown = {"is_error_page": True}
    return render(request, "appointments/visit_unknown.html", unknown, status=404)
