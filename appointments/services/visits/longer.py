"""A visit to which a witness comes takes longer; it grows where the time after it is free."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused
from appointments.models import Appointment, Desk, Participant, ServiceType
from appointments.rules.local_time import wall_clock
from appointments.services.booking import capacity
from appointments.services.booking.capacity import MINUTES_PER_DAY, Wanted
from appointments.services.booking.plan import Plan, plan_visit
from appointments.services.history import record_visit
from borgerservice.audit.events import Event
from borgerservice.database.together import write_together


def make_longer(*, participant: Participant, actor: str, now: datetime) -> bool:
    """Give a visit the time that somebody's service takes with a witness; whether it has it now.

    It grows at its own desk, into time that is free: nothing else moves. Where it cannot, the visit
    stays as it is and says so to staff. A service that knows no longer form is long enough.
    """
    with transaction.atomic():
        visit = _locked(participant)
        comer = _comer(participant)
        with_witness = comer.service.with_witness
        if with_witness is None:
            return True
        if visit.status != Appointment.Status.BOOKED or visit.starts_at <= now:
            return False
        plan = _plan_with(visit, comer, with_witness)
        if plan is None or not _grow(visit, plan, now=now):
            if not comer.lacks_time:
                _set(comer, lacks_time=True)
                record_visit(
                    Event.APPOINTMENT_TOO_SHORT,
                    visit,
                    actor=actor,
                    now=now,
                    participant=comer.position,
                )
            return False
        was = visit.ends_at
        visit.ends_at = max(was, visit.starts_at + timedelta(minutes=plan.minutes))
        _set(comer, service=with_witness, lacks_time=False)
        visit.save(update_fields=["ends_at", "busy_until"])
        facts = {
            "participant": comer.position,
            "from": was.isoformat(),
            "to": visit.ends_at.isoformat(),
        }
        record_visit(Event.APPOINTMENT_LENGTHENED, visit, actor=actor, now=now, **facts)
    return True


def lengthen_visit(*, participant: Participant, actor: str, now: datetime) -> None:
    """The same for who asks for nothing else. Raises Refused `cannot_be_longer`."""
    if not make_longer(participant=participant, actor=actor, now=now):
        raise Refused("cannot_be_longer")


def lengthen_where_short(*, appointment: Appointment, actor: str, now: datetime) -> None:
    """Try again for everybody whose visit was too short; after it was moved, for one."""
    short = Participant.objects.for_municipality(appointment.municipality_id).filter(
        appointment=appointment, lacks_time=True
    )
    for participant in short:
        make_longer(participant=participant, actor=actor, now=now)
    appointment.refresh_from_db(fields=["ends_at", "busy_until"])


def _locked(participant: Participant) -> Appointment:
    return (
        Appointment.objects.for_municipality(participant.municipality_id)
        .select_for_update(of=("self",), no_key=True)
        .select_related("centre")
        .get(pk=participant.appointment_id)
    )


def _comer(participant: Participant) -> Participant:
    known = Participant.objects.for_municipality(participant.municipality_id)
    return known.select_related("service__with_witness").get(pk=participant.pk)


def _plan_with(visit: Appointment, comer: Participant, service: ServiceType) -> Plan | None:
    """What the visit takes with the longer service, or None where the centre does not offer it."""
    others = visit.participants.exclude(pk=comer.pk).values_list("service__code", flat=True)
    try:
        return plan_visit(centre=visit.centre, codes=[*others, service.code])
    except Refused:
        return None


def _grow(visit: Appointment, plan: Plan, *, now: datetime) -> bool:
    """Take the time that is missing after the visit, at its desk, if every tick of it is free."""
    until = visit.starts_at + timedelta(minutes=plan.minutes + plan.buffer)
    missing = int((until - visit.busy_until).total_seconds()) // 60
    if Desk.objects.get(pk=visit.desk_id).caps & plan.caps != plan.caps:
        return False
    if missing <= 0:
        return True
    (first_day, _), (day, minute) = wall_clock(visit.starts_at), wall_clock(visit.busy_until)
    if day != first_day or minute + missing > MINUTES_PER_DAY:
        return False
    after = Wanted(visit.centre, visit.busy_until, missing, plan.caps, now)
    capacity.clear_holds(after, desk_id=visit.desk_id)
    taking = capacity.taking(
        centre_id=visit.centre_id,
        desk_id=visit.desk_id,
        day=day,
        minute=minute,
        minutes=missing,
        caps=plan.caps,
        public_at=None,
    )
    try:
        with transaction.atomic():
            if not write_together(taking, ()):
                return False
            visit.busy_until = until
            visit.save(update_fields=["busy_until"])
    except IntegrityError as clash:
        if "one_visit_per_desk_and_time" in str(clash):
            visit.refresh_from_db(fields=["busy_until"])
            return False
        raise
    return True


def _set(comer: Participant, **values: object) -> None:
    known = Participant.objects.for_municipality(comer.municipality_id)
    known.filter(pk=comer.pk).update(**values)
