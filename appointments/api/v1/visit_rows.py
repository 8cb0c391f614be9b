"""Visits as the API writes them: many rows, so each costs as little as it can.

A row is written as text; names alone need JSON's own writing. `AppointmentOut` describes them; a
test compares the two.
"""

import json
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from appointments.models import Appointment, IdempotencyRecord
from appointments.rules.local_time import written_here
from appointments.selectors.lists import Comer, ListedVisit
from borgerservice.vault.links import derive_link

_REFERENCE = "REFERENCE"
_CALLS = {
    "self": "api-appointment",
    "cancel": "api-appointment-cancel",
    "move": "api-appointment-move",
}
_written: Final = json.JSONEncoder().encode


def visit_row(visit: ListedVisit) -> str:
    """A visit as its municipality sees it, as JSON."""
    comers = ",".join(map(_comer, visit.comers))
    return (
        f'{{"reference":"{visit.reference}","status":"{visit.status}","origin":"{visit.origin}",'
        f'"start":"{written_here(visit.starts_at)}","end":"{written_here(visit.ends_at)}",'
        f'"centre":"{visit.centre}","language":"{visit.language}","participants":[{comers}],'
        f'"links":{_links_written(settings.PUBLIC_ADDRESS).replace(_REFERENCE, visit.reference)}}}'
    )


def _comer(comer: Comer) -> str:
    return (
        f'{{"number":{comer.number},"name":{_written(comer.name)},"service":"{comer.service}",'
        f'"is_protected":{"true" if comer.is_protected else "false"}}}'
    )


def booked(record: IdempotencyRecord) -> dict[str, Any]:
    """What a key booked, as it stood when it was booked; also its link, which may be over."""
    visit, answer = record.appointment, record.answer
    page = _page(settings.PUBLIC_ADDRESS, visit.language)
    link = derive_link("visit", answer.get("link_salt", visit.link_salt))
    return {
        "reference": visit.reference,
        "status": Appointment.Status.BOOKED.value,
        "start": written_here(datetime.fromisoformat(answer["start"])),
        "end": written_here(datetime.fromisoformat(answer["end"])),
        "centre": visit.centre.key,
        "services": answer["services"],
        "links": {**links_of(visit.reference), "visit": page.replace(_REFERENCE, link)},
    }


def links_of(reference: str) -> dict[str, str]:
    """Where to go from a visit."""
    links = _links(settings.PUBLIC_ADDRESS)
    return {relation: link.replace(_REFERENCE, reference) for relation, link in links.items()}


@cache
def _links(public: str) -> dict[str, str]:
    """Where to go from any visit."""
    calls = {relation: reverse(name, args=[_REFERENCE]) for relation, name in _CALLS.items()}
    return {relation: f"{public}{path}" for relation, path in calls.items()}


@cache
def _links_written(public: str) -> str:
    """The same as JSON."""
    return json.dumps(_links(public), separators=(",", ":"))


@cache
def _page(public: str, language: str) -> str:
    """The address of the citizen's page in their language."""
    with override(language):
        return f"{public}{reverse('appointments:visit', args=[_REFERENCE])}"
