"""Reads that only the API needs: whole catalogues, and a municipality's visits page by page."""

from datetime import date
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Prefetch, Q

from appointments.exceptions import NotFound
from appointments.models import CentreService, ServiceType
from appointments.rules.reference import normalise_reference
from appointments.selectors.lists import ListedVisit, Place, list_visits
from appointments.services.booking.plan import ASKED_OF_A_CENTRE
from borgerservice.database.planned import planned
from borgerservice.municipalities.models import Centre, Municipality

YEARS_OF_VISITS = range(2000, 3000)  # at the calendar's ends an instant has no UTC
_TO_BOOK_AT: Final = (
    f"SELECT {', '.join(ASKED_OF_A_CENTRE)} FROM municipalities_centre"  # noqa: S608 - ours
    " WHERE key = %s AND municipality_id = %s"
)


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
    """The same, of the municipality itself; another's is as absent as one that never was.

    It comes with what a booking asks of it.
    """
    with planned() as cursor:
        cursor.execute(_TO_BOOK_AT, [key, municipality])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("centre_not_found", field="centre")
    return Centre.from_db(DEFAULT_DB_ALIAS, ASKED_OF_A_CENTRE, row)


def visits_of(
    *, municipality: int, centre: str, day: date | None, after: Place | None, at_most: int
) -> list[ListedVisit]:
    """A municipality's visits as they begin, those after a place in that order. One statement.

    `centre` is a key, or empty for all of them. Raises NotFound `centre_not_found`.
    """
    if day and day.year not in YEARS_OF_VISITS:
        return []
    found = list_visits(
        municipality=municipality, centre=centre, day=day, after=after, at_most=at_most
    )
    if centre and not found:
        own_centre(municipality=municipality, key=centre)
    return found


def visit_of(*, municipality: int, reference: str) -> ListedVisit:
    """One of a municipality's visits by its reference, however it is written. Raises NotFound."""
    known = normalise_reference(reference)
    found = list_visits(municipality=municipality, reference=known) if known else []
    if not found:
        raise NotFound
    return found[0]
