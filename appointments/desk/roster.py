"""What an administrator changes about a centre: weekly hours, desks, days it is closed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.desk.day import DESK_ROLES, find_centre, visit_address
from appointments.desk.roster_forms import ClosureForm, DeskForm, HoursForm
from appointments.models import Appointment, Desk
from appointments.rules.opening import Closing
from appointments.selectors import offers_of
from appointments.services.affected import VisitsAffected
from appointments.services.desks import add_desk, change_desk
from appointments.services.hours import add_closure, remove_closure, set_hours
from borgerservice.admin import Role, act, act_at_once, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace

BOTH = require_http_methods(["GET", "HEAD", "POST"])
CHANGE_DESK = "desk_change"


@BOTH
@admin_page(Role.ADMINISTRATOR)
def hours(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The weekly hours, all in one table."""
    centre = find_centre(workplace, key)
    form = HoursForm(posted(request), hours=list(centre.hours.all()))
    places: dict[str, str] = {}

    def save(*, is_accepted: bool, **_typed: object) -> None:
        places.update(form.places)
        set_hours(
            centre=centre,
            periods=form.periods,
            is_accepted=is_accepted,
            actor=workplace.actor,
            now=clock.now(),
        )

    return _change(
        request,
        workplace,
        centre,
        save,
        title=_("Opening hours"),
        form=form,
        done=_here("hours", workplace, centre),
        said=_("The hours are saved."),
        places=places,
        template="admin/hours.html",
        submit=_("Save the hours"),
    )


@require_safe
@admin_page(Role.ADMINISTRATOR)
def desks(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The desks of a centre."""
    centre = find_centre(workplace, key)
    offers = offers_of(centre)
    lines = [
        (
            desk,
            [offer.service for offer in offers if desk.caps >> offer.service.bit & 1],
            _here(CHANGE_DESK, workplace, centre, number=desk.number),
        )
        for desk in centre.desks.all()
    ]
    return show(
        request,
        "admin/desks.html",
        title=_("Desks"),
        workplace=workplace,
        centre=centre,
        lines=lines,
        offered=len(offers),
        new_desk=_here("desk_add", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def new_desk(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Add a desk."""
    centre = find_centre(workplace, key)

    def save(*, is_accepted: bool, **typed: Any) -> Desk:
        return add_desk(centre=centre, clerk=None, actor=workplace.actor, now=clock.now(), **typed)

    return _change(
        request,
        workplace,
        centre,
        save,
        title=_("Add a desk"),
        form=DeskForm(posted(request), services=_services(centre), desk=None),
        done=_here("desks", workplace, centre),
        said=_("The desk is added."),
        back=_here("desks", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def one_desk(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Change a desk."""
    centre = find_centre(workplace, key)
    desk = centre.desks.filter(number=number).first()
    if desk is None:
        raise Http404

    def save(**typed: Any) -> Desk:
        return change_desk(
            desk=desk, clerk=desk.clerk, actor=workplace.actor, now=clock.now(), **typed
        )

    return _change(
        request,
        workplace,
        centre,
        save,
        title=_("Desk {number}").format(number=number),
        form=DeskForm(posted(request), services=_services(centre), desk=desk),
        done=_here("desks", workplace, centre),
        said=_("The desk is saved."),
        back=_here("desks", workplace, centre),
        submit=_("Save the desk"),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def closures(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The days a centre is closed, and a form to add some."""
    centre = find_centre(workplace, key)
    today = danish_date(clock.now())

    def save(*, first_day: date, last_day: date, **typed: Any) -> object:
        return add_closure(
            centre=centre,
            closing=Closing(first_day, last_day),
            actor=workplace.actor,
            now=clock.now(),
            **typed,
        )

    return _change(
        request,
        workplace,
        centre,
        save,
        title=_("Closed days"),
        form=ClosureForm(posted(request)),
        done=_here("closures", workplace, centre),
        said=_("The days are closed."),
        template="admin/closures.html",
        submit=_("Close the days"),
        lines=[
            (closure, _here("closure_remove", workplace, centre, number=closure.pk))
            for closure in centre.closures.filter(last_day__gte=today)
        ],
    )


@require_POST
@admin_page(Role.ADMINISTRATOR)
def reopen(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Remove a closure."""
    centre = find_centre(workplace, key)
    closure = centre.closures.filter(pk=number).first()
    if closure is None:
        raise Http404
    return act_at_once(
        request,
        do=lambda: remove_closure(closure=closure, actor=workplace.actor, now=clock.now()),
        done=_here("closures", workplace, centre),
        said=_("The days are open again."),
    )


def _change(
    request: HttpRequest,
    workplace: Workplace,
    centre: Centre,
    save: Callable[..., object],
    *,
    template: str = "admin/change.html",
    **context: Any,
) -> HttpResponse:
    """An act that may affect visits: those are shown with a box to tick, then it is done."""
    affected: list[tuple[Appointment, str]] = []
    may_open = workplace.has(*DESK_ROLES)

    def do(**typed: object) -> object:
        try:
            return save(**typed)
        except VisitsAffected as asked:
            affected.extend(
                (visit, visit_address(workplace, visit.reference) if may_open else "")
                for visit in asked.visits
            )
            raise

    return act(
        request,
        do=do,
        template=template,
        workplace=workplace,
        centre=centre,
        affected=affected,
        **context,
    )


def _services(centre: Centre) -> list[tuple[str, str, int]]:
    return [
        (offer.service.code, offer.service.names.get("da", offer.service.code), offer.service.bit)
        for offer in offers_of(centre)
    ]


def _here(name: str, workplace: Workplace, centre: Centre, **more: int) -> str:
    where = {"code": workplace.municipality.code, "key": centre.key, **more}
    return reverse(f"admin:{name}", kwargs=where)
