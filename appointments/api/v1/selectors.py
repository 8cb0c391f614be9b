"""Reads that only the API needs: whole catalogues, and a municipality's visits page by page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Prefetch, Q

from appointments.exceptions import NotFound
from appointments.models import (
    Appointment,
    CentreService,
    IdempotencyRecord,
    Participant,
    ServiceType,
)
from appointments.rules.local_time import instant
from appointments.rules.ticks import MINUTES_PER_DAY
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.vault.services import open_data_key

YEARS_OF_VISITS = range(2000, 3000)  # at the calendar's ends an instant has no UTC


SHOWN_OF_A_VISIT: Final = (
    *("reference", "status", "origin", "starts_at", "ends_at", "language", "municipality"),
    *("centre__key", "contact__data_key__wrapped", "contact__data_key__key_version"),
)
"""Rows are wide; a list shows little of each."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """One who comes; `name` is None for a protected person, and once it is shredded."""

    number: int
    name: str | None
    service: str
    is_protected: bool


def municipalities() -> list[Municipality]:
    """All of them, by code."""
    return list(Municipality.objects.select_related("region").order_by("code"))


def services() -> list[ServiceType]:
    """What one can come for, in its order."""
    return list(ServiceType.objects.all())


def centres_of(code: str) -> list[Centre]:
    """The centres that serve a municipality, its own and others'; all of them without a code.

    Raises NotFound `municipality_not_found`.
    """
    known = Centre.objects.select_related("municipality").prefetch_related(
        "hours",
        "stops",
        "serves",
        Prefetch(
            "offers",
            CentreService.objects.select_related("service").order_by(
                "service__position", "service__code"
            ),
        ),
    )
    if code:
        known = known.filter(Q(municipality__code=code) | Q(serves__code=code)).distinct()
    centres = list(known.order_by("municipality__code", "key"))
    if code and not centres and not Municipality.objects.filter(code=code).exists():
        raise NotFound("municipality_not_found", field="municipality")
    return centres


def centre_asked_for(key: str) -> Centre:
    """The centre that a request names. Raises NotFound `centre_not_found`."""
    centre = Centre.objects.select_related("municipality").filter(key=key).first()
    if centre is None:
        raise NotFound("centre_not_found", field="centre")
    return centre


def own_centre(*, municipality: int, key: str) -> Centre:
    """The same, of the municipality itself; another's is as absent as one that never was."""
    centre = centre_asked_for(key)
    if centre.municipality_id != municipality:
        raise NotFound("centre_not_found", field="centre")
    return centre


def visits_of(
    *,
    municipality: Municipality,
    centre: str,
    day: date | None,
    after: tuple[datetime, int] | None,
    at_most: int,
) -> list[Appointment]:
    """A municipality's visits as they begin, those after a place in that order. Two statements.

    `centre` is a key, or empty for all of them. Raises NotFound `centre_not_found`.
    """
    if day and day.year not in YEARS_OF_VISITS:
        return []
    visits = Appointment.objects.for_municipality(municipality)
    comers = (
        Participant.objects.for_municipality(municipality)
        .select_related("service")
        .only("appointment", "position", "name_sealed", "is_protected", "service__code")
    )
    if centre:
        visits = visits.filter(centre__key=centre)
    if day:
        visits = visits.filter(
            starts_at__gte=instant(day, 0), starts_at__lt=instant(day, MINUTES_PER_DAY)
        )
    if after:
        moment, row = after
        visits = visits.filter(Q(starts_at__gt=moment) | Q(id__gt=row), starts_at__gte=moment)
    found = list(
        visits.select_related("centre", "contact__data_key")
        .only(*SHOWN_OF_A_VISIT)
        .prefetch_related(Prefetch("participants", comers))
        .order_by("starts_at", "id")[:at_most]
    )
    if centre and not found:
        own_centre(municipality=municipality, key=centre)
    return found


def attendees_of(appointment: Appointment) -> list[Attendee]:
    """Who comes to a visit, in their order; a protected person by number only."""
    key = open_data_key(appointment.contact.data_key)
    return [
        Attendee(
            number=participant.position + 1,
            name=None
            if key is None or participant.is_protected
            else key.open(participant.name_sealed, f"participant.name:{participant.position}"),
            service=participant.service.code,
            is_protected=participant.is_protected,
        )
        for participant in appointment.participants.all()
    ]


def first_answer(*, scope: str, key: str) -> IdempotencyRecord:
    """What a caller's key booked, as it stood when it was booked."""
    return IdempotencyRecord.objects.select_related("appointment__centre").get(scope=scope, key=key)
