"""Visits a centre cannot receive: how many, other times offered to all, and whom to phone."""

from collections import Counter
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appointments.desk.changing import AT_ONCE, here, rebooking_address
from appointments.desk.day import DESK_ROLES, find_centre, visit_address
from appointments.exceptions import NotFound, Refused
from appointments.models import Offer, Rebooking
from appointments.selectors.waiting import Progress, progress_of, rebookings_of
from appointments.services.offering.rebooking import (
    begin_rebooking,
    continue_rebooking,
    mark_phoned,
    not_taken_up,
)
from borgerservice.admin import Role, act_at_once, admin_page, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.policies import Workplace

ROLES = (*DESK_ROLES, Role.ADMINISTRATOR)


@require_safe
@admin_page(*ROLES)
def rebookings(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The days with visits that cannot be received and nobody is offered; what was begun before."""
    centre, now = find_centre(workplace, key), clock.now()
    visits = not_taken_up(centre=centre, now=now)
    return show(
        request,
        "admin/rebookings.html",
        title=_("Offer other times"),
        workplace=workplace,
        centre=centre,
        days=sorted(Counter(danish_date(visit.starts_at) for visit in visits).items()),
        start=here("rebooking_start", workplace, centre),
        begun=[
            (one, rebooking_address(workplace, one.pk))
            for one in rebookings_of(workplace.municipality, centre)
        ],
    )


@require_POST
@admin_page(*ROLES)
def start(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Offer other times to everybody who cannot be received, on the day that was chosen or any."""
    centre, now = find_centre(workplace, key), clock.now()
    day = _day(request.POST.get("day", ""))

    def do() -> Rebooking:
        visits = not_taken_up(centre=centre, now=now)
        rebooking = begin_rebooking(
            centre=centre,
            visits=[one.pk for one in visits if day is None or danish_date(one.starts_at) == day],
            staff=workplace.staff,
            now=now,
        )
        if rebooking is None:
            raise Refused("nobody_left")
        return rebooking

    return act_at_once(
        request,
        do=do,
        done=lambda rebooking: rebooking_address(workplace, rebooking.pk),
        said=_("Other times are being offered."),
        otherwise=here("rebookings", workplace, centre),
        once=True,
        afterwards=lambda begun: continue_rebooking(rebooking=begun, now=now, at_most=AT_ONCE),
    )


@require_safe
@admin_page(*ROLES)
def rebooking(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """How far it has come, and the visits somebody has to phone about."""
    progress = _progress(workplace, number)
    return show(
        request,
        "admin/rebooking.html",
        title=_("Other times offered"),
        workplace=workplace,
        centre=progress.rebooking.centre,
        progress=progress,
        lines=[
            (
                offer,
                visit_address(workplace, offer.appointment.reference),
                _phoned(workplace, offer),
            )
            for offer in progress.to_phone
            if offer.appointment
        ],
    )


@require_POST
@admin_page(*ROLES)
def phoned(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Somebody has phoned; the visit leaves the list."""
    offer = Offer.objects.for_municipality(workplace.municipality).filter(pk=number).first()
    if offer is None or offer.rebooking_id is None:
        raise Http404
    return act_at_once(
        request,
        do=lambda: mark_phoned(offer=offer, staff=workplace.staff, now=clock.now()),
        done=rebooking_address(workplace, offer.rebooking_id),
        said=_("Noted."),
        once=True,
    )


def _progress(workplace: Workplace, number: int) -> Progress:
    try:
        return progress_of(workplace.municipality, number, now=clock.now())
    except NotFound:
        raise Http404 from None


def _day(told: str) -> date | None:
    """The day that was chosen; none: every day. Raises Http404 for what is no day."""
    try:
        day = parse_date(told)
    except ValueError:
        raise Http404 from None
    if told and day is None:
        raise Http404
    return day


def _phoned(workplace: Workplace, offer: Offer) -> str:
    where = {"code": workplace.municipality.code, "number": offer.pk}
    return reverse("admin:offer_phoned", kwargs=where)
