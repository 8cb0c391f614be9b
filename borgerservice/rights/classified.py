"""Of every field about a person: whether the account tells it, names it, or withholds it, and why.

Read beside `PRIVACY`; a test fails for a field of the kinds in `ABOUT_A_PERSON` that stands in none
of the three or in two.
"""

from functools import cache
from typing import Final

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from borgerservice.admin import Words
from borgerservice.privacy import Kind, Life

ABOUT_A_PERSON: Final = (Kind.PSEUDONYM, Kind.PERSONAL, Kind.CONFIDENTIAL)

TOLD: Final = {
    "appointments.Participant": "name_sealed guide_sealed",
    "appointments.WaitingEntry": "names_sealed",
    "notifications.Contact": "phone_sealed email_sealed",
    "witnesses.DocumentEvidence": "type issuer form shows_photo shows_cpr provisional expires_on"
    " issued_on",
    "witnesses.IdentityProofing": "name_sealed birth_date_sealed facts_sealed findings",
    "witnesses.WitnessCheck": "papers_sealed",
    "witnesses.WitnessStatement": "name_sealed birth_date_sealed mitid_since relationship",
}
"""Told with what is in them."""

NAMED: Final = {
    "notifications.Contact": "phone_mark email_mark",
    "witnesses.Declaration": "person",
    "witnesses.IdentityProofing": "applicant number_sealed",
    "witnesses.LinkProposal": "person other",
    "witnesses.WitnessCheck": "person",
    "witnesses.WitnessStatement": "person number_sealed",
    "witnesses.Witnessing": "witness applicant",
}
"""Said to be there, not written out: numbers stand on no page, and marks mean nothing."""

WITHHELD: Final[dict[str, tuple[str, Words]]] = {
    "appointments.BookingDraft": (
        "typed_sealed",
        _(
            "A booking that is just being filled in, and not sent, can be found by nobody but the"
            " browser it was begun in. It goes by itself within 24 hours."
        ),
    ),
    "appointments.UseCount": (
        "mark",
        _(
            "How often a phone number, an e-mail address or a network was used within a day is"
            " counted under a mark for the whole country, without a name or a place. It goes by"
            " itself after 24 hours."
        ),
    ),
    "notifications.DailyCount": (
        "mark",
        _(
            "How many messages a phone number or an e-mail address was sent on a day is counted in"
            " the same way."
        ),
    ),
    "people.Person": (
        "id",
        _(
            "Witnessings stand in one register for the whole country, in which people are row"
            " numbers. Here stands what this municipality has entered. What another has entered"
            " you are told there, if you ask."
        ),
    ),
    "people.PersonAlias": (
        "id person pseudonym",
        _(
            "So that a number is recognised without being read, there is a pseudonym of it in that"
            " register. It is the same whoever entered it, so it is not told whether there is one."
        ),
    ),
    "people.PersonLink": (
        "id person root",
        _(
            "That two numbers are one person's stands there too. What this municipality proposed"
            " stands above; for the rest, ask the one that did."
        ),
    ),
    "witnesses.FraudSignal": (
        "witness",
        _(
            "Whether somebody looks, or has looked, into a suspicion of false witnessing is told in"
            " no account, whatever the answer is (the Danish Data Protection Act, section 22)."
        ),
    ),
    "municipalities.StaffMember": (
        "person",
        _("What is held of people as staff of a municipality, their employer tells them."),
    ),
}
"""Not told, each with the reason that stands on the account."""


@cache
def life_of(field: str) -> Life:
    """How long a field lives, by its model and name: `notifications.Contact.phone_sealed`."""
    label, _dot, name = field.rpartition(".")
    lives: dict[Life, dict[Kind, str]] = apps.get_model(label).PRIVACY
    return next(
        life
        for life, kinds in lives.items()
        if any(name in names.split() for names in kinds.values())
    )
