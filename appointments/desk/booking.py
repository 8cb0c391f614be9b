"""Book for somebody, receive somebody who just came, and move a visit."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appointments.desk.day import DESK_ROLES, find_centre, visit_address
from appointments.desk.forms import (
    BookForm,
    MoveForm,
    PeopleForm,
    TimesForm,
    WalkInForm,
    services_of,
)
from appointments.desk.visit import find_visit
from appointments.exceptions import Refused
from appointments.models import Appointment
from appointments.rules.availability import FreeDay
from appointments.selectors.bookable import LONGEST_PERIOD_DAYS, bookable_times
from appointments.services import (
    Request,
    book_appointment,
    move_appointment,
    plan_visit,
    take_walk_in,
)
from borgerservice.admin import act, admin_page, posted
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.municipalities.policies import Workplace
from borgerservice.vault.marks import contact_mark

DAYS_SHOWN = 5
PLACES_OF_NAMES = {f"participants.{place}.name": f"name_{place}" for place in range(4)}
BOTH = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Times:
    """The days with room to choose from; `later` begins the next ones, `refusal` says why none."""

    days: Sequence[FreeDay]
    later: date | None
    refusal: str = ""


class BookedAlready(Refused):
    """Something else was typed on a page from which somebody has been booked."""

    code = "booked_from_here_already"
    wording = {
        code: gettext_lazy(
            "A time has been booked from this page already, with what was written first. Find the"
            " visit in the day's list to change it. Open this page again to book another."
        )
    }


@BOTH
@admin_page(*DESK_ROLES)
def book(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Book for somebody on the phone or at the desk: what and when first, then who."""
    centre = find_centre(workplace, key)
    now = clock.now()
    asked = TimesForm(request.GET, centre=centre, now=now)
    asked.is_valid()
    service = asked.cleaned_data.get("service", "")
    people = int(asked.cleaned_data.get("people") or 1)
    first = asked.cleaned_data.get("first_day") or danish_date(now)
    form = BookForm(posted(request), people=people, once=secrets.token_urlsafe(16))

    def save(*, start: datetime, **_typed: object) -> Appointment:
        with _told_to_staff():
            return book_appointment(
                centre=centre,
                visitors=form.visitors(service),
                start=start,
                **form.reach(),
                origin=Appointment.Origin.DESK,
                actor=workplace.actor,
                now=now,
                request=_request(workplace, form, start.isoformat(), service),
            )

    return act(
        request,
        title=_("Book a time"),
        form=form,
        do=save,
        done=lambda made: visit_address(workplace, made.reference),
        said=_("The time is booked."),
        places=PLACES_OF_NAMES,
        template="admin/book.html",
        workplace=workplace,
        centre=centre,
        asked=asked,
        service=service,
        service_name=dict(services_of(centre)).get(service, ""),
        people=people,
        times=partial(free_days, centre=centre, codes=[service] * people, first=first, now=now),
        chosen=_chosen(form),
    )


@BOTH
@admin_page(*DESK_ROLES)
def walk_in(request: HttpRequest, workplace: Workplace, key: str) -> HttpResponse:
    """Receive somebody without an appointment, at the first time free today."""
    centre = find_centre(workplace, key)
    form = WalkInForm(posted(request), centre=centre, once=secrets.token_urlsafe(16))

    def save(*, service: str, **_typed: object) -> Appointment:
        with _told_to_staff():
            return take_walk_in(
                centre=centre,
                visitors=form.visitors(service),
                **form.reach(),
                actor=workplace.actor,
                now=clock.now(),
                request=_request(workplace, form, "", service),
            )

    return act(
        request,
        title=_("Without an appointment"),
        form=form,
        do=save,
        done=lambda made: visit_address(workplace, made.reference),
        said=_("The citizen is received and checked in."),
        places=PLACES_OF_NAMES,
        template="admin/walk_in.html",
        submit=_("Receive the citizen"),
        workplace=workplace,
        centre=centre,
        more=form.more,
        more_people=form.is_bound and any(form[name].value() for name in form.more),
    )


@BOTH
@admin_page(*DESK_ROLES)
def move(request: HttpRequest, workplace: Workplace, reference: str) -> HttpResponse:
    """Give a visit another time; the citizen is told."""
    found = find_visit(workplace, reference)
    appointment = found.appointment
    now = clock.now()
    codes = [comer.row.service.code for comer in found.comers]
    asked = TimesForm(
        {**request.GET.dict(), "service": codes[0]}, centre=appointment.centre, now=now
    )
    asked.is_valid()
    first = asked.cleaned_data.get("first_day") or danish_date(now)
    form = MoveForm(posted(request))
    return act(
        request,
        title=_("Move the appointment"),
        form=form,
        do=partial(
            move_appointment,
            appointment=appointment,
            actor=workplace.actor,
            now=now,
            for_staff=True,
        ),
        done=visit_address(workplace, reference),
        said=_("The appointment is moved."),
        template="admin/move.html",
        workplace=workplace,
        centre=appointment.centre,
        visit=appointment,
        asked=asked,
        times=partial(free_days, centre=appointment.centre, codes=codes, first=first, now=now),
        chosen=_chosen(form),
        back=visit_address(workplace, reference),
    )


def free_days(*, centre: Centre, codes: Sequence[str], first: date, now: datetime) -> Times:
    """The first days with room for a visit; none, and why, where the centre cannot give one."""
    try:
        plan = plan_visit(centre=centre, codes=codes)
        found = bookable_times(
            centre=centre,
            minutes=plan.minutes + plan.buffer,
            caps=plan.caps,
            window=plan.window,
            first=first,
            last=first + timedelta(days=LONGEST_PERIOD_DAYS - 1),
            now=now,
            for_staff=True,
        )
    except Refused as refused:
        return Times((), None, refused.sentence)
    later = found[DAYS_SHOWN].day if len(found) > DAYS_SHOWN else None
    return Times(found[:DAYS_SHOWN], later)


def _chosen(form: Form) -> str:
    """The time that is ticked when the page comes back; the one taken by others is not there."""
    return str(form["start"].value() or "")


def _request(workplace: Workplace, form: PeopleForm, start: str, service: str) -> Request:
    """What makes a second click on the same button the same request: nothing typed has changed."""
    typed = [start, form.reach(), [asdict(visitor) for visitor in form.visitors(service)]]
    mark = contact_mark("desk", json.dumps(typed))[1]
    return Request(scope=workplace.actor, key=form.cleaned_data["once"], body_hash=mark)


@contextmanager
def _told_to_staff() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        if refused.code == "idempotency_key_reused":
            raise BookedAlready from None
        raise
