"""What an administrator changes about a centre: weekly hours and desks."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appointments.desk.changing import BOTH, change, here
from appointments.desk.day import find_centre
from appointments.desk.roster_forms import DeskForm, HoursForm
from appointments.models import Desk
from appointments.selectors.bookable import offers_of
from appointments.services.centres.desks import add_desk, change_desk
from appointments.services.centres.hours import set_hours
from borgerservice.admin import Role, admin_page, posted, show
from borgerservice.kernel import clock
from borgerservice.languages import text_of
from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.municipalities.policies import Workplace
from borgerservice.staff.selectors import colleagues

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

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Opening hours"),
        form=form,
        done=here("hours", workplace, centre),
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
            here(CHANGE_DESK, workplace, centre, number=desk.number),
        )
        for desk in centre.desks.select_related("clerk")
    ]
    return show(
        request,
        "admin/desks.html",
        title=_("Desks"),
        workplace=workplace,
        centre=centre,
        lines=lines,
        offered=len(offers),
        new_desk=here("desk_add", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def new_desk(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Add a desk."""
    centre = find_centre(workplace, key)

    clerks = clerks_of(workplace)

    def save(*, is_accepted: bool, clerk: str, **typed: Any) -> Desk:
        return add_desk(
            centre=centre,
            clerk=clerks.get(clerk),
            actor=workplace.actor,
            now=clock.now(),
            **typed,
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Add a desk"),
        form=DeskForm(posted(request), services=_services(centre), clerks=clerks, desk=None),
        done=here("desks", workplace, centre),
        said=_("The desk is added."),
        back=here("desks", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def one_desk(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Change a desk."""
    centre = find_centre(workplace, key)
    desk = centre.desks.filter(number=number).select_related("clerk").first()
    if desk is None:
        raise Http404

    clerks = clerks_of(workplace)
    if desk.clerk is not None:
        clerks.setdefault(str(desk.clerk.pk), desk.clerk)

    def save(*, clerk: str, **typed: Any) -> Desk:
        return change_desk(
            desk=desk, clerk=clerks.get(clerk), actor=workplace.actor, now=clock.now(), **typed
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Desk {number}").format(number=number),
        form=DeskForm(posted(request), services=_services(centre), clerks=clerks, desk=desk),
        done=here("desks", workplace, centre),
        said=_("The desk is saved."),
        back=here("desks", workplace, centre),
        submit=_("Save the desk"),
    )


def _services(centre: Centre) -> list[tuple[str, str, int]]:
    return [
        (offer.service.code, text_of(offer.service.names) or offer.service.code, offer.service.bit)
        for offer in offers_of(centre)
    ]


def clerks_of(workplace: Workplace) -> dict[str, StaffMember]:
    """Those who receive citizens in the municipality, by their id as a form sends it."""
    return {
        str(one.staff.pk): one.staff
        for one in colleagues(municipality=workplace.municipality, now=clock.now())
        if any(role.role in {Role.CLERK, Role.LEAD} for role in one.roles)
    }
