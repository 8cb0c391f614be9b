"""When and where a centre receives: weekly hours, desks, closures.

No change here cancels a visit. The desk-days are rebuilt first, which holds bookings back; then
whoever changes is told which visits no longer fit, and has to say that they stay booked.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from appointments.exceptions import Refused
from appointments.models import Appointment, Desk, ServiceType
from appointments.rules.local_time import wall_clock
from appointments.rules.opening import OpeningPeriod, problems_with_periods
from appointments.rules.ticks import mask
from appointments.services import capacity
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import Centre, Closure, OpeningHours

LONGEST_CLOSURE_DAYS = 366
HIGHEST_DESK_NUMBER = 999
LONGEST_REASON = 120


class VisitsAffected(Refused):
    """Booked visits no longer fit; they stay booked, and somebody has to say so knowingly."""

    code = "visits_affected"

    def __init__(self, visits: Sequence[Appointment]) -> None:
        super().__init__(params={"count": len(visits)})
        self.visits = tuple(visits)


def set_hours(
    *,
    centre: Centre,
    periods: Sequence[OpeningPeriod],
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> None:
    """Put these weekly hours in place of the centre's.

    Raises Refused with what is wrong at `{place}.{field}`, and VisitsAffected unless `is_accepted`.
    """
    for problem in problems_with_periods(periods):
        raise Refused(problem.code, field=f"{problem.index}.{problem.field}")
    with transaction.atomic():
        before = _outside_hours(centre, now)
        centre.hours.all().delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(
                centre=centre,
                weekday=period.weekday,
                opens_minute=period.opens_minute,
                closes_minute=period.closes_minute,
                valid_from=period.valid_from,
                valid_to=period.valid_to,
            )
            for period in periods
        )
        _settle(centre, Event.HOURS_CHANGED, actor, now, {"periods": len(periods)})
        _ask_about(_outside_hours(centre, now), before=before, is_accepted=is_accepted)


def add_closure(
    *,
    centre: Centre,
    first_day: date,
    last_day: date,
    reason: str,
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Closure:
    """Close the centre from one day to another, both included.

    Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    if last_day < first_day:
        raise Refused("closure_reversed", field="last_day")
    if last_day < danish_date(now):
        raise Refused("closure_is_over", field="last_day")
    if (last_day - first_day).days >= LONGEST_CLOSURE_DAYS:
        raise Refused("closure_too_long", field="last_day")
    if holds_cpr_number(reason):
        raise Refused("looks_like_cpr", field="reason")
    if centre.closures.filter(first_day__lte=last_day, last_day__gte=first_day).exists():
        raise Refused("closure_overlaps", field="first_day")
    with transaction.atomic():
        before = _outside_hours(centre, now)
        closure = Closure.objects.create(
            centre=centre,
            first_day=first_day,
            last_day=last_day,
            reason=reason.strip()[:LONGEST_REASON],
        )
        days: dict[str, object] = {"from": first_day.isoformat(), "to": last_day.isoformat()}
        _settle(centre, Event.CLOSURE_ADDED, actor, now, days)
        _ask_about(_outside_hours(centre, now), before=before, is_accepted=is_accepted)
    return closure


def remove_closure(*, closure: Closure, actor: str, now: datetime) -> None:
    """Open the days of a closure again, as the weekly hours say. What is over stays as it was."""
    if closure.last_day < danish_date(now):
        raise Refused("closure_is_over")
    days: dict[str, object] = {
        "from": closure.first_day.isoformat(),
        "to": closure.last_day.isoformat(),
    }
    with transaction.atomic():
        closure.delete()
        _settle(closure.centre, Event.CLOSURE_REMOVED, actor, now, days)


def add_desk(
    *,
    centre: Centre,
    number: int,
    services: Iterable[str],
    is_staffed: bool,
    actor: str,
    now: datetime,
) -> Desk:
    """Add a desk and what it can do. Raises Refused."""
    desk = Desk(centre=centre, number=number, caps=0, is_staffed=is_staffed)
    return _save_desk(desk, services, actor, now)


