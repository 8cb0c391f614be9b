"""How a centre takes bookings: how soon, how far ahead, what is kept back, for whom, and where."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import transaction

from appointments.exceptions import Refused
from appointments.models import CentreDay, CentreService
from appointments.rules.ticks import MINUTES_PER_DAY, TICK_MINUTES
from appointments.services.centres.desk_days import lock_roster, open_days, set_opening_moments
from appointments.services.centres.room import room_came
from appointments.services.centres.roster import last_day_made
from appointments.services.centres.whereabouts import addresses, is_postal_code, tell_where
from appointments.services.history import record_centre
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import Centre, MobileStop, Municipality

LONGEST_LEAD_MINUTES = 30 * MINUTES_PER_DAY
LONGEST_HORIZON_DAYS = 365
LONGEST_SERVICE_MINUTES = 240
LONGEST_BUFFER_MINUTES = 60


@dataclass(frozen=True, slots=True)
class OwnWindow:
    """A service's own lead time and horizon; None is the centre's."""

    lead_minutes: int | None
    horizon_days: int | None


@dataclass(frozen=True, slots=True)
class Length:
    """How long a service takes at a centre, and how long its desk is kept free after it."""

    minutes: int
    buffer_minutes: int


@dataclass(frozen=True, slots=True)
class BookingRules:
    """What a centre has settled; `windows` and `lengths` by the code of the service.

    `asks_for_code` is the whole municipality's; None: as it was.
    """

    lead_minutes: int
    horizon_days: int
    kept_desks: int
    kept_until_days: int
    kept_until_minute: int
    spreads_new_days: bool
    returns_slowly: bool
    asks_for_code: bool | None = None
    windows: Mapping[str, OwnWindow] = field(default_factory=dict)
    lengths: Mapping[str, Length] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a mobile centre stands on a weekday, 0 for Monday."""

    weekday: int
    address: str
    postal_code: str
    city: str


def set_booking_rules(*, centre: Centre, rules: BookingRules, actor: str, now: datetime) -> None:
    """Put these rules in place of the centre's. Visits that are booked stay as they are.

    Raises Refused; for a service at `{code}.` and the name of its field.
    """
    _check(centre, rules)
    _check_lengths(rules.lengths)
    settled = asdict(rules)
    asks_for_code = settled.pop("asks_for_code")
    del settled["windows"], settled["lengths"]
    today = danish_date(now)
    with transaction.atomic():
        if asks_for_code is not None:  # first: whoever settles the municipality's own has it first
            place = Municipality.objects.filter(pk=centre.municipality_id)
            place.update(asks_for_code=asks_for_code)
        lock_roster(centre=centre)
        for name, value in settled.items():
            setattr(centre, name, value)
        centre.save(update_fields=list(settled))
        if asks_for_code is not None:
            settled["asks_for_code"] = asks_for_code
        offers = centre.offers.filter(service__code__in=rules.windows)
        for offer in offers.select_related("service"):
            own = rules.windows[offer.service.code]
            offer.lead_minutes, offer.horizon_days = own.lead_minutes, own.horizon_days
            offer.save(update_fields=["lead_minutes", "horizon_days"])
        lengths = _set_lengths(centre, rules.lengths, today)
        set_opening_moments(centre=centre, today=today)
        open_days(centre=centre, first=today, last=last_day_made(centre=centre, today=today))
        if lengths:
            settled["lengths"] = lengths
        record_centre(Event.BOOKING_RULES_CHANGED, centre, actor=actor, now=now, facts=settled)


def set_stops(
    *, centre: Centre, stops: Sequence[Stop], is_accepted: bool, actor: str, now: datetime
) -> None:
    """Put these stops in place of a mobile centre's; who is booked elsewhere by it is told where.

    Raises Refused at `{place}.{field}`, and VisitsAffected unless `is_accepted`.
    """
    for place, stop in enumerate(stops):
        _check_stop(place, stop)
    if len({stop.weekday for stop in stops}) < len(stops):
        raise Refused("two_stops_on_a_day")
    with transaction.atomic():
        lock_roster(centre=centre)
        before = addresses(centre)
        centre.is_mobile = bool(stops)
        centre.save(update_fields=["is_mobile"])
        centre.stops.all().delete()
        MobileStop.objects.bulk_create(MobileStop(centre=centre, **asdict(stop)) for stop in stops)
        weekdays: dict[str, object] = {"weekdays": [stop.weekday for stop in stops]}
        record_centre(Event.STOPS_CHANGED, centre, actor=actor, now=now, facts=weekdays)
        tell_where(centre=centre, before=before, is_accepted=is_accepted, now=now)


