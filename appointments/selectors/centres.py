"""A centre as people see it: where it stands on a day, and when its door is open."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import F, Q, QuerySet, Value

from appointments.exceptions import NotFound
from appointments.models import ServiceType
from borgerservice.municipalities.models import Centre, MobileStop, Municipality, OpeningHours

_STOP: Final = "stop"


@dataclass(frozen=True, slots=True)
class Week:
    """The weekly hours that hold on a day, Monday first. `door` is empty where it is the same.

    `stops` is where a mobile centre stands, each on its weekday.
    """

    booking: Sequence[OpeningHours]
    door: Sequence[OpeningHours]
    stops: Sequence[MobileStop]


def centre_and_served(key: str) -> tuple[Centre, list[str]]:
    """A centre, and the other municipalities whose citizens it receives. One statement.

    Raises NotFound.
    """
    found = list(
        Centre.objects.select_related("municipality")
        .filter(key=key)
        .annotate(served=F("serves__name"))
        .order_by("served")
    )
    if not found:
        raise NotFound
    return found[0], [row.served for row in found if row.served]


def week_of(centre: Centre, *, day: date) -> Week:
    """The weekly hours of a centre that hold on a day, and its stops. One statement."""
    held = centre.hours.order_by().filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
    )
    told = held.values_list("weekday", "opens_minute", "closes_minute", "use", *[Value("")] * 3)
    if centre.is_mobile:
        told = told.union(_stops_like_hours(centre), all=True)
    by_use: dict[str, list[OpeningHours]] = {}
    stops = []
    for weekday, opens, closes, use, address, postal_code, city in sorted(told):
        if use == _STOP:
            stop = MobileStop(weekday=weekday, address=address, postal_code=postal_code, city=city)
            stops.append(stop)
        else:
            hours = OpeningHours(weekday=weekday, opens_minute=opens, closes_minute=closes, use=use)
            by_use.setdefault(use, []).append(hours)
    return Week(
        booking=by_use.get(OpeningHours.Use.BOOKING, ()),
        door=by_use.get(OpeningHours.Use.DOOR, ()),
        stops=stops,
    )


def _stops_like_hours(centre: Centre) -> QuerySet[MobileStop, tuple[Any, ...]]:
    none = Value(0), Value(0), Value(_STOP)
    stops = centre.stops.order_by()
    return stops.values_list("weekday", *none, "address", "postal_code", "city")


def stand_on(
    centre: Centre, *, day: date, stops: Sequence[MobileStop] | None = None
) -> Centre | MobileStop:
    """Where a centre receives on a day: a mobile one at that weekday's stop, else its own house.

    Its stops are read where they are not given.
    """
    if not centre.is_mobile:
        return centre
    known = centre.stops.all() if stops is None else stops
    return stop_of(centre, weekday=day.weekday(), stops=known)


def stop_of(centre: Centre, *, weekday: int, stops: Iterable[MobileStop]) -> Centre | MobileStop:
    """Where a centre with these stops receives on a weekday."""
    return next((stop for stop in stops if stop.weekday == weekday), centre)


def address_of(stand: Centre | MobileStop) -> str:
    """An address in one line."""
    town = f"{stand.postal_code} {stand.city}".strip()
    return ", ".join(part for part in (stand.address, town) if part)


def offered_at(
    place: Municipality,
) -> tuple[list[ServiceType], dict[Centre, set[str]]]:
    """Every service there is, and the codes of those one can book at each centre of a place."""
    centres = place.centres.prefetch_related("offers__service")
    offered = {centre: {offer.service.code for offer in centre.offers.all()} for centre in centres}
    return list(ServiceType.objects.all()), offered


def service_by_code(code: str) -> ServiceType | None:
    """The service of that code, if there is one. No statement without a code."""
    return ServiceType.objects.filter(code=code).first() if code else None


def services_by_code(codes: Collection[str]) -> dict[str, ServiceType]:
    """The services of some codes. One statement."""
    return {one.code: one for one in ServiceType.objects.filter(code__in=codes)}