def change_desk(
    *,
    desk: Desk,
    number: int,
    services: Iterable[str],
    is_staffed: bool,
    is_accepted: bool,
    actor: str,
    now: datetime,
) -> Desk:
    """Change a desk's number, what it can do, and whether somebody sits there.

    Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    desk.number, desk.is_staffed = number, is_staffed
    return _save_desk(
        desk,
        services,
        actor,
        now,
        check=lambda: _ask_about(_misplaced(desk, now), before=(), is_accepted=is_accepted),
    )


def _save_desk(
    desk: Desk,
    services: Iterable[str],
    actor: str,
    now: datetime,
    check: Callable[[], None] = lambda: None,
) -> Desk:
    if not 1 <= desk.number <= HIGHEST_DESK_NUMBER:
        raise Refused("desk_number_out_of_range", field="number")
    desk.caps = caps_of(services)
    if not desk.caps:
        raise Refused("desk_without_services", field="services")
    with transaction.atomic():
        try:
            with transaction.atomic():
                desk.save()
        except IntegrityError as clash:
            raise Refused("desk_number_taken", field="number") from clash
        facts: dict[str, object] = {"desk": desk.number, "staffed": desk.is_staffed}
        _settle(desk.centre, Event.DESKS_CHANGED, actor, now, facts)
        check()
    return desk


def caps_of(services: Iterable[str]) -> int:
    """The set of services as a desk keeps it. Raises Refused for one that does not exist."""
    codes = set(services)
    bits = dict(ServiceType.objects.filter(code__in=codes).values_list("code", "bit"))
    if codes - set(bits):
        raise Refused("service_not_offered", field="services")
    return sum(1 << bit for bit in bits.values())


def _coming(centre: Centre, now: datetime) -> QuerySet[Appointment]:
    return (
        Appointment.objects.for_municipality(centre.municipality_id)
        .filter(centre=centre, status=Appointment.Status.BOOKED, starts_at__gte=now)
        .order_by("starts_at")
    )


def _outside_hours(centre: Centre, now: datetime) -> list[Appointment]:
    """The coming visits that lie in closed time, as the hours now stand in the database."""
    visits = list(_coming(centre, now))
    days = {danish_date(visit.starts_at) for visit in visits}
    closed = capacity.closed_bits(centre=centre, days=days)
    outside = []
    for visit in visits:
        day, minute = wall_clock(visit.starts_at)
        length = int((visit.ends_at - visit.starts_at).total_seconds()) // 60
        if closed[day] & mask(minute, length):
            outside.append(visit)
    return outside


def _misplaced(desk: Desk, now: datetime) -> list[Appointment]:
    """The coming visits at a desk where nobody sits, or that cannot do what they are for."""
    visits = _coming(desk.centre, now).filter(desk=desk).prefetch_related("participants__service")
    return [
        visit
        for visit in visits
        if not desk.is_staffed
        or any(not desk.caps >> one.service.bit & 1 for one in visit.participants.all())
    ]


def _ask_about(
    visits: Sequence[Appointment], *, before: Sequence[Appointment], is_accepted: bool
) -> None:
    """Raise VisitsAffected for visits that fitted before and do not now, unless that is known."""
    known = {visit.pk for visit in before}
    affected = [visit for visit in visits if visit.pk not in known]
    if affected and not is_accepted:
        raise VisitsAffected(affected)


def _settle(
    centre: Centre, event: Event, actor: str, now: datetime, facts: dict[str, object]
) -> None:
    """Bring the desk-days to what now holds, and write down who changed it."""
    today = danish_date(now)
    last = capacity.last_day_made(centre=centre, today=today)
    capacity.rebuild(centre=centre, first=today, last=last)
    record(
        event,
        actor=actor,
        subject=f"centre:{centre.pk}",
        municipality=centre.municipality_id,
        at=now,
        facts=facts,
    )
