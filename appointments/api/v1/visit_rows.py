"""Visits as the API writes them: many rows, so each costs as little as it can.

`AppointmentOut` describes them; a test compares the two.
"""

from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from appointments.models import Appointment, IdempotencyRecord
from appointments.selectors_lists import ListedVisit
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.vault.links import derive_link

_REFERENCE = "REFERENCE"
_CALLS = {
    "self": "api-appointment",
    "cancel": "api-appointment-cancel",
    "move": "api-appointment-move",
}


def visit_row(visit: ListedVisit) -> dict[str, Any]:
    """A visit as its municipality sees it."""
    return {
        "reference": visit.reference,
        "status": visit.status,
        "origin": visit.origin,
        "start": _local(visit.starts_at),
        "end": _local(visit.ends_at),
        "centre": visit.centre,
        "language": visit.language,
        "participants": [
            {
                "number": comer.number,
                "name": comer.name,
                "service": comer.service,
                "is_protected": comer.is_protected,
            }
            for comer in visit.comers
        ],
        "links": links_of(visit.reference),
    }


def booked(record: IdempotencyRecord) -> dict[str, Any]:
    """What a key booked, as it stood when it was booked."""
    visit, answer = record.appointment, record.answer
    page = _page(settings.PUBLIC_ADDRESS, visit.language)
    link = derive_link("visit", visit.link_salt)
    return {
        "reference": visit.reference,
        "status": Appointment.Status.BOOKED.value,
        "start": _local(datetime.fromisoformat(answer["start"])),
        "end": _local(datetime.fromisoformat(answer["end"])),
        "centre": visit.centre.key,
        "services": answer["services"],
        "links": {**links_of(visit.reference), "visit": page.replace(_REFERENCE, link)},
    }


def links_of(reference: str) -> dict[str, str]:
    """Where to go from a visit."""
    return {
        relation: address.replace(_REFERENCE, reference)
        for relation, address in _addresses(settings.PUBLIC_ADDRESS).items()
    }


@cache
def _addresses(public: str) -> dict[str, str]:
    return {
        relation: f"{public}{reverse(name, args=[_REFERENCE])}" for relation, name in _CALLS.items()
    }


@cache
def _page(public: str, language: str) -> str:
    """The address of the citizen's page in their language."""
    with override(language):
        return f"{public}{reverse('appointments:visit', args=[_REFERENCE])}"


def _local(moment: datetime) -> str:
    return moment.astimezone(COPENHAGEN).isoformat()
