"""What a visit takes: services, length, the time after it, and what a desk must be able to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from appointments.exceptions import Refused
from appointments.models import CentreService, ServiceType
from appointments.rules.booking_window import Window
from borgerservice.municipalities.models import Centre

LARGEST_PARTY = 4


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who comes: a name as typed, and the service's code."""

    name: str
    service: str
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a visit takes: the services in order, its length and the time after it, its skills.

    `window` says how soon and how far ahead it can be booked.
    """

    services: tuple[ServiceType, ...]
    minutes: int
    buffer: int
    caps: int
    window: Window


def plan_visit(*, centre: Centre, codes: Sequence[str]) -> Plan:
    """What a visit for these services takes at a centre. Lengths add up.

    Raises Refused `service_not_offered`, `no_participants`, `too_many_participants`.
    """
    _require_party(codes)
    return _plan(centre, codes, _offers(codes).filter(centre=centre))


def planned_at(*, key: str, codes: Sequence[str]) -> tuple[Centre, Plan] | None:
    """A centre by its key and what a visit takes there. One statement.

    None where there is no such centre, or it offers none of the services. Raises Refused.
    """
    _require_party(codes)
    offers = list(_offers(codes).filter(centre__key=key).select_related("centre", "service"))
    return (offers[0].centre, _plan(offers[0].centre, codes, offers)) if offers else None


def _require_party(codes: Sequence[str]) -> None:
    if not codes:
        raise Refused("no_participants", field="participants")
    if len(codes) > LARGEST_PARTY:
        raise Refused(
            "too_many_participants", field="participants", params={"limit": LARGEST_PARTY}
        )


def _offers(codes: Sequence[str]) -> QuerySet[CentreService]:
    return CentreService.objects.select_related("service").filter(service__code__in=set(codes))


def _plan(centre: Centre, codes: Sequence[str], found: Iterable[CentreService]) -> Plan:
    offers = {offer.service.code: offer for offer in found}
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
        window=window_of(centre, chosen),
    )


def window_of(centre: Centre, offers: Sequence[CentreService]) -> Window:
    """When a visit for these services can be booked; of several, the narrowest.

    A service's own lead time and horizon win over the centre's.
    """
    leads = [centre.lead_minutes if o.lead_minutes is None else o.lead_minutes for o in offers]
    days = [centre.horizon_days if o.horizon_days is None else o.horizon_days for o in offers]
    return Window(max(leads), min(days), centre.start_step_minutes)
