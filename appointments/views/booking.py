"""Book a time: choose it, say who comes, check, confirm."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from appointments.exceptions import Refused, TooMany
from appointments.forms.details import DetailsForm
from appointments.forms.times import TimesForm
from appointments.models import Appointment, ServiceType
from appointments.ports import CARRIED, keep_papers
from appointments.selectors.bookable import offers_of, other_centres
from appointments.selectors.centres import stand_on
from appointments.services import plan_visit
from appointments.services.booking.drafts import (
    LONGEST_DRAFT,
    Draft,
    choose_time,
    confirm_draft,
    fill_draft,
    hold_for_all,
    keep_draft_awhile,
    read_draft,
)
from appointments.services.booking.plan import Plan
from appointments.services.booking.tapped_twice import start_draft_once
from appointments.views.choosing import Choice, choose
from appointments.views.free_times import ShownTimes, free_days, shown_times
from appointments.views.kept import kept
from appointments.views.kiosk import booked_at_kiosk
from appointments.views.kiosk_mode import at_kiosk, screen_of, start_of
from appointments.views.limited import limited
from appointments.views.one_moment import asked_first
from appointments.views.page_at import page_at
from appointments.views.party import comers_in, goes_on_at, others_in, with_others
from appointments.views.places import centre_or_404
from appointments.views.private import private
from appointments.views.visits import to_visit
from appointments.wording import REFUSALS
from borgerservice.access import open_to
from borgerservice.kernel import clock
from borgerservice.networks import network_of
from borgerservice.sent_again import mark_of_form
from borgerservice.snapshots import may_be_repeated

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])
DraftView = Callable[[HttpRequest, str, Draft, datetime], HttpResponseBase]


@at_kiosk
@open_to("anyone")
@reads_and_writes
@limited
@may_be_repeated
def times(request: HttpRequest, key: str, code: str) -> HttpResponseBase:
    """The free times of a service, by day; choosing one begins a booking."""
    now = clock.now()
    centre = centre_or_404(key)
    if not centre.is_open_for_booking:
        return redirect("appointments:centre", key=key)
    form = TimesForm(request.POST or request.GET, now=now)
    form.is_valid()  # where not, that is said, and the usual is shown
    try:
        plan = plan_visit(centre=centre, codes=[code] * form.party)
    except Refused:
        raise Http404 from None
    form.keep_within(plan.window.last_day(form.today))
    choice = Choice()
    if request.method == "POST" and form.is_valid():
        if asked := asked_first(request, centre=centre, now=now):
            return asked
        if centre.municipality.asks_for_code:
            return _to_code(request, key, code, form.party)
        begin = partial(
            start_draft_once,
            centre=centre,
            service=code,
            people=form.party,
            now=now,
            is_shared=bool(screen_of(request)),
            mark=mark_of_form(request),
        )
        choice = choose(request.POST, begin)
        if choice.done:
            return redirect("appointments:details", token=choice.done)
    days = free_days(centre=centre, plan=plan, first=form.start_day, now=now)
    shown = {
        "centre": centre,
        "service": plan.services[0],
        "minutes": plan.minutes,
        "form": form,
        "choice": choice,
        "times": shown_times(days, wanted=choice.wanted, centre=centre, plan=plan, now=now),
        "others": [] if days else other_centres(centre),
        "kept_query": _query(form),
    }
    return page_at(request, "appointments/times.html", shown, status=choice.status)


def draft_page(view: DraftView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page of a booking under way: gone when its time is over, the visit once it is booked.

    Whoever sends something keeps it an hour more; at a centre's screen, whoever comes to a page.
    """

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponseBase:
        now = clock.now()
        try:
            draft = read_draft(token=token, now=now)
        except Refused:
            gone = {"is_error_page": True, "start": _start(request)}
            return render(request, "appointments/draft_gone.html", gone, status=410)
        visit, is_shared = draft.row.appointment, bool(screen_of(request))
        if is_shared or request.method == "POST":
            keep_draft_awhile(draft=draft, now=now, is_shared=is_shared)
        if visit is not None:
            return booked_at_kiosk(request, draft.row, token) if is_shared else to_visit(visit)
        return view(request, token, draft, now)

    return page


@at_kiosk
@open_to("link holder")
@reads_and_writes
@private(holds_form=True)
@draft_page
def details(request: HttpRequest, token: str, draft: Draft, now: datetime) -> HttpResponseBase:
    """Who comes, and how we reach them."""
    offers = offers_of(draft.row.centre) if draft.typed.people > 1 else []
    services = [offer.service for offer in offers]
    form = DetailsForm(
        request.POST if request.method == "POST" else None,
        typed=draft.typed,
        is_shared=bool(screen_of(request)),
        services=services,
    )
    is_whole = form.is_valid()
    if is_whole or (form.is_bound and others_in(request.POST)):
        party = with_others(form.so_far(), request.POST, draft)
        fill_draft(draft=draft, **party)
        try:
            is_held = hold_for_all(token=token, now=now)
        except Refused:  # the centre no longer offers a service; the next page says so
            is_held = False
        if not is_held:
            return redirect(f"{reverse('appointments:change_time', args=[token])}?short=1")
        if others_in(request.POST):
            here = reverse("appointments:details", kwargs={"token": token})
            return redirect(f"{here}#{goes_on_at(request.POST, people=len(party['names']))}")
        return redirect("appointments:check", token=token)
    return page_at(
        request, "appointments/details.html", {"form": form, **_facts(token, draft, now, services)}
    )


