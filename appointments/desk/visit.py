"""A visit's page, and what is done with it at the desk."""

from functools import partial
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.desk.day import DESK_ROLES, day_address, visit_address
from appointments.desk.words import ACTS, history_in_words
from appointments.exceptions import NotFound
from appointments.models import Appointment
from appointments.rules.lifecycle import Act
from appointments.selectors.desk import ContactData, DeskVisit, Person, contact_data, desk_visit
from appointments.selectors.doubles import open_question_of
from appointments.services import (
    cancel_appointment,
    check_in,
    check_in_afterwards,
    complete_visit,
    lengthen_visit,
    mark_no_show,
)
from appointments.services.history import record_visit
from borgerservice.admin import (
    Link,
    act,
    act_at_once,
    admin_page,
    posted,
    show,
)
from borgerservice.audit.events import Event
from borgerservice.audit.selectors import history_of
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.policies import Workplace
from borgerservice.participant_acts import Attendee, participant_acts

BUTTONS = {
    Act.CHECK_IN: "visit_check_in",
    Act.COMPLETE: "visit_complete",
    Act.MARK_NO_SHOW: "visit_no_show",
    Act.CHECK_IN_AFTERWARDS: "visit_check_in_afterwards",
}
PAGES = {Act.MOVE: "visit_move", Act.CANCEL: "visit_cancel"}


