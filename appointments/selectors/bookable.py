"""Reads: where, what and when one can book, and the visits that are booked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, CentreService
from appointments.rules.availability import Audience, FreeDay, starts_from
from appointments.rules.booking_window import Window
from appointments.rules.local_time import wall_clock
from appointments.rules.places import (
    danish_order,
    is_asked_for,
    look_alikes,
    nearest_codes,
    postal_code_in,
)
from appointments.rules.reference import normalise_reference
from appointments.selectors.desk_days import Visiting, starts_by_day
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality

LONGEST_PERIOD_DAYS = 62
NEAREST_CODES = 3
LOOK_ALIKES = 3


def require_period(first: date, last: date) -> None:
    """Raise Refused `period_reversed` or `period_too_long`."""
    if last < first:
        raise Refused("period_reversed", field="to")
    if (last - first).days >= LONGEST_PERIOD_DAYS:
        raise Refused("period_too_long", field="to", params={"limit": LONGEST_PERIOD_DAYS})


def within(window: Window, found: tuple[FreeDay, ...], now: datetime) -> tuple[FreeDay, ...]:
    """What can be booked now: after the lead time, within the horizon."""
    found = starts_from(found, wall_clock(_next_whole_minute(window.opens(now))))
    horizon = window.last_day(danish_date(now))
    if not found or found[-1].day <= horizon:
        return found
    return tuple(free for free in found if free.day <= horizon)


def bookable_times(
    *,
    centre: Centre,
    minutes: int,
    caps: int,
    window: Window,
    first: date,
    last: date,
    now: datetime,
    for_staff: bool = False,
    own_hold: int | None = None,
) -> tuple[FreeDay, ...]:
    """The free starts that can be booked now: after the lead time, within the horizon.

    A citizen sees no desk-day that is still kept for staff.
    """
    if not centre.is_open_for_booking:
        return ()
    require_period(first, last)
    found = starts_by_day(
        centre_id=centre.pk,
        first=first,
        last=last,
        now=now,
        audience=Audience.STAFF if for_staff else Audience.EVERYONE,
        own_hold=own_hold,
        visit=Visiting(minutes, caps, window.step_minutes),
    )
    return within(window, found, now)


def centre_by_key(key: str) -> Centre:
    """A centre by its key, or NotFound."""
    centre = Centre.objects.select_related("municipality").filter(key=key).first()
    if centre is None:
        raise NotFound
    return centre


def other_centres(centre: Centre) -> list[Centre]:
    """The other centres that receive the citizens of a centre's municipality."""
    here = Q(municipality_id=centre.municipality_id) | Q(serves=centre.municipality_id)
    others = Centre.objects.filter(here, is_open_for_booking=True).exclude(pk=centre.pk)
    return list(others.distinct())


def offers_of(centre: Centre) -> list[CentreService]:
    """The services one can book at a centre, in their order."""
    return list(
        CentreService.objects.filter(centre=centre)
        .select_related("service")
        .order_by("service__position", "service__code")
    )


def get_appointment(*, municipality: Municipality | int, reference: str) -> Appointment:
    """A municipality's visit by its reference, however it is written, or NotFound."""
    appointment = (
        Appointment.objects.for_municipality(municipality)
        .select_related("centre__municipality", "contact__data_key")
        .prefetch_related("participants__service")
        .filter(reference=normalise_reference(reference))
        .first()
    )
    if appointment is None:
        raise NotFound
    return appointment


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality and the centres that receive its citizens; none where we know none."""

    municipality: Municipality
    centres: tuple[Centre, ...]

    @property
    def has_real_centre(self) -> bool:
        """Whether one of them is more than a demo."""
        return any(not centre.is_demo for centre in self.centres)


class Match(StrEnum):
    """How a search found what it found."""

    EXACT = "exact"
    NEAREST = "nearest"
    SIMILAR = "similar"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for a place gave."""

    match: Match
    places: list[Place]
    postal_code: str | None = None


def all_places() -> list[Place]:
    """Every municipality with the centres that receive its citizens, in Danish order.

    Two statements.
    """
    municipalities, served_by = _municipalities()
    centres: dict[int, list[Centre]] = {}
    known = Centre.objects.select_related("municipality")
    for centre in sorted(known, key=lambda one: danish_order(one.name)):
        for place_id in {centre.municipality_id, *served_by.get(centre.pk, ())}:
            centres.setdefault(place_id, []).append(centre)
    return [
        Place(place, tuple(centres.get(place.pk, ())))
        for place in sorted(municipalities, key=lambda one: danish_order(one.name))
    ]


def _municipalities() -> tuple[list[Municipality], dict[int, set[int]]]:
    """Every municipality, and which others each centre serves. One statement."""
    known: dict[int, Municipality] = {}
    served_by: dict[int, set[int]] = {}
    for place in Municipality.objects.annotate(another=F("served_by")):
        known[place.pk] = place
        if place.another:
            served_by.setdefault(place.another, set()).add(place.pk)
    return list(known.values()), served_by


def find_places(query: str, places: list[Place]) -> Search:
    """The places that are meant by what somebody typed: a name, part of one, or a postal code."""
    code = postal_code_in(query)
    if code:
        return _by_postal_code(code, places)
    found = [shown for place in places if (shown := _asked_for(query, place))]
    if found:
        return Search(Match.EXACT, found)
    likely = look_alikes(query, [place.municipality.name for place in places], LOOK_ALIKES)
    found = [place for name in likely for place in places if place.municipality.name == name]
    return Search(Match.SIMILAR if found else Match.NOTHING, found)


def _by_postal_code(code: str, places: list[Place]) -> Search:
    known = [centre.postal_code for place in places for centre in place.centres]
    codes = nearest_codes(code, known, NEAREST_CODES)
    match = Match.EXACT if code in codes else Match.NEAREST
    wanted = [code] if match is Match.EXACT else codes
    found = [
        Place(place.municipality, centres)
        for postal_code in wanted
        for place in places
        if (
            centres := tuple(
                centre
                for centre in place.centres
                if centre.postal_code == postal_code
                and centre.municipality_id == place.municipality.pk
            )
        )
    ]
    return Search(match if found else Match.NOTHING, found, code)


def _asked_for(query: str, place: Place) -> Place | None:
    name = place.municipality.name
    if is_asked_for(query, name, "kommune municipality"):
        return place
    centres = tuple(
        centre
        for centre in place.centres
        if centre.municipality_id == place.municipality.pk
        and is_asked_for(query, centre.name, centre.address, centre.city, name)
    )
    return Place(place.municipality, centres) if centres else None


def _next_whole_minute(moment: datetime) -> datetime:
    """The moment itself on a whole minute, else the minute after it: never a start too soon."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
