"""A centre closes: who is affected, other times offered to all of them, and whom to phone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appointments.desk.day import DESK_ROLES, find_centre, visit_address
from appointments.exceptions import NotFound
from appointments.models import Offer
from appointments.selectors_waiting import Progress, affected_by, progress_of, rebookings_of
from appointments.services.rebooking import continue_rebooking, mark_phoned, start_rebooking
from borgerservice.admin import Role, act_at_once, admin_page, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace

ROLES = (*DESK_ROLES, Role.ADMINISTRATOR)
AT_ONCE = 25
"""How many are offered a time while whoever pressed the button waits; the sweep does the rest."""


@require_safe
@admin_page(*ROLES)
def rebookings(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The closures that stand, how many booked visits lie in each, and what was begun before."""
    centre, now = find_centre(workplace, key), clock.now()
    begun = rebookings_of(workplace.municipality, centre)
    taken = {one.closure_id for one in begun}
    coming = centre.closures.filter(last_day__gte=danish_date(now))
    return show(
        request,
        "admin/rebookings.html",
        title=_("Offer other times"),
        workplace=workplace,
        centre=centre,
        closures=[
            (closure, affected_by(closure, now=now), _of(workplace, centre, closure.pk))
            for closure in coming
            if closure.pk not in taken
        ],
        begun=[(one, _address(workplace, one.pk)) for one in begun],
    )


@require_POST
@admin_page(*ROLES)
def start(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Offer other times to everybody booked in a closure."""
    centre, now = find_centre(workplace, key), clock.now()
    closure = centre.closures.filter(pk=number).first()
    if closure is None:
        raise Http404

    def do() -> str:
        rebooking = start_rebooking(closure=closure, staff=workplace.staff, now=now)
        continue_rebooking(rebooking=rebooking, now=now, at_most=AT_ONCE)
        return _address(workplace, rebooking.pk)

    return act_at_once(
        request,
        do=do,
        done=lambda address: address,
        said=_("Other times are being offered."),
        otherwise=reverse("admin:rebookings", kwargs=_where(workplace, centre)),
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
        done=_address(workplace, offer.rebooking_id),
        said=_("Noted."),
    )


def _progress(workplace: Workplace, number: int) -> Progress:
    try:
        return progress_of(workplace.municipality, number, now=clock.now())
    except NotFound:
        raise Http404 from None


def _where(workplace: Workplace, centre: Centre) -> dict[str, str]:
    return {"code": workplace.municipality.code, "key": centre.key}


def _of(workplace: Workplace, centre: Centre, number: int) -> str:
    where = {**_where(workplace, centre), "number": str(number)}
    return reverse("admin:rebooking_start", kwargs=where)


def _address(workplace: Workplace, number: int) -> str:
    where = {"code": workplace.municipality.code, "number": number}
    return reverse("admin:rebooking", kwargs=where)


def _phoned(workplace: Workplace, offer: Offer) -> str:
    where = {"code": workplace.municipality.code, "number": offer.pk}
    return reverse("admin:offer_phoned", kwargs=where)
