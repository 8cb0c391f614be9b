"""A centre as people see it: where it stands on a day, and when its door is open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from appointments.exceptions import NotFound
from appointments.models import ServiceType
from borgerservice.municipalities.models import Centre, MobileStop, Municipality, OpeningHours


@dataclass(frozen=True, slots=True)
class Week:
    """The weekly hours that hold on a day, Monday first. `door` is empty where it is the same."""

    booking: Sequence[OpeningHours]
    door: Sequence[OpeningHours]


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
    """The weekly hours of a centre that hold on a day. One statement."""
    hours = list(
        centre.hours.filter(
            Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day)
        ).order_by("weekday", "opens_minute")
    )
    return Week(
        booking=[one for one in hours if one.use == OpeningHours.Use.BOOKING],
        door=[one for one in hours if one.use == OpeningHours.Use.DOOR],
    )


def stand_on(centre: Centre, *, day: date) -> Centre | MobileStop:
    """Where a centre receives on a day: a mobile one at that weekday's stop, else its own house."""
    if not centre.is_mobile:
        return centre
    return next((stop for stop in centre.stops.all() if stop.weekday == day.weekday()), centre)


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
