"""What one does at the centre's own screen besides booking: arrive, and be forgotten."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from appointments.exceptions import Refused
from appointments.forms.arrive import ArriveForm
from appointments.models import BookingDraft
from appointments.ports import CARRIED
from appointments.selectors.centres import stand_on
from appointments.services.booking.drafts import end_draft, keep_draft_awhile, read_draft
from appointments.services.visits.arrival import arrive
from appointments.views.kiosk_mode import (
    at_kiosk,
    centre_of_ticket,
    screen_of,
    start_of,
)
from appointments.views.places import centre_or_404
from appointments.wording import REFUSALS
from borgerservice.access import open_to
from borgerservice.kernel import clock


@at_kiosk
@open_to("link holder")
@require_safe
def enter(request: HttpRequest, ticket: str) -> HttpResponse:
    """Make this browser the screen of the centre that the address names, until it is closed."""
    key = centre_of_ticket(ticket)
    if key is None:
        raise Http404
    centre_or_404(key)
    answer = redirect(start_of(key))
    answer.set_cookie(
        settings.KIOSK_COOKIE_NAME,
        ticket,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    answer.delete_cookie(CARRIED, samesite="Lax")  # what somebody carried here is not the next's
    return answer


@at_kiosk
@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    """Say that one is here, by the reference of the visit."""
    key = screen_of(request)
    if not key:
        raise Http404
    centre = centre_or_404(key)
    form = ArriveForm(request.POST if request.method == "POST" else None)
    is_here = False
    if form.is_valid():
        try:
            arrive(centre=centre, reference=form.cleaned_data["reference"], now=clock.now())
            is_here = True
        except Refused:  # also where it was tried too often
            form.add_error("reference", str(REFUSALS["no_visit_here"]))
    shown = {"centre": centre, "form": form, "is_done": is_here}
    return render(request, "appointments/kiosk_check_in.html", shown)


@at_kiosk
@open_to("link holder")
@require_http_methods(["GET", "HEAD", "POST"])
def still_here(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody is at the page: what they write is kept longer. At home that is a POST."""
    now, is_shared = clock.now(), bool(screen_of(request))
    if not is_shared and request.method != "POST":
        raise Http404
    try:
        keep_draft_awhile(draft=read_draft(token=token, now=now), now=now, is_shared=is_shared)
    except Refused:
        return HttpResponse(status=410)
    return HttpResponse(status=204)


@at_kiosk
@open_to("link holder")
@require_safe
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Forget what was written, give the time back, and begin again.

    It comes by GET: a browser without scripts can do nothing else by itself.
    """
    key = screen_of(request)
    if not key:
        raise Http404
    end_draft(token=token)
    answer = redirect(start_of(key))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def booked_at_kiosk(request: HttpRequest, row: BookingDraft, token: str) -> HttpResponse:
    """The receipt on the centre's screen. Never the secret address: that went to the citizen."""
    shown = {
        "token": token,
        "is_done": True,
        "centre": row.centre,
        "service": row.service,
        "appointment": row.appointment,
        "stand": stand_on(row.centre, day=clock.danish_date(row.starts_at)),
    }
    return render(request, "appointments/kiosk_booked.html", shown)
