"""What codes are called on an account."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from appointments.models import Offer, WaitingEntry
from borgerservice.admin import Words
from borgerservice.audit.events import Event

KINDS: Final[Mapping[str, Words]] = {
    "booked": _("Confirmation"),
    "moved": _("New time"),
    "cancelled": _("Cancellation"),
    "place_changed": _("New place"),
    "received": _("The appointment stands after all"),
    "reminder_2d": _("Reminder"),
    "reminder_2h": _("Reminder"),
    "code": _("Code"),
    "contact_changed": _("Phone number or e-mail address changed"),
    "decided": _("Decision"),
    "double": _("Question which of two times to keep"),
    "found": _("Link to the appointment, sent again"),
    "offer": _("Offer of an earlier time"),
    "rebooked_offer": _("Offer of another time"),
    "papers": _("Look at what to bring"),
    "waiting": _("On the waiting list"),
    "witness_again": _("Your witness must sign in again"),
    "witness_fine": _("Your witness is fine"),
    "witness_not_fine": _("Please ask another witness"),
    "witness_withdrew": _("Your witness cannot come"),
    "staff_invited": _("Invitation as staff"),
}
"""What a message told."""

ANSWERS: Final[Mapping[str, Words]] = {
    Offer.Answer.PLANNED: _("Not held yet"),
    Offer.Answer.OPEN: _("Not answered yet"),
    Offer.Answer.ACCEPTED: _("Accepted"),
    Offer.Answer.DECLINED: _("Declined"),
    Offer.Answer.EXPIRED: _("Not answered in time"),
    Offer.Answer.TO_PHONE: _("To be phoned about"),
    Offer.Answer.PHONED: _("Phoned about"),
    Offer.Answer.RECALLED: _("Not needed any more"),
}

WISHES: Final[Mapping[str, Words]] = {
    WaitingEntry.Status.WAITING: _("Waits"),
    WaitingEntry.Status.SERVED: _("Got a time"),
    WaitingEntry.Status.LEFT: _("Left the list"),
    WaitingEntry.Status.OVER: _("Over"),
}

VERDICTS: Final[Mapping[str, Words]] = {
    "enough": _("Enough"),
    "enough_with_witness": _("Enough with a witness"),
    "not_yet": _("Not enough yet"),
}

BOOKING: Final = _("To handle your booking")
CASE: Final = _("To handle an identity case")
PURPOSES: Final[Mapping[str, Words]] = {
    Event.CONTACT_READ: _("To reach you about the visit"),
    Event.CONTACT_SHREDDED: _("To keep it no longer than we may"),
    Event.LETTER_READ: _("To give or send the letter"),
    Event.HELD_DATA_TOLD: _("To answer a request for what we hold"),
}
"""Why somebody looked or acted, where the event itself tells; else `BOOKING` or `CASE`."""
CONTROL: Final = _("To control decisions")


def language_name(code: str) -> str:
    """What a language is called in the language now active."""
    return str(get_language_info(code)["name_translated"])
