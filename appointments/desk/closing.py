"""Single days of a centre: closed, open after all, somebody away."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appointments.desk.changing import BOTH, change, here
from appointments.desk.closing_forms import (
    AbsenceForm,
    ClosureForm,
    ExtraOpeningForm,
    words_for,
)
from appointments.desk.day import find_centre
from appointments.desk.roster_forms import RosterForm
from appointments.models import Absence, Desk
from appointments.rules.ticks import MINUTES_PER_DAY
from appointments.services.centres.desks import add_absence, remove_absence
from appointments.services.centres.hours import (
    add_closure,
    add_extra_opening,
    remove_closure,
    remove_extra_opening,
)
from borgerservice.admin import Role, act_at_once, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import (
    Centre,
    Closure,
    ExtraOpening,
    StaffMember,
)
from borgerservice.municipalities.policies import Workplace
from borgerservice.sent_again import gone


@dataclass(frozen=True, slots=True)
class Line:
    """Days in a list: which, what hours of them (none: all day), what about them, and the way out.

    `address` is where the button of the line leads.
    """

    first_day: date
    last_day: date
    from_minute: int
    to_minute: int
    about: object
    address: str

    @property
    def is_whole_day(self) -> bool:
        """Whether no hours need to be told."""
        return (self.from_minute, self.to_minute) == (0, MINUTES_PER_DAY)


@BOTH
@admin_page(Role.ADMINISTRATOR)
def closures(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The days a centre is closed, and a form to add some."""
    centre = find_centre(workplace, key)
    form = ClosureForm(posted(request))

    def save(*, reason: str, is_accepted: bool, **_typed: object) -> object:
        return add_closure(
            centre=centre,
            closing=form.closing(),
            reason=reason,
            is_accepted=is_accepted,
            actor=workplace.actor,
            now=clock.now(),
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Closed days"),
        form=form,
        done=here("closures", workplace, centre),
        said=_("The days are closed."),
        template="admin/days.html",
        submit=_("Close the days"),
        empty=_(
            "No closed days are planned. Public holidays are closed without being written here."
        ),
        about=_("Reason"),
        undo=_("Open again"),
        more=_("Close more days"),
        lines=[
            _line(one, one.reason, here("closure_remove", workplace, centre, number=one.pk))
            for one in centre.closures.filter(last_day__gte=_today())
        ],
    )


@require_POST
@admin_page(Role.ADMINISTRATOR)
def reopen(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Remove a closure."""
    centre = find_centre(workplace, key)
    closure = centre.closures.filter(pk=number).first()
    said = _("The days are open again.")
    if closure is None:
        return gone(request, said=said)
    return act_at_once(
        request,
        do=lambda: remove_closure(closure=closure, actor=workplace.actor, now=clock.now()),
        done=here("closures", workplace, centre),
        said=said,
        once=True,
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def extra_openings(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """The days a centre is open after all, and a form to add one."""
    centre = find_centre(workplace, key)

    def save(*, is_accepted: bool, **typed: Any) -> object:
        return add_extra_opening(centre=centre, actor=workplace.actor, now=clock.now(), **typed)

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Extra openings"),
        form=ExtraOpeningForm(posted(request)),
        done=here("extra_openings", workplace, centre),
        said=_("The centre is open then."),
        template="admin/days.html",
        submit=_("Open the centre"),
        empty=_("No extra openings are planned."),
        about=_("Reason"),
        undo=_("Take back"),
        more=_("Open at a time that is otherwise closed"),
        lines=[
            Line(
                one.day,
                one.day,
                one.opens_minute,
                one.closes_minute,
                one.reason,
                here("extra_opening_remove", workplace, centre, number=one.pk),
            )
            for one in centre.extra_openings.filter(day__gte=_today())
        ],
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def take_back(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Remove an extra opening; visits that were booked in it are shown first."""
    centre = find_centre(workplace, key)
    extra: ExtraOpening | None = centre.extra_openings.filter(pk=number).first()
    said = _("The extra opening is taken back.")
    if extra is None:
        return gone(request, said=said)

    def save(*, is_accepted: bool) -> None:
        remove_extra_opening(
            extra=extra, is_accepted=is_accepted, actor=workplace.actor, now=clock.now()
        )

    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Take back the extra opening"),
        form=RosterForm(posted(request)),
        done=here("extra_openings", workplace, centre),
        said=said,
        back=here("extra_openings", workplace, centre),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def absences(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Who is away from which desk, and a form to add an absence."""
    centre = find_centre(workplace, key)
    form = AbsenceForm(posted(request), away=_who_can_be_away(centre))

    def save(*, who: Desk | StaffMember, is_accepted: bool, **_typed: object) -> object:
        return add_absence(
            centre=centre,
            who=who,
            closing=form.closing(),
            is_accepted=is_accepted,
            actor=workplace.actor,
            now=clock.now(),
        )

    known = centre.absences.filter(last_day__gte=_today()).select_related("desk", "clerk")
    return change(
        request,
        workplace,
        centre,
        save,
        title=_("Absence"),
        form=form,
        done=here("absences", workplace, centre),
        said=_("The absence is written down."),
        template="admin/days.html",
        submit=_("Write down the absence"),
        empty=_("Nobody is away."),
        about=_("Desk or clerk"),
        undo=_("Take back"),
        more=_("Somebody is away, or a desk is closed"),
        lines=[
            _line(
                one,
                words_for(one.desk or one.clerk),
                here("absence_remove", workplace, centre, number=one.pk),
            )
            for one in known
        ],
    )


@require_POST
@admin_page(Role.ADMINISTRATOR)
def come_back(request: HttpRequest, workplace: Workplace, key: str, number: int) -> HttpResponse:
    """Remove an absence."""
    centre = find_centre(workplace, key)
    absence = centre.absences.filter(pk=number).first()
    said = _("The absence is taken back.")
    if absence is None:
        return gone(request, said=said)
    return act_at_once(
        request,
        do=lambda: remove_absence(absence=absence, actor=workplace.actor, now=clock.now()),
        done=here("absences", workplace, centre),
        said=said,
        once=True,
    )


def _who_can_be_away(centre: Centre) -> dict[str, object]:
    desks = list(centre.desks.select_related("clerk"))
    clerks = {desk.clerk.pk: desk.clerk for desk in desks if desk.clerk is not None}
    return {
        **{f"desk-{desk.number}": desk for desk in desks},
        **{f"clerk-{pk}": clerk for pk, clerk in clerks.items()},
    }


def _line(row: Closure | Absence, about: object, address: str) -> Line:
    return Line(row.first_day, row.last_day, row.from_minute, row.to_minute, about, address)


def _today() -> date:
    return danish_date(clock.now())
