"""A code by text message or e-mail before a time is held, where the municipality asks for one."""

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from appointments.exceptions import Refused, TooMany
from appointments.forms.codes import CodeForm
from appointments.forms.reach import ReachForm
from appointments.forms.times import StartForm, TimesForm
from appointments.models import ContactCode
from appointments.services import plan_visit
from appointments.services.booking.codes import (
    Wanted,
    find_code,
    keep_code_awhile,
    prove_contact,
    send_code,
    start_proven_draft,
)
from appointments.views.choosing import Choice, choose
from appointments.views.free_times import ShownTimes, free_days, shown_times
from appointments.views.kiosk_mode import at_kiosk, screen_of
from appointments.views.limited import announced
from appointments.views.page_at import page_at
from appointments.views.places import centre_or_404
from appointments.views.private import private
from appointments.wording import REFUSALS
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.networks import network_of

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@at_kiosk
@open_to("anyone")
@reads_and_writes
@private(holds_form=True)
def ask(request: HttpRequest, key: str, code: str) -> HttpResponseBase:
    """Where to send the code for the time chosen. Nothing is held yet."""
    now = clock.now()
    centre = centre_or_404(key)
    start, times = StartForm(request.GET), TimesForm(request.GET, now=now)
    times.is_valid()
    if not start.is_valid() or not centre.municipality.asks_for_code:
        return redirect("appointments:times", key=key, code=code)
    try:
        plan = plan_visit(centre=centre, codes=[code] * times.party)
    except Refused:
        raise Http404 from None
    form = ReachForm(request.POST if request.method == "POST" else None)
    too_many: TooMany | None = None
    _keep_nothing(request, form)
    if form.is_valid():
        try:
            token = send_code(
                wanted=Wanted(centre, code, times.party, start.cleaned_data["start"]),
                phone=str(form.cleaned_data["phone"] or ""),
                email=form.cleaned_data["email"],
                language=get_language() or "da",
                network=network_of(request),
                now=now,
            )
        except TooMany as refused:
            too_many = refused
            form.add_error(None, str(REFUSALS["too_many_codes"]))
        except Refused as refused:
            form.add_error(refused.field or None, refused.sentence)
        else:
            return redirect("appointments:code", token=token)
    shown = {
        "form": form,
        "centre": centre,
        "service": plan.services[0],
        "start": start.cleaned_data["start"],
        "back": f"{reverse('appointments:times', args=[key, code])}?people={times.party}",
        "kept_query": f"?{request.GET.urlencode()}",
    }
    response = page_at(request, "appointments/code_ask.html", shown)
    return announced(response, too_many) if too_many else response


@at_kiosk
@open_to("link holder")
@reads_and_writes
@private(holds_form=True)
def enter(request: HttpRequest, token: str) -> HttpResponseBase:
    """The code comes back: the time is held, or where it was taken, another is chosen."""
    now = clock.now()
    try:
        row = find_code(token=token, now=now)
    except Refused:
        gone = {"is_error_page": True}
        return render(request, "appointments/code_gone.html", gone, status=410)
    form, choice = CodeForm(request.POST if request.method == "POST" else None), Choice()
    _keep_nothing(request, form)
    too_many: TooMany | None = None
    is_proven = row.proven_at is not None
    begin = partial(start_proven_draft, row=row, now=now, is_shared=bool(screen_of(request)))
    if form.is_bound and not is_proven:
        try:
            is_proven = _is_proven(request, row, form, now)
        except TooMany as refused:
            form.add_error("code", str(REFUSALS["too_many_tried"]))
            too_many = refused
        if is_proven:
            choice = choose({"start": row.starts_at.isoformat()}, begin)
    elif form.is_bound:
        keep_code_awhile(row=row, now=now)
        choice = choose(request.POST, begin)
    if choice.done:
        return redirect("appointments:details", token=choice.done)
    if is_proven and row.spent_at is not None:
        return redirect("appointments:details", token=begin(start=row.starts_at))
    shown = {
        "form": form,
        "row": row,
        "choice": choice,
        "is_proven": is_proven,
        "times": _times(row, choice, now) if is_proven else None,
        "centre": row.centre,
        "service": row.service,
        "start": row.starts_at,
        "again": _again(row),
    }
    response = page_at(request, "appointments/code_enter.html", shown, status=choice.status)
    return announced(response, too_many) if too_many else response


def _keep_nothing(request: HttpRequest, form: ReachForm | CodeForm) -> None:
    """On a screen that others use after, the browser is told to keep nothing that is typed."""
    if screen_of(request):
        for field in form.fields.values():
            field.widget.attrs["autocomplete"] = "off"


def _is_proven(request: HttpRequest, row: ContactCode, form: CodeForm, now: datetime) -> bool:
    if not form.is_valid():
        return False
    typed = form.cleaned_data["code"]
    try:
        prove_contact(row=row, typed=typed, network=network_of(request), now=now)
    except TooMany:
        raise
    except Refused as refused:
        form.add_error("code", refused.sentence)
        return False
    return True


def _again(row: ContactCode) -> str:
    """Where another code is asked for, for the same time."""
    where = reverse("appointments:ask_code", args=[row.centre.key, row.service.code])
    asked: dict[str, Any] = {"start": row.starts_at.isoformat(), "people": row.people}
    return f"{where}?{urlencode(asked)}"


def _times(row: ContactCode, choice: Choice, now: datetime) -> ShownTimes | None:
    """The free times closest to the one that could not be had."""
    try:
        plan = plan_visit(centre=row.centre, codes=[row.service.code] * row.people)
    except Refused:
        return None
    first = clock.danish_date(now)
    days = free_days(centre=row.centre, plan=plan, first=first, now=now)
    wanted = choice.wanted or row.starts_at
    return shown_times(days, wanted=wanted, centre=row.centre, plan=plan, now=now)
