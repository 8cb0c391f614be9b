"""Book, move and cancel: one function each, behind every door."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import (
    Appointment,
    CentreService,
    IdempotencyRecord,
    Participant,
    ServiceType,
)
from appointments.rules.lifecycle import Act, AppointmentState, may
from appointments.rules.local_time import wall_clock
from appointments.rules.reference import reference_from
from appointments.rules.ticks import MINUTES_PER_DAY, mask
from appointments.services import capacity, notices
from appointments.services.conditions import check_contact, check_time, cleaned_name
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.services import new_contact
from borgerservice.vault.links import derive_link, link_hash, new_salt

LARGEST_PARTY = 4


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who comes: a name as typed, and the service's code."""

    name: str
    service: str
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a repeat recognisable: the caller, its key, and a hash of what it asked."""

    scope: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a visit takes: the services in order, its length and the time after it, its skills."""

    services: tuple[ServiceType, ...]
    minutes: int
    buffer: int
    caps: int


def plan_visit(*, centre: Centre, codes: Sequence[str]) -> Plan:
    """What a visit for these services takes at a centre. Lengths add up.

    Raises Refused `service_not_offered`, `no_participants`, `too_many_participants`.
    """
    if not codes:
        raise Refused("no_participants", field="participants")
    if len(codes) > LARGEST_PARTY:
        raise Refused(
            "too_many_participants", field="participants", params={"limit": LARGEST_PARTY}
        )
    offers = {
        offer.service.code: offer
        for offer in CentreService.objects.select_related("service").filter(
            centre=centre, service__code__in=set(codes)
        )
    }
    if missing := [place for place, code in enumerate(codes) if code not in offers]:
        one_for_all = len(set(codes)) == 1
        field = "service" if one_for_all else f"participants.{missing[0]}.service"
        raise Refused("service_not_offered", field=field)
    chosen = [offers[code] for code in codes]
    caps = 0
    for offer in chosen:
        caps |= 1 << offer.service.bit
    return Plan(
        services=tuple(offer.service for offer in chosen),
        minutes=sum(offer.minutes for offer in chosen),
        buffer=max(offer.buffer_minutes for offer in chosen),
        caps=caps,
    )


def book_appointment(
    *,
    centre: Centre,
    visitors: Sequence[Visitor],
    start: datetime,
    phone: str,
    email: str,
    language: str,
    origin: Appointment.Origin,
    actor: str,
    now: datetime,
    request: Request | None = None,
) -> Appointment:
    """Give the citizen the time, or raise; nothing is written halfway.

    `phone` is E.164, `email` an address; a citizen needs one of the two, a walk-in neither.
    Raises SlotTaken, or Refused with the code and field of what is wrong. A repeat of the same
    `request` returns the appointment it made the first time.
    """
    if request and (earlier := repeat_of(request)):
        return earlier
    is_walk_in = origin == Appointment.Origin.WALK_IN
    names = [cleaned_name(visitor.name, place) for place, visitor in enumerate(visitors)]
    plan = plan_visit(centre=centre, codes=[visitor.service for visitor in visitors])
    check_contact(phone=phone, email=email, language=language, origin=origin)
    check_time(centre=centre, start=start, now=now, is_walk_in=is_walk_in)
    start = start.astimezone(UTC)
    day, minute = wall_clock(start)
    try:
        with transaction.atomic():
            if request and (earlier := repeat_of(request)):
                return earlier
            desk_id = _claim(centre=centre, day=day, minute=minute, plan=plan)
            contact, key = new_contact(municipality=centre.municipality, phone=phone, email=email)
            salt = new_salt(secrets.token_urlsafe(12))
            appointment = Appointment.unscoped.create(
                municipality_id=centre.municipality_id,
                centre=centre,
                desk_id=desk_id,
                reference=reference_from(secrets.token_bytes(16)),
                starts_at=start,
                ends_at=start + timedelta(minutes=plan.minutes),
                busy_until=start + timedelta(minutes=plan.minutes + plan.buffer),
                origin=origin,
                language=language,
                contact=contact,
                link_salt=salt,
                link_hash=link_hash(derive_link("visit", salt)),
                booked_by=actor,
                created_at=now,
            )
            Participant.unscoped.bulk_create(
                Participant(
                    municipality_id=centre.municipality_id,
                    appointment=appointment,
                    position=place,
                    service=service,
                    name_sealed=key.seal(name, f"participant.name:{place}"),
                    is_protected=visitor.is_protected,
                )
                for place, (name, service, visitor) in enumerate(
                    zip(names, plan.services, visitors, strict=True)
                )
            )
            _record(Event.APPOINTMENT_BOOKED, appointment, actor, now, {"origin": str(origin)})
            notices.tell_booked(appointment, contact=contact, services=plan.services, now=now)
            if request:
                IdempotencyRecord.objects.create(
                    scope=request.scope,
                    key=request.key,
                    request_hash=request.body_hash,
                    appointment=appointment,
                    answer={
                        "start": start.isoformat(),
                        "end": appointment.ends_at.isoformat(),
                        "services": [service.code for service in plan.services],
                    },
                    created_at=now,
                )
    except (IntegrityError, SlotTaken) as clash:
        if request and (earlier := repeat_of(request)):
            return earlier
        if "one_visit_per_desk_and_time" in str(clash):
            raise SlotTaken(field="start") from clash
        raise
    return appointment


def move_appointment(
    *, appointment: Appointment, start: datetime, actor: str, now: datetime
) -> Appointment:
    """Give the visit another time at its centre; the old one is let go only with the new in hand.

    The reference and the link stay. Raises SlotTaken, or Refused.
    """
    centre = appointment.centre
    codes = list(appointment.participants.values_list("service__code", flat=True))
    plan = plan_visit(centre=centre, codes=codes)
    check_time(centre=centre, start=start, now=now, is_walk_in=False)
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
            day, minute = wall_clock(start)
            capacity.lock_days(centre=held.centre, days={wall_clock(was)[0], day})
            _release(held)
            held.desk_id = _claim(centre=centre, day=day, minute=minute, plan=plan)
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


def repeat_of(request: Request) -> Appointment | None:
    """The appointment an identical earlier request made; Refused when its key was used else."""
    earlier = (
        IdempotencyRecord.objects.select_related("appointment__centre")
        .filter(scope=request.scope, key=request.key)
        .first()
    )
    if earlier is None:
        return None
    if earlier.request_hash != request.body_hash:
        raise Refused("idempotency_key_reused")
    return earlier.appointment


def _claim(*, centre: Centre, day: date, minute: int, plan: Plan) -> int:
    if minute + plan.minutes + plan.buffer > MINUTES_PER_DAY:
        raise Refused("closed", field="start")
    desk_id = capacity.claim(
        centre_id=centre.pk,
        day=day,
        minute=minute,
        minutes=plan.minutes + plan.buffer,
        caps=plan.caps,
    )
    if desk_id is None:
        closed = capacity.closed_bits(centre=centre, days=[day])[day]
        if closed & mask(minute, plan.minutes + plan.buffer):
            raise Refused("closed", field="start")
        raise SlotTaken(field="start")
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