@require_safe
@admin_page(*DESK_ROLES)
def visit(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """A visit, its people, its history and what can be done with it now."""
    return _page(request, workplace, find_visit(workplace, reference))


@require_POST
@admin_page(*DESK_ROLES)
def contact(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """The same page with phone and e-mail opened; that somebody looked is recorded."""
    found = find_visit(workplace, reference)
    record_visit(Event.CONTACT_READ, found.appointment, actor=workplace.actor, now=clock.now())
    return _page(request, workplace, found, contact=contact_data(found.appointment))


@admin_page(*DESK_ROLES)
def receive(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Check in: from the day list one comes back to it, else to the visit."""
    return _at_once(request, workplace, reference, check_in, gettext_lazy("Checked in."))


@admin_page(*DESK_ROLES)
def received(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Record afterwards that the citizen was here, where it could not be done on the day."""
    said = gettext_lazy("Recorded: the citizen was here.")
    return _at_once(request, workplace, reference, check_in_afterwards, said)


@admin_page(*DESK_ROLES)
def missed(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """The citizen did not come; or did by now, which a second press does not deny."""
    said = gettext_lazy("Marked: did not come.")
    return _at_once(
        request, workplace, reference, mark_no_show, said, stands=Appointment.Status.NO_SHOW
    )


@admin_page(*DESK_ROLES)
def complete(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """The visit is over."""
    return _at_once(
        request, workplace, reference, complete_visit, gettext_lazy("The visit is closed.")
    )


@admin_page(*DESK_ROLES)
def lengthen(
    request: HttpRequest, workplace: Workplace, reference: str, position: int
) -> HttpResponse:
    """Give the visit the time that one of its people needs with a witness."""
    comers = find_visit(workplace, reference).comers
    row = next((comer.row for comer in comers if comer.row.position == position), None)
    if row is None:
        raise Http404
    return act_at_once(
        request,
        do=partial(lengthen_visit, participant=row, actor=workplace.actor, now=clock.now()),
        done=visit_address(workplace, reference),
        said=_("The visit is long enough for a witness."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admin_page(*DESK_ROLES)
def cancel(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Cancel for the citizen, who is told."""
    found = find_visit(workplace, reference).appointment
    back = visit_address(workplace, reference)
    return act(
        request,
        title=_("Cancel the appointment"),
        form=Form(posted(request)),
        do=partial(cancel_appointment, appointment=found, actor=workplace.actor, now=clock.now()),
        done=back,
        said=_("The appointment is cancelled."),
        template="admin/cancel.html",
        workplace=workplace,
        centre=found.centre,
        visit=found,
        back=back,
    )


def find_visit(workplace: Workplace, reference: str) -> DeskVisit:
    """The workplace's visit named in an address; another municipality's is not found."""
    try:
        return desk_visit(municipality=workplace.municipality, reference=reference, now=clock.now())
    except NotFound:
        raise Http404 from None


def _at_once(
    request: HttpRequest,
    workplace: Workplace,
    reference: str,
    service: Any,
    said: Any,
    *,
    stands: str = "",
) -> HttpResponse:
    """Do what a button of a visit says. `stands` is the status in which it is still so, if one."""
    found = find_visit(workplace, reference).appointment
    return act_at_once(
        request,
        do=partial(service, appointment=found, actor=workplace.actor, now=clock.now()),
        done=_where_from(request, workplace, found),
        said=said,
        once=True,
        still_stands=lambda: stands in ("", find_visit(workplace, reference).appointment.status),
    )


def _where_from(request: HttpRequest, workplace: Workplace, found: Appointment) -> str:
    """Back to the line of the day list whose button was pressed, else to the visit."""
    if request.POST.get("from") == "day":
        listed = day_address(workplace, found.centre, danish_date(found.starts_at))
        return f"{listed}#{found.reference}"
    return visit_address(workplace, found.reference)


def _page(
    request: HttpRequest,
    workplace: Workplace,
    found: DeskVisit,
    *,
    contact: ContactData | None = None,
) -> HttpResponse:
    appointment = found.appointment
    reference = appointment.reference
    comers = [
        (
            comer,
            [
                *participant_acts(workplace, _attendee(appointment, comer)),
                *_longer(workplace, found, comer),
            ],
        )
        for comer in found.comers
    ]
    return show(
        request,
        "admin/visit.html",
        title=_("Visit {reference}").format(reference=reference),
        workplace=workplace,
        centre=appointment.centre,
        visit=appointment,
        has_contact=found.has_contact,
        question=open_question_of(appointment, now=clock.now()),
        contact_address=visit_address(workplace, reference, "visit_contact"),
        day_address=day_address(workplace, appointment.centre, danish_date(appointment.starts_at)),
        buttons=_links(workplace, found, BUTTONS, is_act=True),
        pages=[*_links(workplace, found, PAGES, is_act=False), *_reach(workplace, found)],
        comers=comers,
        is_case_due=any(link.is_main for _comer, links in comers for link in links),
        history=history_in_words(
            history_of(municipality=workplace.municipality, subject=f"appointment:{reference}")
        ),
        contact=contact,
        is_unreadable=found.is_unreadable or (contact is not None and contact.is_unreadable),
    )


def _links(
    workplace: Workplace, found: DeskVisit, names: dict[Act, str], *, is_act: bool
) -> list[Link]:
    return [
        Link(ACTS[one], visit_address(workplace, found.appointment.reference, name), is_act)
        for one, name in names.items()
        if one in found.acts
    ]


def _reach(workplace: Workplace, found: DeskVisit) -> list[Link]:
    """The page where phone and e-mail are changed, while the visit is booked and not begun."""
    if Act.MOVE not in found.acts:
        return []
    address = visit_address(workplace, found.appointment.reference, "visit_contact_change")
    return [Link(gettext_lazy("Change phone number and e-mail address"), address, is_act=False)]


def _longer(workplace: Workplace, found: DeskVisit, comer: Person) -> list[Link]:
    """The button that makes time for somebody's witness, while that can be done."""
    if comer.row.service.with_witness_id is None or Act.MOVE not in found.acts:
        return []
    kwargs = {
        "code": workplace.municipality.code,
        "reference": found.appointment.reference,
        "position": comer.row.position,
    }
    address = reverse("admin:visit_lengthen", kwargs=kwargs)
    return [Link(gettext_lazy("Make time for a witness"), address, is_act=True)]


def _attendee(appointment: Appointment, comer: Person) -> Attendee:
    return Attendee(
        reference=appointment.reference,
        position=comer.row.position,
        service=comer.row.service.code,
        proves_identity=comer.row.service.proves_identity,
        status=appointment.status,
    )
