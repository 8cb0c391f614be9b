"""How a centre takes bookings, whom it serves, where it stands: an administrator's pages."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.desk.changing import BOTH, change, here
from appointments.desk.day import find_centre
from appointments.desk.terms_forms import BookingRulesForm, ServedForm, StopsForm
from appointments.selectors.bookable import offers_of
from appointments.services.centres.booking_rules import set_booking_rules, set_served, set_stops
from borgerservice.admin import Role, act, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace


@BOTH
@admin_page(Role.ADMINISTRATOR)
def booking_rules(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """How soon, how far ahead, and what is kept back."""
    centre = find_centre(workplace, key)
    form = BookingRulesForm(posted(request), centre=centre, offers=offers_of(centre))

    def save(**_typed: object) -> None:
        set_booking_rules(centre=centre, rules=form.rules(), actor=workplace.actor, now=clock.now())

    return act(
        request,
        title=_("Rules for booking"),
        form=form,
        do=save,
        done=here("booking_rules", workplace, centre),
        said=_("The rules are saved. Visits that are booked stay as they are."),
        places=form.places,
        template="admin/booking_rules.html",
        submit=_("Save the rules"),
        workplace=workplace,
        centre=centre,
        serves=list(centre.serves.order_by("name")),
        edit_served=here("served", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def served(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Whose citizens a special centre serves besides the municipality's own."""
    centre = find_centre(workplace, key)

    def save(*, served: list[str]) -> None:
        set_served(centre=centre, codes=served, actor=workplace.actor, now=clock.now())

    return act(
        request,
        title=_("Citizens of other municipalities"),
        form=ServedForm(posted(request), centre=centre),
        do=save,
        done=here("served", workplace, centre),
        said=_("Saved. Visits that are booked stay as they are."),
        template="admin/served.html",
        submit=_("Save the municipalities"),
        workplace=workplace,
        centre=centre,
        citizens_page=reverse("appointments:centre", kwargs={"key": centre.key}),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def stops(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Where a mobile centre stands on each weekday."""
    centre = find_centre(workplace, key)
    form = StopsForm(posted(request), stops=list(centre.stops.all()))
    places: dict[str, str] = {}

    def save(*, is_accepted: bool, **_typed: object) -> None:
        places.update(form.places)
        set_stops(
            centre=centre,
            stops=form.stops(),
            is_accepted=is_accepted,
            actor=workplace.actor,
            now=clock.now(),
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Stops"),
        form=form,
        done=here("stops", workplace, centre),
        said=_("The stops are saved."),
        places=places,
        template="admin/stops.html",
        submit=_("Save the stops"),
        affected_title=_("Visits whose place changes"),
    )
