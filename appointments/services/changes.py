"""Move and cancel: one function each, behind every door."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment
from appointments.rules.lifecycle import Act, AppointmentState, may
from appointments.rules.local_time import wall_clock
from appointments.services import capacity, notices
from appointments.services.conditions import check_time
from appointments.services.plan import Plan, plan_visit
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Centre


def move_appointment(
    *,
    appointment: Appointment,
    start: datetime,
    actor: str,
    now: datetime,
    for_staff: bool = False,
) -> Appointment:
    """Give the visit another time at its centre; the old one is let go only with the new in hand.

    The reference and the link stay. `for_staff` may take what is kept for them. Raises SlotTaken,
    or Refused.
    """
    centre = appointment.centre
    codes = list(appointment.participants.values_list("service__code", flat=True))
    plan = plan_visit(centre=centre, codes=codes)
    check_time(centre=centre, window=plan.window, start=start, now=now, is_walk_in=False)
    start = start.astimezone(UTC)
    try:
        with transaction.atomic():
            held = _locked(appointment)
            _require(Act.MOVE, held, "cannot_move")
            if held.starts_at <= now:
                raise Refused("cannot_move")
            if held.starts_at == start:
                return held
            was = held.starts_at
            day, _minute = wall_clock(start)
            capacity.lock_days(centre=held.centre, days={wall_clock(was)[0], day})
            _release(held)
            held.desk_id = _claim(centre, plan, start, None if for_staff else now)
            held.starts_at = start
            held.ends_at = start + timedelta(minutes=plan.minutes)
            held.busy_until = held.ends_at + timedelta(minutes=plan.buffer)
            held.moves += 1
            held.save(update_fields=["desk", "starts_at", "ends_at", "busy_until", "moves"])
            times = {"from": was.isoformat(), "to": start.isoformat()}
            _record(Event.APPOINTMENT_MOVED, held, actor, now, times)
            notices.tell_moved(held, services=plan.services, now=now)
    except IntegrityError as clash:
        if "one_visit_per_desk_and_time" in str(clash):
            raise SlotTaken(field="start") from clash
        raise
    return held


def cancel_appointment(*, appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """Give the time back to others. Cancelling twice is the same as once."""
    with transaction.atomic():
        held = _locked(appointment)
        if held.status == Appointment.Status.CANCELLED:
            return held
        _require(Act.CANCEL, held, "cannot_cancel")
        if held.starts_at <= now:
            raise Refused("cannot_cancel")
        _release(held)
        held.status = Appointment.Status.CANCELLED
        held.save(update_fields=["status"])
        _record(Event.APPOINTMENT_CANCELLED, held, actor, now, {})
        services = [p.service for p in held.participants.select_related("service")]
        notices.tell_cancelled(held, services=services, now=now)
    return held


def _claim(centre: Centre, plan: Plan, start: datetime, public_at: datetime | None) -> int:
    day, minute = wall_clock(start)
    length = plan.minutes + plan.buffer
    capacity.require_within_the_day(minute=minute, minutes=length)
    desk_id = capacity.claim(
        centre_id=centre.pk,
        day=day,
        minute=minute,
        minutes=length,
        caps=plan.caps,
        public_at=public_at,
    )
    if desk_id is None:
        raise capacity.why_not_free(centre=centre, day=day, minute=minute, minutes=length)
    return desk_id


def _release(held: Appointment) -> None:
    day, minute = wall_clock(held.starts_at)
    capacity.release(
        centre=held.centre,
        desk_id=held.desk_id,
        day=day,
        minute=minute,
        minutes=int((held.busy_until - held.starts_at).total_seconds()) // 60,
    )


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.for_municipality(appointment.municipality_id)
        .select_for_update(of=("self",))
        .select_related("centre__municipality", "contact")
        .get(pk=appointment.pk)
    )


def _require(act: Act, appointment: Appointment, code: str) -> None:
    if not may(act, AppointmentState(appointment.status)):
        raise Refused(code)


def _record(
    event: Event, appointment: Appointment, actor: str, now: datetime, facts: Mapping[str, object]
) -> None:
    record(
        event,
        actor=actor,
        subject=f"appointment:{appointment.reference}",
        municipality=appointment.municipality_id,
        at=now,
        facts=dict(facts),
    )
