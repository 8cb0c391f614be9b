"""A visit as a calendar file (RFC 5545): when and where, nobody's name, no secret link."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from appointments.models import Appointment, ServiceType
from appointments.selectors.centres import address_of, stand_on
from borgerservice.kernel.clock import danish_date
from borgerservice.languages import text_of


def calendar_file(
    appointment: Appointment, *, services: Sequence[ServiceType], now: datetime
) -> bytes:
    """One event in UTC, which every calendar shows in its own zone; a later file replaces it."""
    centre = appointment.centre
    event = Event()
    event.add("uid", f"{appointment.reference}@borgerservice")
    event.add("dtstamp", now)
    event.add("sequence", appointment.moves + (0 if _stands(appointment) else 1))
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", _("Appointment at {centre}").format(centre=centre.name))
    event.add("location", _place(appointment))
    event.add("description", _words(appointment, services))
    event.add("status", "CONFIRMED" if _stands(appointment) else "CANCELLED")
    event.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//Borgerservice//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _stands(appointment: Appointment) -> bool:
    return appointment.status != Appointment.Status.CANCELLED


def _place(appointment: Appointment) -> str:
    centre = appointment.centre
    address = address_of(stand_on(centre, day=danish_date(appointment.starts_at)))
    return ", ".join(part for part in (centre.name, address) if part)


def _words(appointment: Appointment, services: Sequence[ServiceType]) -> str:
    lines = [
        *dict.fromkeys(text_of(service.names) for service in services),
        _("Reference: {reference}").format(reference=appointment.reference),
    ]
    centre = appointment.centre
    if phone := centre.phone or centre.municipality.phone:
        lines.append(_("Phone: {phone}").format(phone=phone))
    return "\n".join(lines)
