"""What a visit takes: services, length, the time after it, and what a desk must be able to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Protocol

from django.db.models import F, QuerySet

from appointments.exceptions import NotFound, Refused
from appointments.models import CentreService, ServiceType
from appointments.rules.availability import Audience, HeldDeskDay
from appointments.rules.booking_window import Window
from appointments.selectors.desk_days import DeskDaysAsked, told_desk_days
from borgerservice.database.planned import planned
from borgerservice.database.rows import read_row
from borgerservice.municipalities.models import Centre, MobileStop

LARGEST_PARTY = 4
_SERVICE: Final = ("id", "code", "bit", "proves_identity")
_OFFER: Final = (
    "o.minutes, o.buffer_minutes, o.lead_minutes, o.horizon_days,"
    " s.id, s.code, s.bit, s.proves_identity"
)
_WIDTH: Final = 8
ASKED_OF_A_CENTRE: Final = (
    *("id", "municipality_id", "key", "name", "address", "postal_code", "city", "phone"),
    *("is_open_for_booking", "start_step_minutes", "lead_minutes", "horizon_days"),
    *("returns_slowly", "is_mobile"),
)
"""What a booking or a hold asks of the centre itself."""
_OF_CENTRE: Final = ", ".join(f"c.{name}" for name in ASKED_OF_A_CENTRE)
_OFFERED: Final = (
    "appointments_centreservice o JOIN appointments_servicetype s ON s.id = o.service_id"
)
_OFFERS: Final = (
    f"SELECT {_OFFER} FROM {_OFFERED}"  # noqa: S608 - ours
    " WHERE o.centre_id = %s AND s.code IN ({codes})"
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who comes: a name as typed, and the service's code."""

    name: str
    service: str
    is_protected: bool = False


class CentreNamed(NamedTuple):
    """A municipality's own centre by its key; another's is as absent as one that never was."""

    municipality: int
    key: str


class Offer(Protocol):
    """A service at a centre: how long it takes there, and how soon and far ahead one can come."""

    @property
    def service(self) -> ServiceType: ...
    @property
    def minutes(self) -> int: ...
    @property
    def buffer_minutes(self) -> int: ...
    @property
    def lead_minutes(self) -> int | None: ...
    @property
    def horizon_days(self) -> int | None: ...


class _Offer(NamedTuple):
    minutes: int
    buffer_minutes: int
    lead_minutes: int | None
    horizon_days: int | None
    service: ServiceType


@dataclass(frozen=True, slots=True)
class Plan:
    """What a visit takes: the services in order, its length and the time after it, its skills.

    `window` says how soon and how far ahead it can be booked, `stops` where a mobile centre stands
    on which weekday.
    """

    services: tuple[ServiceType, ...]
    minutes: int
    buffer: int
    caps: int
    window: Window
    stops: tuple[MobileStop, ...]


def plan_visit(*, centre: Centre, codes: Sequence[str]) -> Plan:
    """What a visit for these services takes at a centre. Lengths add up.

    Raises Refused `service_not_offered`, `no_participants`, `too_many_participants`.
    """
    require_party(codes)
    offers = _offers(codes).filter(centre=centre)
    if not centre.is_mobile:
        return _plan(centre, codes, offers)
    rows = list(  # each offer with each stop
        offers.annotate(
            stop_day=F("centre__stops__weekday"),
            stop_address=F("centre__stops__address"),
            stop_postal_code=F("centre__stops__postal_code"),
            stop_city=F("centre__stops__city"),
        )
    )
    stops = {
        row.stop_day: MobileStop(
            weekday=row.stop_day,
            address=row.stop_address,
            postal_code=row.stop_postal_code,
            city=row.stop_city,
        )
        for row in rows
        if row.stop_day is not None
    }
    return replace(_plan(centre, codes, rows), stops=tuple(stops.values()))


def plan_to_book(*, centre: Centre, codes: Sequence[str]) -> Plan:
    """The same for who writes and shows nothing: the services come without their texts."""
    require_party(codes)
    asked = sorted(set(codes))
    with planned() as cursor:
        statement = _OFFERS.format(codes=", ".join(["%s"] * len(asked)))
        cursor.execute(statement, [str(centre.pk), *asked])
        rows = cursor.fetchall()
    return _plan(centre, codes, map(_offer, rows))


