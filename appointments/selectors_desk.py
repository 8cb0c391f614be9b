"""Reads for those who receive: a centre's day, and a visit with everything about it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from appointments.exceptions import NotFound
from appointments.models import Appointment, Participant
from appointments.rules.lifecycle import (
    TRANSITIONS,
    Act,
    AppointmentState,
    may_be_checked_in_on,
)
from appointments.rules.local_time import instant
from appointments.rules.reference import normalise_reference
from appointments.selectors import get_appointment
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.vault.models import DataKey
from borgerservice.vault.services import OpenKey, open_data_key

SHORTEST_PHONE_END = 4
COLUMNS = (
    "id",
    "reference",
    "starts_at",
    "ends_at",
    "status",
    "origin",
    "desk__number",
    "contact__phone_sealed",
    "contact__data_key__wrapped",
    "contact__data_key__key_version",
    "participants__position",
    "participants__name_sealed",
    "participants__is_protected",
    "participants__service__names",
    "participants__lacks_time",
)


@dataclass(frozen=True, slots=True, repr=False)
class DayVisit:
    """One line of a day. `names` holds None for somebody whose name is protected or shredded."""

    reference: str
    number: str
    starts_at: datetime
    ends_at: datetime
    status: AppointmentState
    origin: Appointment.Origin
    desk: int
    names: tuple[str | None, ...]
    services: tuple[dict[str, str], ...]
    lacks_time: bool
    phone_sealed: bytes | None
    key: OpenKey | None

    def __repr__(self) -> str:
        return f"DayVisit({self.reference})"


@dataclass(frozen=True, slots=True, repr=False)
class Comer:
    """One who comes to a visit; `name` is None where it is protected or shredded."""

    row: Participant
    name: str | None


@dataclass(frozen=True, slots=True, repr=False)
class DeskVisit:
    """A visit as staff see it, and what may be done with it now. Names are opened, no contact."""

    appointment: Appointment
    comers: tuple[Comer, ...]
    acts: frozenset[Act]
    has_contact: bool


@dataclass(frozen=True, slots=True, repr=False)
class ContactData:
    """How to reach whoever booked; empty where there is nothing."""

    phone: str
    email: str


def day_of(*, centre: Centre, day: date) -> list[DayVisit]:
    """The visits of a centre on a Danish day, in the order of the clock. One statement.

    The waiting number is the last part of the reference, or as much of it as tells it apart.
    """
    rows = (
        Appointment.objects.for_municipality(centre.municipality_id)
        .filter(
            centre=centre,
            starts_at__gte=instant(day, 0),
            starts_at__lt=instant(day + timedelta(days=1), 0),
        )
        .order_by("starts_at", "desk__number", "id", "participants__position")
        .values_list(*COLUMNS)
    )
    visits = [list(together) for _id, together in groupby(rows, key=itemgetter(0))]
    ends = Counter(_last_part(rows[0][1], 1) for rows in visits)
    return [
        _day_visit(rows, parts=1 if ends[_last_part(rows[0][1], 1)] == 1 else 2) for rows in visits
    ]


def matching(visits: Iterable[DayVisit], query: str) -> list[DayVisit]:
    """The visits of a day that somebody at the desk may mean by a name, a number or a phone's end.

    A protected name is never found by its name.
    """
    wanted = " ".join(query.casefold().split())
    digits = "".join(char for char in wanted if char.isdigit())
    is_phone = len(digits) >= SHORTEST_PHONE_END and not any(char.isalpha() for char in wanted)
    compact = wanted.replace("-", "").replace(" ", "").upper()
    return [
        visit
        for visit in visits
        if any(wanted in name.casefold() for name in visit.names if name)
        or visit.reference.replace("-", "").endswith(compact)
        or (is_phone and _phone(visit).endswith(digits))
    ]


def visit_meant(*, municipality: Municipality, query: str) -> str | None:
    """The reference of the municipality's visit that was written out, on whatever day; or None."""
    reference = normalise_reference(query)
    found = Appointment.objects.for_municipality(municipality).filter(reference=reference)
    return found.values_list("reference", flat=True).first() if reference else None


def desk_visit(*, municipality: Municipality, reference: str, now: datetime) -> DeskVisit:
    """A municipality's visit with its people and the acts allowed now, or NotFound."""
    appointment = get_appointment(municipality=municipality, reference=reference)
    contact = appointment.contact
    key = open_data_key(contact.data_key)
    return DeskVisit(
        appointment=appointment,
        comers=tuple(
            Comer(row, _name(key, row.name_sealed, row.position, is_protected=row.is_protected))
            for row in appointment.participants.all()
        ),
        acts=allowed_acts(
            AppointmentState(appointment.status), starts_at=appointment.starts_at, now=now
        ),
        has_contact=key is not None and bool(contact.phone_sealed or contact.email_sealed),
    )


def contact_data(appointment: Appointment) -> ContactData:
    """How to reach whoever booked, opened. Whoever reads it is to be recorded first."""
    contact = appointment.contact
    key = open_data_key(contact.data_key)
    if key is None:
        return ContactData("", "")
    return ContactData(
        phone=key.open(contact.phone_sealed, "contact.phone"),
        email=key.open(contact.email_sealed, "contact.email"),
    )


def allowed_acts(state: AppointmentState, *, starts_at: datetime, now: datetime) -> frozenset[Act]:
    """What may be done with a visit at this moment; the services ask the same again."""
    has_begun = starts_at <= now
    check_in = may_be_checked_in_on(danish_date(now), day=danish_date(starts_at))
    barred = {
        Act.CHECK_IN: check_in is not Act.CHECK_IN,
        Act.CHECK_IN_AFTERWARDS: check_in is not Act.CHECK_IN_AFTERWARDS,
        Act.MARK_NO_SHOW: not has_begun,
        Act.MOVE: has_begun,
        Act.CANCEL: has_begun,
    }
    return frozenset(act for act in TRANSITIONS[state] if not barred.get(act, False))


def centre_of(*, municipality: Municipality, key: str) -> Centre:
    """A municipality's centre by its key, or NotFound."""
    centre = Centre.objects.filter(municipality=municipality, key=key).first()
    if centre is None:
        raise NotFound
    centre.municipality = municipality
    return centre


def _day_visit(rows: list[tuple[Any, ...]], *, parts: int) -> DayVisit:
    first = rows[0]
    key = open_data_key(DataKey(wrapped=first[8], key_version=first[9]))
    return DayVisit(
        reference=first[1],
        number=_last_part(first[1], parts),
        starts_at=first[2],
        ends_at=first[3],
        status=AppointmentState(first[4]),
        origin=Appointment.Origin(first[5]),
        desk=first[6],
        names=tuple(_names(key, rows)),
        services=tuple(row[13] for row in rows),
        lacks_time=any(row[14] for row in rows),
        phone_sealed=first[7],
        key=key,
    )


def _names(key: OpenKey | None, rows: list[tuple[Any, ...]]) -> Iterator[str | None]:
    for row in rows:
        yield _name(key, row[11], row[10], is_protected=row[12])


def _name(
    key: OpenKey | None, sealed: bytes | memoryview | None, position: int, *, is_protected: bool
) -> str | None:
    if is_protected or key is None:
        return None
    return key.open(sealed, f"participant.name:{position}") or None


def _phone(visit: DayVisit) -> str:
    return visit.key.open(visit.phone_sealed, "contact.phone") if visit.key else ""


def _last_part(reference: str, parts: int) -> str:
    return "-".join(reference.split("-")[-parts:])
