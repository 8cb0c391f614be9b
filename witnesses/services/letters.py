"""Letters: who read one, and the municipality's own words in them."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction

from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.cpr import holds_cpr_number
from borgerservice.municipalities.models import Municipality, StaffMember
from witnesses.exceptions import Refused
from witnesses.models import IdentityProofing
from witnesses.rules.figures import Language
from witnesses.services.steps import note

LONGEST_TEXT: Final = 3000


def note_letter_read(
    *, proofing: IdentityProofing, language: Language, staff: StaffMember, now: datetime
) -> None:
    """Write down that a member of staff opened the letter about a decision."""
    note(Event.LETTER_READ, proofing, staff=staff, now=now, facts={"language": language})


def change_complaint_texts(
    *,
    municipality: Municipality,
    danish: str,
    english: str,
    staff: StaffMember,
    now: datetime,
) -> None:
    """Let a municipality's letters say in its own words how to complain; empty: our usual text.

    Raises Refused `text_too_long`, `text_holds_cpr`, `text_in_one_language_only`.
    """
    texts = {"danish": _tidied(danish), "english": _tidied(english)}
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise Refused("text_too_long", field=field, params={"limit": LONGEST_TEXT})
        if holds_cpr_number(text):
            raise Refused("text_holds_cpr", field=field)
    for field, text in texts.items():
        if not text and any(texts.values()):
            raise Refused("text_in_one_language_only", field=field)
    with transaction.atomic():
        place = Municipality.objects.select_for_update().get(pk=municipality.pk)
        if (place.complaint_da, place.complaint_en) == (texts["danish"], texts["english"]):
            return
        place.complaint_da, place.complaint_en = texts["danish"], texts["english"]
        place.save(update_fields=["complaint_da", "complaint_en"])
        record(
            Event.MUNICIPALITY_TEXTS_CHANGED,
            actor=staff.actor,
            subject=f"municipality:{place.code}",
            municipality=place,
            at=now,
            facts={name: _mark(text) for name, text in texts.items()},
        )


def _tidied(text: str) -> str:
    """The text with one kind of line end, and no empty space around it."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _mark(text: str) -> str:
    """What tells one text from another in the audit trail; empty for our usual one."""
    return sha256(text.encode()).hexdigest() if text else ""