def plan_and_desks(
    *, centre: Centre, codes: Sequence[str], day: date, now: datetime, audience: Audience
) -> tuple[Plan, list[HeldDeskDay]]:
    """The same, and how the centre's desks stand that day. One statement."""
    require_party(codes)
    asked = DeskDaysAsked(centre.pk, day, day, now, audience=audience)
    wanted = by_place(codes)
    with planned() as cursor:
        cursor.execute(
            f"SELECT {_OFFER}, {asked.as_text} FROM {_OFFERED}"  # noqa: S608 - ours
            f" WHERE o.centre_id = %(centre)s AND {are_among(wanted)}",
            {**asked.parameters, **wanted},
        )
        rows = cursor.fetchall()
    plan = _plan(centre, codes, [_offer(row[:_WIDTH]) for row in rows])
    return plan, told_desk_days(*rows[0][_WIDTH:])


def centre_plan_and_desks(
    *, named: CentreNamed, codes: Sequence[str], day: date, now: datetime, audience: Audience
) -> tuple[Centre, Plan, list[HeldDeskDay]]:
    """The same with what a booking asks of the centre itself. One statement.

    Raises NotFound `centre_not_found`, too.
    """
    require_party(codes)
    asked = DeskDaysAsked(named.key, day, day, now, audience=audience)
    wanted = by_place(codes)
    with planned() as cursor:
        cursor.execute(
            f"SELECT {_OFFER}, {asked.as_text}, {_OF_CENTRE} FROM municipalities_centre c"  # noqa: S608 - ours
            f" LEFT JOIN ({_OFFERED}) ON o.centre_id = c.id AND {are_among(wanted)}"
            " WHERE c.key = %(centre)s AND c.municipality_id = %(municipality)s",
            {**asked.parameters, **wanted, "municipality": named.municipality},
        )
        rows = cursor.fetchall()
    if not rows:
        raise NotFound("centre_not_found", field="centre")
    desks, holds, *of_centre = rows[0][_WIDTH:]
    centre = read_row(Centre, ASKED_OF_A_CENTRE, of_centre)
    offers = [_offer(row[:_WIDTH]) for row in rows if row[0] is not None]
    return centre, _plan(centre, codes, offers), told_desk_days(desks, holds)


def by_place(codes: Sequence[str]) -> dict[str, str]:
    """Services as named parameters of a statement, each once."""
    return {f"code_{place}": code for place, code in enumerate(sorted(set(codes)))}


def are_among(wanted: Iterable[str]) -> str:
    """What says in a statement that a service `s` is one of them."""
    return f"s.code IN ({', '.join(f'%({name})s' for name in wanted)})"


def _offer(row: Sequence[Any]) -> _Offer:
    minutes, buffer_minutes, lead, horizon, *told = row
    service = read_row(ServiceType, _SERVICE, told)
    return _Offer(minutes, buffer_minutes, lead, horizon, service)


def require_party(codes: Sequence[str]) -> None:
    """Raise Refused `no_participants` or `too_many_participants`."""
    if not codes:
        raise Refused("no_participants", field="participants")
    if len(codes) > LARGEST_PARTY:
        raise Refused(
            "too_many_participants", field="participants", params={"limit": LARGEST_PARTY}
        )


def _offers(codes: Sequence[str]) -> QuerySet[CentreService]:
    return CentreService.objects.select_related("service").filter(service__code__in=set(codes))


def _plan(centre: Centre, codes: Sequence[str], found: Iterable[Offer]) -> Plan:
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
        stops=(),
    )


def window_of(centre: Centre, offers: Sequence[Offer]) -> Window:
    """When a visit for these services can be booked; of several, the narrowest.

    A service's own lead time and horizon win over the centre's.
    """
    leads = [centre.lead_minutes if o.lead_minutes is None else o.lead_minutes for o in offers]
    days = [centre.horizon_days if o.horizon_days is None else o.horizon_days for o in offers]
    return Window(max(leads), min(days), centre.start_step_minutes)
