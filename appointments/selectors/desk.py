"""Reads for those who receive: a centre's day, and a visit with everything about it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Final

from appointments.exceptions import NotFound
from appointments.models import Appointment, Participant
from appointments.rules.lifecycle import (
    TRANSITIONS,
    Act,
    AppointmentState,
    may_be_checked_in_on,
)
from appointments.rules.reference import normalise_reference
from appointments.selectors.bookable import get_appointment
from appointments.selectors.lists import ListedVisit, list_visits
from borgerservice.database.joined import Columns
from borgerservice.database.planned import planned
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.notifications.models import Contact
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import OpenKey, open_data_key

SHORTEST_PHONE_END = 4


@dataclass(slots=True, repr=False)
class DayVisit:
    """One line of a day, and the number that is called in the waiting room."""

    number: str
    visit: ListedVisit


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One who comes to a visit; `name` is None where it is protected, shredded or unreadable."""

    row: Participant
    name: str | None
    is_unreadable: bool


@dataclass(frozen=True, slots=True, repr=False)
class DeskVisit:
    """A visit as staff see it, and what may be done with it now. Names are opened, no contact."""

    appointment: Appointment
    comers: tuple[Person, ...]
    acts: frozenset[Act]
    has_contact: bool

    @property
    def is_unreadable(self) -> bool:
        """Whether a name of it does not open."""
        return any(comer.is_unreadable for comer in self.comers)


@dataclass(frozen=True, slots=True, repr=False)
class ContactData:
    """How to reach whoever booked; empty where there is nothing, None where it does not open."""

    phone: str | None
    email: str | None

    @property
    def is_unreadable(self) -> bool:
        """Whether one of the two does not open."""
        return self.phone is None or self.email is None


def day_of(*, municipality: Municipality, centre: str, day: date) -> list[DayVisit]:
    """The visits of a municipality's centre on a Danish day, in the order of the clock.

    One statement; `centre` is a key, and where there is no such centre there is no visit.

    The waiting number is the last part of the reference, or as much of it as tells it apart.
    """
    visits = list_visits(municipality=municipality.pk, centre=centre, day=day)
    visits.sort(key=attrgetter("starts_at", "desk", "pk"))
    ends = [visit.reference.rpartition("-")[2] for visit in visits]
    count = Counter(ends)
    return [
        DayVisit(end if count[end] == 1 else "-".join(visit.reference.split("-")[-2:]), visit)
        for visit, end in zip(visits, ends, strict=True)
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
        line
        for line in visits
        if any(wanted in comer.name.casefold() for comer in line.visit.comers if comer.name)
        or line.visit.reference.replace("-", "").endswith(compact)
        or (is_phone and _phone(line.visit).endswith(digits))
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
        comers=tuple(_person(key, row) for row in appointment.participants.all()),
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
    phone, email = (
        read_sealed(key, sealed, place, of=Contact, pk=contact.pk)
        for sealed, place in (
            (contact.phone_sealed, "contact.phone"),
            (contact.email_sealed, "contact.email"),
        )
    )
    return ContactData(phone, email)


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
    with planned() as cursor:
        cursor.execute(_CENTRE_OF, [municipality.pk, key])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    centre = _CENTRE.found(iter(found))
    centre.municipality = municipality
    return centre


_CENTRE: Final = Columns(Centre, "c")
_CENTRE_OF: Final = (
    f"SELECT {_CENTRE} FROM municipalities_centre c"  # noqa: S608 - columns from the model
    " WHERE c.municipality_id = %s AND c.key = %s"
)


def _person(key: OpenKey | None, row: Participant) -> Person:
    if row.is_protected or key is None:
        return Person(row, None, is_unreadable=False)
    place = f"participant.name:{row.position}"
    name = read_sealed(key, row.name_sealed, place, of=Appointment, pk=row.appointment_id)
    return Person(row, name or None, is_unreadable=name is None)


def _phone(visit: ListedVisit) -> str:
    if visit.key is None:
        return ""
    place = "contact.phone"
    return read_sealed(visit.key, visit.phone_sealed, place, of=Appointment, pk=visit.pk) or ""
