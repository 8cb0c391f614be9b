"""Change how whoever booked is reached: only at the desk, where one sees whom one speaks with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments.desk.day import DESK_ROLES, visit_address
from appointments.desk.forms import ContactForm
from appointments.desk.visit import find_visit
from appointments.services.visits.contact import change_contact, times_changed
from borgerservice.admin import act, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.municipalities.policies import Workplace


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*DESK_ROLES)
def change(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """A new phone number or e-mail address for the visit; both old and new are told."""
    shown = find_visit(workplace, reference)
    found = shown.appointment
    back = visit_address(workplace, reference)
    form = ContactForm(posted(request), initial={"seen": times_changed(found)})

    def do(**_typed: Any) -> None:
        change_contact(appointment=found, actor=workplace.actor, now=clock.now(), **form.contact())

    return act(
        request,
        title=_("Change phone number and e-mail address"),
        form=form,
        do=do,
        done=back,
        said=_("The phone number and e-mail address are changed."),
        template="admin/contact.html",
        workplace=workplace,
        centre=found.centre,
        visit=found,
        comers=shown.comers,
        back=back,
    )
