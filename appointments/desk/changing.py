"""A change of an administrator that may leave visits and held times where they no longer fit."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from appointments.desk.day import DESK_ROLES, visit_address
from appointments.models import Appointment, Hold
from appointments.services.centres.affected import VisitsAffected
from appointments.services.centres.consequences import Outcome, Then, change_and_then
from appointments.services.offering.rebooking import continue_rebooking
from borgerservice.admin import act
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace

BOTH = require_http_methods(["GET", "HEAD", "POST"])
AT_ONCE = 25
"""How many are offered a time while whoever pressed the button waits; the sweep does the rest."""


def change(
    request: HttpRequest,
    workplace: Workplace,
    centre: Centre,
    save: Callable[..., object],
    *,
    done: str,
    template: str = "admin/change.html",
    **context: Any,
) -> HttpResponse:
    """An act that may affect visits and holds: they are shown, and what happens is chosen.

    With other times to offer it goes on to the page that says how far that has come, else to
    `done`.
    """
    affected: list[tuple[Appointment, str]] = []
    held: list[Hold] = []
    may_open = workplace.has(*DESK_ROLES)

    def do(*, is_accepted: bool = False, then: str = "", **typed: object) -> Outcome:
        try:
            return change_and_then(
                centre=centre,
                change=lambda: save(is_accepted=is_accepted or bool(then), **typed),
                then=Then(then) if then else None,
                staff=workplace.staff,
                now=clock.now(),
            )
        except VisitsAffected as asked:
            affected.extend(
                (visit, visit_address(workplace, visit.reference) if may_open else "")
                for visit in asked.visits
            )
            held.extend(asked.holds)
            raise

    def leads_to(outcome: Outcome) -> str:
        begun = outcome.rebooking
        return done if begun is None else rebooking_address(workplace, begun.pk)

    return act(
        request,
        do=do,
        done=leads_to,
        once=True,
        afterwards=partial(_go_on, request),
        template=template,
        workplace=workplace,
        centre=centre,
        affected=affected,
        held=held,
        **context,
    )


def _go_on(request: HttpRequest, outcome: Outcome) -> None:
    """Tell who goes to other desks, and begin to offer times to the rest."""
    if moved := outcome.reseated:
        told = ngettext(
            "{count} visit goes to another desk.", "{count} visits go to other desks.", moved
        )
        messages.info(request, told.format(count=moved))
    if outcome.rebooking is not None:
        continue_rebooking(rebooking=outcome.rebooking, now=clock.now(), at_most=AT_ONCE)


def here(name: str, workplace: Workplace, centre: Centre, **more: int) -> str:
    """The address of a page of the centre."""
    where = {"code": workplace.municipality.code, "key": centre.key, **more}
    return reverse(f"admin:{name}", kwargs=where)


def rebooking_address(workplace: Workplace, number: int) -> str:
    """The address of a rebooking's page."""
    return reverse(
        "admin:rebooking", kwargs={"code": workplace.municipality.code, "number": number}
    )
