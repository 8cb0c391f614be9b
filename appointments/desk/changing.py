"""A change of an administrator that may leave visits and held times where they no longer fit."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from appointments.desk.day import DESK_ROLES, visit_address
from appointments.models import Appointment, Hold
from appointments.services.affected import VisitsAffected
from borgerservice.admin import act
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace

BOTH = require_http_methods(["GET", "HEAD", "POST"])


def change(
    request: HttpRequest,
    workplace: Workplace,
    centre: Centre,
    save: Callable[..., object],
    *,
    template: str = "admin/change.html",
    **context: Any,
) -> HttpResponse:
    """An act that may affect visits and holds: they are shown with a box to tick, then done."""
    affected: list[tuple[Appointment, str]] = []
    held: list[Hold] = []
    may_open = workplace.has(*DESK_ROLES)

    def do(**typed: object) -> object:
        try:
            return save(**typed)
        except VisitsAffected as asked:
            affected.extend(
                (visit, visit_address(workplace, visit.reference) if may_open else "")
                for visit in asked.visits
            )
            held.extend(asked.holds)
            raise

    return act(
        request,
        do=do,
        template=template,
        workplace=workplace,
        centre=centre,
        affected=affected,
        held=held,
        **context,
    )


def here(name: str, workplace: Workplace, centre: Centre, **more: int) -> str:
    """The address of a page of the centre."""
    where = {"code": workplace.municipality.code, "key": centre.key, **more}
    return reverse(f"admin:{name}", kwargs=where)