def set_served(*, centre: Centre, codes: Collection[str], actor: str, now: datetime) -> None:
    """Let the centre serve the citizens of these municipalities besides its own, and no others.

    Nothing that is booked changes. Raises Refused for a municipality that is none, or its own.
    """
    served = Municipality.objects.filter(code__in=codes).exclude(pk=centre.municipality_id)
    places = list(served)
    if len(places) < len(set(codes)):
        raise Refused("municipality_not_found", field="served")
    with transaction.atomic():
        centre.serves.set(places)
        told: dict[str, object] = {"municipalities": sorted(place.code for place in places)}
        record_centre(Event.SERVED_CHANGED, centre, actor=actor, now=now, facts=told)


def _check(centre: Centre, rules: BookingRules) -> None:
    windows = {"": OwnWindow(rules.lead_minutes, rules.horizon_days), **rules.windows}
    for code, own in windows.items():
        where = f"{code}." if code else ""
        if own.lead_minutes is not None and not 0 <= own.lead_minutes <= LONGEST_LEAD_MINUTES:
            raise Refused("lead_out_of_range", field=f"{where}lead_minutes")
        if own.horizon_days is not None and not 1 <= own.horizon_days <= LONGEST_HORIZON_DAYS:
            raise Refused("horizon_out_of_range", field=f"{where}horizon_days")
    desks = centre.desks.filter(is_staffed=True).count()
    if rules.kept_desks and not 0 <= rules.kept_desks < desks:
        raise Refused("too_many_desks_kept", field="kept_desks")
    if not 0 <= rules.kept_until_days <= rules.horizon_days:
        raise Refused("kept_too_long", field="kept_until_days")
    if not 0 <= rules.kept_until_minute <= MINUTES_PER_DAY:
        raise Refused("outside_the_day", field="kept_until_minute")


def _set_lengths(
    centre: Centre, lengths: Mapping[str, Length], today: date
) -> dict[str, dict[str, int]]:
    """Write the lengths that differ, and tell which; a shorter one may fit where none did."""
    changed: list[CentreService] = []
    for offer in centre.offers.filter(service__code__in=lengths).select_related("service"):
        own = lengths[offer.service.code]
        if own != Length(offer.minutes, offer.buffer_minutes):
            offer.minutes, offer.buffer_minutes = own.minutes, own.buffer_minutes
            changed.append(offer)
    CentreService.objects.bulk_update(changed, ["minutes", "buffer_minutes"])
    if changed:
        days = CentreDay.objects.filter(centre=centre, day__gte=today)
        room_came(centre_id=centre.pk, days=set(days.values_list("day", flat=True)))
    return {offer.service.code: asdict(lengths[offer.service.code]) for offer in changed}


def _check_lengths(lengths: Mapping[str, Length]) -> None:
    for code, own in lengths.items():
        if own.minutes % TICK_MINUTES or not TICK_MINUTES <= own.minutes <= LONGEST_SERVICE_MINUTES:
            raise Refused("length_out_of_range", field=f"{code}.minutes")
        if own.buffer_minutes % TICK_MINUTES or not (
            0 <= own.buffer_minutes <= LONGEST_BUFFER_MINUTES
        ):
            raise Refused("buffer_out_of_range", field=f"{code}.buffer_minutes")


def _check_stop(place: int, stop: Stop) -> None:
    if not stop.address.strip():
        raise Refused("stop_without_address", field=f"{place}.address")
    if not is_postal_code(stop.postal_code):
        raise Refused("no_such_postal_code", field=f"{place}.postal_code")
    if not stop.city.strip():
        raise Refused("stop_without_town", field=f"{place}.city")
    for name in ("address", "city"):
        if holds_cpr_number(getattr(stop, name)):
            raise Refused("looks_like_cpr", field=f"{place}.{name}")