@at_kiosk
@open_to("link holder")
@reads_and_writes
@private(holds_form=True)
@draft_page
def change_time(request: HttpRequest, token: str, draft: Draft, now: datetime) -> HttpResponseBase:
    """Another time for the booking under way; what was typed stays."""
    form = TimesForm(request.POST or request.GET, now=now, party=draft.typed.people)
    form.is_valid()
    choice = Choice()
    if request.method == "POST":
        choice = choose(request.POST, partial(_take, draft=draft, now=now))
        if choice.done:
            return redirect(_next_page(draft), token=token)
    plan = _plan(draft)
    if plan is None:
        choice = Choice(refusal=str(REFUSALS["service_not_offered"]))
    shown = {
        "form": form,
        "choice": choice,
        "times": _fresh_times(draft, plan, form, wanted=choice.wanted, now=now),
        "kept_query": _query(form),
        "is_short": "short" in request.GET and not choice.refusal,
        **_facts(token, draft, now, plan.services if plan else ()),
    }
    return page_at(request, "appointments/change_time.html", shown, status=choice.status)


@at_kiosk
@open_to("link holder")
@reads_and_writes
@private(holds_form=True)
@limited
@draft_page
def check(request: HttpRequest, token: str, draft: Draft, now: datetime) -> HttpResponseBase:
    """Everything once more, and the one button that books."""
    if not draft.typed.is_complete:
        return redirect("appointments:details", token=token)
    shown: dict[str, Any] = {"choice": Choice(), **_facts(token, draft, now)}
    shown["stand"] = stand_on(draft.row.centre, day=clock.danish_date(draft.row.starts_at))
    shown["is_carried"] = CARRIED in request.COOKIES and draft.row.service.proves_identity
    if request.method == "POST":
        network = network_of(request)
        try:
            visit = confirm_draft(token=token, language=_language(), network=network, now=now)
            if screen_of(request):
                return redirect("appointments:check", token=token)
            return _booked(request, visit, now)
        except TooMany:
            raise
        except Refused as refused:
            wanted = draft.row.starts_at
            form = TimesForm({}, now=now, party=draft.typed.people)
            form.is_valid()
            shown["choice"] = Choice(wanted=wanted, refusal=refused.sentence)
            shown["times"] = _fresh_times(draft, _plan(draft), form, wanted=wanted, now=now)
    return page_at(request, "appointments/check.html", shown, status=shown["choice"].status)


def _to_code(request: HttpRequest, key: str, code: str, people: int) -> HttpResponseBase:
    """On to the page that sends a code, with the time that was chosen."""
    asked = urlencode({"start": request.POST.get("start", ""), "people": people})
    return redirect(f"{reverse('appointments:ask_code', args=[key, code])}?{asked}")


def _booked(request: HttpRequest, visit: Appointment, now: datetime) -> HttpResponseBase:
    """On to the visit; with it goes what the guide said, where the citizen wants that."""
    carried = request.COOKIES.get(CARRIED, "")
    response = to_visit(visit)
    if carried and "keep_papers" in request.POST:
        keep_papers()(appointment=visit, said=carried, now=now)
        response.delete_cookie(CARRIED, samesite="Lax")
    return response


def _take(*, draft: Draft, start: datetime, now: datetime) -> bool:
    choose_time(draft=draft, start=start, now=now)
    return True


def _next_page(draft: Draft) -> str:
    return f"appointments:{'check' if draft.typed.is_complete else 'details'}"


def _facts(
    token: str, draft: Draft, now: datetime, read: Sequence[ServiceType] = ()
) -> dict[str, Any]:
    return {
        "token": token,
        "draft": draft.row,
        "typed": draft.typed,
        **comers_in(draft, read),
        "centre": draft.row.centre,
        "service": draft.row.service,
        "kept": kept(draft.row.hold, now),
        "left": int((draft.row.expires_at - now).total_seconds()),
        "last": int((draft.row.began_at + LONGEST_DRAFT - now).total_seconds()),
    }


def _plan(draft: Draft) -> Plan | None:
    """What the visit takes, or None where the centre no longer offers the service."""
    try:
        return plan_visit(centre=draft.row.centre, codes=draft.codes)
    except Refused:
        return None


def _fresh_times(
    draft: Draft, plan: Plan | None, form: TimesForm, *, wanted: datetime | None, now: datetime
) -> ShownTimes | None:
    """The times there are now, or None where there is no plan."""
    centre = draft.row.centre
    if plan is None:
        return None
    form.keep_within(plan.window.last_day(form.today))
    days = free_days(
        centre=centre, plan=plan, first=form.start_day, now=now, own_hold=draft.row.hold_id
    )
    return shown_times(days, wanted=wanted, centre=centre, plan=plan, now=now)


def _query(form: TimesForm) -> str:
    return f"?{urlencode({'people': form.party, 'from': form.start_day.isoformat()})}"


def _start(request: HttpRequest) -> str:
    key = screen_of(request)
    return start_of(key) if key else ""


def _language() -> str:
    return get_language() or "da"
