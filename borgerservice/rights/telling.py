"""Tell somebody what a municipality holds of them (GDPR, article 15): one engine for page and file.

Rows are found by keyed marks; then it is recorded that somebody looked; only then is anything
opened. Nothing of the account is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from appointments.selectors.held import HeldBookings, held_bookings
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.errors import DomainError
from borgerservice.municipalities.models import Municipality, StaffMember
from borgerservice.people.services import all_ids_of, known_by, marks_of
from borgerservice.rights.account import Account
from borgerservice.rights.bookings import told_bookings
from borgerservice.rights.cases import told_cases
from borgerservice.rights.classified import WITHHELD
from borgerservice.rights.trail import told_trail
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.marks import contact_mark, contact_marks
from witnesses.rules.numbers import IdentityNumber, number_kind
from witnesses.selectors.held import HeldCases, held_cases, with_those_who_come

MARK_LENGTH: Final = 48
"""So much of a mark stands for whom one looked for: as much as a subject of the trail holds."""
PURPOSE: Final = "access_request"


class Unfindable(DomainError):
    """The number cannot be looked up now."""

    code = "numbers_unavailable"
    wording = {
        "numbers_unavailable": _(
            "Numbers cannot be looked up right now. Try again later, or leave the number out."
        )
    }


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """Whom one looks for, as they said themselves. The name only tells who of a visit they are."""

    number: IdentityNumber | None = None
    phone: str = ""
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class _Marks:
    """The keyed marks of a number, a phone number and an e-mail address, newest first."""

    number: Mapping[int, str]
    phone: list[str]
    email: list[str]
    newest: list[str]

    def subjects(self) -> frozenset[str]:
        """How look-ups of them stand in the audit trail, under whichever key."""
        return frozenset(map(_subject, (*self.number.values(), *self.phone, *self.email)))


def tell_held(
    *,
    municipality: Municipality,
    sought: Sought,
    journal: str,
    as_file: bool,
    staff: StaffMember,
    now: datetime,
) -> Account:
    """Everything a municipality holds of a person, in the language now active. It is recorded.

    Slow where a number is given. Raises Unfindable where the key of its mark is away.
    """
    marks = _marks_of(sought)
    persons = _persons(sought, marks)
    cases = held_cases(municipality=municipality, persons=persons)
    bookings = held_bookings(
        municipality=municipality,
        phone_marks=marks.phone,
        email_marks=marks.email,
        participants=[case.participant_id for case in cases.cases],
    )
    comers = [one.pk for visit in bookings.visits for one in visit.participants.all()]
    cases = with_those_who_come(cases, municipality=municipality, participants=comers)
    facts: dict[str, object] = {
        "purpose": PURPOSE,
        "journal": journal,
        "as": "file" if as_file else "page",
        "found": _counted(bookings, cases),
    }
    with transaction.atomic():
        for mark in marks.newest:
            record(
                Event.HELD_DATA_TOLD,
                actor=staff.actor,
                subject=_subject(mark),
                municipality=municipality,
                at=now,
                facts=facts,
            )
    others = cases.others if sought.number else frozenset()
    groups, own = told_bookings(bookings, sought.name, others=others)
    groups += told_cases(cases, own)
    groups.append(
        told_trail(municipality, bookings=bookings, cases=cases, own=own, sought=marks.subjects())
    )
    return Account(tuple(groups), tuple(str(why) for _fields, why in WITHHELD.values()))


def _marks_of(sought: Sought) -> _Marks:
    number: Mapping[int, str] = {}
    email = sought.email.casefold()
    if sought.number is not None:
        try:
            number = marks_of(kind=number_kind(sought.number), normalised=sought.number.digits)
        except KeyUnavailable:
            raise Unfindable(field="number") from None
    given = {"phone": sought.phone, "email": email}
    newest = [number[max(number)]] if number else []
    newest += [contact_mark(kind, value)[1] for kind, value in given.items() if value]
    phone, mail = (contact_marks(kind, value) if value else [] for kind, value in given.items())
    return _Marks(number, phone, mail, newest)


def _persons(sought: Sought, marks: _Marks) -> set[int]:
    """Every id of the person behind the number; nobody is made who was not known."""
    if sought.number is None:
        return set()
    person = known_by(kind=number_kind(sought.number), marks=marks.number)
    return all_ids_of(person.pk) if person else set()


def _counted(bookings: HeldBookings, cases: HeldCases) -> dict[str, int]:
    return {
        "contacts": len(bookings.contacts),
        "visits": len(bookings.visits),
        "wishes": len(bookings.wishes),
        "messages": len(bookings.messages),
        "cases": len(cases.cases),
        "statements": len(cases.statements),
        "checks": len(cases.checks),
        "witnessings": len(cases.witnessings),
        "links": len(cases.links),
    }


def _subject(mark: str) -> str:
    return f"sought:{mark[:MARK_LENGTH]}"
