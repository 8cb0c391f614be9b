"""Reads: where, what and when one can book, and the visits that are booked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, CentreService, DeskDay
from appointments.rules.availability import free_starts
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.ticks import minutes_of
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.vault.links import link_hash

LONGEST_PERIOD_DAYS = 62


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A local day and the moments (UTC) at which a visit may start on it, earliest first."""

    day: date
    starts: tuple[datetime, ...]


def free_times(
    *,
    centre: Centre,
    minutes: int,
    caps: int,
    first: date,
    last: date,
    not_before: datetime,
    step_minutes: int | None = None,
) -> list[FreeDay]:
    """The free starts of a visit of that length (buffer included), by day. One statement.

    Raises Refused `period_reversed` and `period_too_long`.
    """
    if last < first:
        raise Refused("period_reversed", field="to")
    if (last - first).days >= LONGEST_PERIOD_DAYS:
        raise Refused("period_too_long", field="to", params={"limit": LONGEST_PERIOD_DAYS})
    rows = (
        DeskDay.objects.filter(centre_id=centre.pk, day__range=(first, last))
        .order_by("day", "desk_id")
        .values_list("day", "caps", "b0", "b1", "b2", "b3", "b4", "b5")
    )
    found = free_starts(
        rows.iterator(chunk_size=1000),
        minutes=minutes,
        needed_caps=caps,
        step=step_minutes or centre.start_step_minutes,
        not_before=wall_clock(not_before),
    )
    return [
        FreeDay(day, tuple(instant(day, minute) for minute in minutes_of(bits)))
        for day, bits in found
    ]


def bookable_times(
    *,
    centre: Centre,
    minutes: int,
    caps: int,
    first: date,
    last: date,
    now: datetime,
) -> list[FreeDay]:
    """The free starts a citizen can book now: after the lead time, within the horizon."""
    if not centre.is_open_for_booking:
        return []
    horizon = danish_date(now) + timedelta(days=centre.horizon_days)
    found = free_times(
        centre=centre,
        minutes=minutes,
        caps=caps,
        first=first,
        last=last,
        not_before=now + timedelta(minutes=centre.lead_minutes),
    )
    return [free for free in found if free.day <= horizon]


def centre_by_key(key: str) -> Centre:
    """A centre by its key, or NotFound."""
    centre = Centre.objects.select_related("municipality").filter(key=key).first()
    if centre is None:
        raise NotFound
    return centre


def offers_of(centre: Centre) -> list[CentreService]:
    """The services one can book at a centre, in their order."""
    return list(
        CentreService.objects.filter(centre=centre)
        .select_related("service")
        .order_by("service__position")
    )


def appointment_by_link(link: str) -> Appointment:
    """The visit a citizen's secret link opens, or NotFound."""
    appointment = (
        Appointment.unscoped.select_related("centre__municipality", "contact__data_key")
        .prefetch_related("participants__service")
        .filter(link_hash=link_hash(link))
        .first()
    )
    if appointment is None:
        raise NotFound
    return appointment


def get_appointment(*, municipality: Municipality, reference: str) -> Appointment:
    """A municipality's visit by its reference, or NotFound."""
    appointment = (
        Appointment.objects.for_municipality(municipality)
        .select_related("centre__municipality", "contact__data_key")
        .prefetch_related("participants__service")
        .filter(reference=reference)
        .first()
    )
    if appointment is None:
        raise NotFound
    return appointment
