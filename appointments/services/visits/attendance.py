"""The day of the visit: who came, who did not, who walked in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment
from appointments.rules.availability import Audience, starts_from
from appointments.rules.lifecycle import (
    TRANSITIONS,
    Act,
    AppointmentState,
    may,
    may_be_checked_in_on,
)
from appointments.rules.local_time import wall_clock
from appointments.selectors.desk_days import Visiting, starts_by_day
from appointments.services.booking.book import book_appointment
from appointments.services.booking.plan import Plan, Visitor, plan_visit
from appointments.services.booking.repeats import Request, repeat_of
from appointments.services.history import record_visit
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre

TRIES = 5
_CHECK_INS = (Act.CHECK_IN, Act.CHECK_IN_AFTERWARDS)


def check_in(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """The citizen is here. Only on the day of the visit."""
    return _act(Act.CHECK_IN, Event.APPOINTMENT_CHECKED_IN, appointment, actor, now)


def check_in_afterwards(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """The citizen was here, and it could not be recorded on the day. At most 30 days back.

    The visit counts as begun at its booked start; the audit entry bears the true moment.
    """
    event = Event.APPOINTMENT_CHECKED_IN_LATE
    return _act(Act.CHECK_IN_AFTERWARDS, event, appointment, actor, now)


def mark_no_show(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """The citizen did not come. Only once the visit should have begun."""
    if appointment.starts_at > now:
        raise Refused("not_started")
    return _act(Act.MARK_NO_SHOW, Event.APPOINTMENT_MISSED, appointment, actor, now)


def complete_visit(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """The visit is over."""
    return _act(Act.COMPLETE, Event.APPOINTMENT_COMPLETED, appointment, actor, now)


def take_walk_in(
    *,
    centre: Centre,
    visitors: Sequence[Visitor],
    phone: str,
    email: str,
    language: str,
    actor: str,
    now: datetime,
    request: Request | None = None,
) -> Appointment:
    """Receive somebody without an appointment at the first time free today, and check them in.

    Raises Refused `no_room_today` when today is full. A repeat of the same `request` returns the
    visit it made the first time.
    """
    if request and (earlier := repeat_of(request)):
        return earlier
    plan = plan_visit(centre=centre, codes=[visitor.service for visitor in visitors])
    for _attempt in range(TRIES):
        start = _first_free(centre=centre, plan=plan, now=now)
        try:
            with transaction.atomic():
                appointment = book_appointment(
                    centre=centre,
                    visitors=visitors,
                    start=start,
                    phone=phone,
                    email=email,
                    language=language,
                    origin=Appointment.Origin.WALK_IN,
                    actor=actor,
                    now=now,
                    request=request,
                )
                if appointment.status == Appointment.Status.CHECKED_IN:
                    return appointment
                return check_in(appointment=appointment, actor=actor, now=now)
        except SlotTaken:
            continue
    raise Refused("no_room_today")


def _first_free(*, centre: Centre, plan: Plan, now: datetime) -> datetime:
    today = danish_date(now)
    at = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
    found = starts_by_day(
        centre_id=centre.pk,
        first=today,
        last=today,
        now=now,
        audience=Audience.WALK_IN,
        own_hold=None,
        visit=Visiting(plan.minutes + plan.buffer, plan.caps, step_minutes=5),
    )
    free = starts_from(found, wall_clock(at))
    if not free:
        raise Refused("no_room_today")
    return free[0].starts[0]


def _act(
    act: Act, event: Event, appointment: Appointment, actor: str, now: datetime
) -> Appointment:
    with transaction.atomic():
        held = (
            Appointment.objects.for_municipality(appointment.municipality_id)
            .select_for_update()
            .get(pk=appointment.pk)
        )
        state = AppointmentState(held.status)
        if not may(act, state):
            raise Refused(f"cannot_{act}")
        if act in _CHECK_INS:
            _require_day(act, held, now)
            held.checked_in_at = now if act is Act.CHECK_IN else held.starts_at
        held.status = TRANSITIONS[state][act]
        held.save(update_fields=["status", "checked_in_at"])
        record_visit(event, held, actor=actor, now=now)
    return held


def _require_day(act: Act, visit: Appointment, now: datetime) -> None:
    allowed = may_be_checked_in_on(danish_date(now), day=danish_date(visit.starts_at))
    if act is not allowed:
        raise Refused("not_today" if act is Act.CHECK_IN else "not_afterwards")
