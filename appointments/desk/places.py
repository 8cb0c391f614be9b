"""A municipality's centres: a new one, and what is said of each. An administrator's pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.desk.changing import BOTH, change, here
from appointments.desk.day import find_centre
from appointments.desk.places_forms import ChangeCentreForm, NewCentreForm
from appointments.services.centres.places import add_centre, change_centre
from borgerservice.admin import Role, act, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace


@BOTH
@admin_page(Role.ADMINISTRATOR)
def new_centre(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Add a centre, and go on to its desks."""
    form = NewCentreForm(posted(request))

    def save(**_typed: object) -> Centre:
        return add_centre(
            municipality=workplace.municipality,
            place=form.place(),
            actor=workplace.actor,
            now=clock.now(),
        )

    return act(
        request,
        title=_("Add a centre"),
        form=form,
        do=save,
        done=lambda centre: here("desks", workplace, centre),
        said=_("The centre is added. Add its desks and its opening hours before anyone can book."),
        submit=_("Add the centre"),
        once=True,
        workplace=workplace,
        back=reverse("admin:index"),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def place(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Name, address and phone of a centre, and whether one can book there."""
    centre = find_centre(workplace, key)
    form = ChangeCentreForm(posted(request), centre=centre)

    def save(*, is_accepted: bool, **_typed: object) -> None:
        change_centre(
            centre=centre,
            place=form.place(),
            is_accepted=is_accepted,
            actor=workplace.actor,
            now=clock.now(),
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Name and address"),
        form=form,
        done=here("place", workplace, centre),
        said=_("Name and address are saved."),
        submit=_("Save name and address"),
        affected_title=_("Visits whose place changes"),
    )
