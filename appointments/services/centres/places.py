"""A municipality's centres: a new one, another name, another address, open for booking or not."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from appointments.exceptions import Refused
from appointments.services.centres.desk_days import lock_roster, open_days, set_opening_moments
from appointments.services.centres.reference import centre_key, fill_in_centre
from appointments.services.centres.roster import last_day_made
from appointments.services.centres.whereabouts import addresses, is_postal_code, tell_where
from appointments.services.history import record_centre
from borgerservice.audit.events import Event
from borgerservice.kernel.clock import danish_date
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import Centre, Municipality


@dataclass(frozen=True, slots=True)
class Place:
    """What a municipality says of a centre; `is_step_free` is None where it does not say."""

    name: str
    address: str
    postal_code: str
    city: str
    phone: str
    is_step_free: bool | None
    is_open_for_booking: bool


def add_centre(*, municipality: Municipality, place: Place, actor: str, now: datetime) -> Centre:
    """Add a centre with every service at its usual length; hours and desks come after.

    Its key is made of its name, once. Raises Refused.
    """
    _check(place)
    key = centre_key(place.name)
    if not key:
        raise Refused("centre_name_taken", field="name")
    centre = Centre(municipality=municipality, key=key, **asdict(place))
    try:
        with transaction.atomic():
            centre.save(force_insert=True)
            fill_in_centre(centre, hours="")
            record_centre(Event.CENTRE_ADDED, centre, actor=actor, now=now, facts={"key": key})
    except IntegrityError as clash:
        raise Refused("centre_name_taken", field="name") from clash
    return centre


def change_centre(
    *, centre: Centre, place: Place, is_accepted: bool, actor: str, now: datetime
) -> None:
    """Put this in place of what is said of a centre; who is booked at another address is told.

    Raises Refused, and VisitsAffected unless `is_accepted`.
    """
    _check(place)
    settled = asdict(place)
    today = danish_date(now)
    with transaction.atomic():
        lock_roster(centre=centre)
        centre.refresh_from_db(fields=[*settled, "is_mobile"])
        before = addresses(centre)
        changed = [name for name, value in settled.items() if getattr(centre, name) != value]
        for name in changed:
            setattr(centre, name, settled[name])
        if {"address", "postal_code", "city"} & set(changed):
            centre.latitude = centre.longitude = None
        centre.save(update_fields=[*settled, "latitude", "longitude"])
        if "is_open_for_booking" in changed and place.is_open_for_booking:
            set_opening_moments(centre=centre, today=today)
            open_days(centre=centre, first=today, last=last_day_made(centre=centre, today=today))
        if changed:
            record_centre(
                Event.CENTRE_CHANGED, centre, actor=actor, now=now, facts={"changed": changed}
            )
        tell_where(centre=centre, before=before, is_accepted=is_accepted, now=now)


def _check(place: Place) -> None:
    if not place.name:
        raise Refused("centre_without_name", field="name")
    if not place.address:
        raise Refused("stop_without_address", field="address")
    if not is_postal_code(place.postal_code):
        raise Refused("no_such_postal_code", field="postal_code")
    if not place.city:
        raise Refused("stop_without_town", field="city")
    for name in ("name", "address", "city"):
        if holds_cpr_number(getattr(place, name)):
            raise Refused("looks_like_cpr", field=name)
