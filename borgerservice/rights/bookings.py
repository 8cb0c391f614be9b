"""What bookings hold of a person, in words. Opens names, contacts and papers: recorded before."""

import json
from collections.abc import Iterator

from django.db.models import Model
from django.utils.translation import gettext as _

from appointments.models import Appointment, Offer, Participant, WaitingEntry
from appointments.rules.needs import read_needs
from appointments.selectors.held import HeldBookings
from appointments.services.offering.waiting import NAMES
from appointments.wording import NEEDS_TOLD
from borgerservice.languages import text_of
from borgerservice.notifications.models import Contact
from borgerservice.rights.account import (
    Fact,
    Group,
    Item,
    fact,
    group,
    unreadable,
    yes_or_no,
)
from borgerservice.rights.names import meant
from borgerservice.rights.papers import for_machines, in_words
from borgerservice.rights.words import ANSWERS, KINDS, VERDICTS, WISHES, language_name
from borgerservice.templatetags.page import minute_of_day, readable, weekday
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import OpenKey, open_data_key
from witnesses.forms.guide import VisitForm
from witnesses.rules.guide.links import LinkUnreadable, read
from witnesses.selectors.papers import sealed_at


def told_bookings(
    found: HeldBookings, name: str, *, others: frozenset[int]
) -> tuple[list[Group], frozenset[int]]:
    """The groups of bookings, and the participants the person is, by number or by name.

    `others` are known not to be them, whatever they are called.
    """
    own = found.own.difference(others).union(
        *(_named_in(visit, name, found.own, others) for visit in found.visits)
    )
    groups = [
        group(
            "contact",
            _("Phone number and e-mail address"),
            _("We hold them to confirm, to remind and to tell you when something changes."),
            [_contact(one, found) for one in found.contacts],
        ),
        group(
            "visits",
            _("Visits"),
            _("We hold them to receive you and to document that we did."),
            [_visit(one, found, own) for one in found.visits],
            note=_("Of others who come to the same visit nothing is told here."),
        ),
        group(
            "waiting",
            _("The waiting list"),
            _("We hold it to offer you an earlier time."),
            [_wish(one, name) for one in found.wishes],
        ),
        group(
            "messages",
            _("Messages"),
            _("We hold them to send each once, and to be able to say what was sent."),
            [_message_item(found)] if found.messages else [],
            note=_(
                "A message is kept by what it told and when, not as it was written. No message"
                " holds a name or a CPR number."
            ),
        ),
    ]
    return groups, own


def _contact(contact: Contact, found: HeldBookings) -> Item:
    """How somebody is reached, and what they gave it for."""
    key = open_data_key(contact.data_key)
    if key is None:
        gone = _("The phone number and e-mail address are deleted.")
        return Item(_given_for(contact, found), (), (gone,))
    phone = read_sealed(key, contact.phone_sealed, "contact.phone", of=Contact, pk=contact.pk)
    email = read_sealed(key, contact.email_sealed, "contact.email", of=Contact, pk=contact.pk)
    mark = _("Kept, to find you again by it")
    return Item(
        _given_for(contact, found),
        (
            *_opened(contact, "phone_sealed", _("Phone number"), phone, readable(phone or "")),
            *_opened(contact, "email_sealed", _("E-mail address"), email),
            *_named(fact(contact, "phone_mark", _("Pseudonym of the phone number"), mark)),
            *_named(fact(contact, "email_mark", _("Pseudonym of the e-mail address"), mark)),
            *_code(contact),
        ),
    )


def _opened(row: Model, name: str, label: str, text: str | None, said: str = "") -> list[Fact]:
    """What a sealed field holds, or that it cannot be read."""
    if text is None:
        return unreadable(row, name, label)
    return fact(row, name, label, said or text, value=text)


def _given_for(contact: Contact, found: HeldBookings) -> str:
    for visit in found.visits:
        if visit.contact_id == contact.pk:
            return _("Visit {reference}").format(reference=visit.reference)
    if contact.waitingentry_set.all():
        return _("The waiting list")
    return _("How we reach you")


def _code(contact: Contact) -> Iterator[Fact]:
    """The code that was sent to them before a time was held, and the time."""
    code = getattr(contact, "contactcode", None)
    if code is not None:
        yield from fact(code, "starts_at", _("Time you asked for"))
        yield from fact(code, "proven_at", _("Code written"))


def _named(facts: list[Fact]) -> Iterator[Fact]:
    """Facts that are said to be there, without what is in them."""
    return (Fact(one.fields, one.label, True, one.said) for one in facts)


def _visit(visit: Appointment, found: HeldBookings, own: frozenset[int]) -> Item:
    comers = visit.participants.all()
    key = open_data_key(visit.contact.data_key)
    people = [one for comer in comers if comer.pk in own for one in _comer(comer, key)]
    booked = found.is_reached_by(visit.contact_id)
    is_alone = [comer.pk in own for comer in comers] == [True]
    return Item(
        _("Visit {reference}").format(reference=visit.reference),
        (
            *fact(visit, "reference", _("Reference")),
            *fact(visit, "centre", _("Centre"), visit.centre.name, value=visit.centre.name),
            *fact(visit, "starts_at", _("Time")),
            *fact(visit, "status", _("Where it stands")),
            *fact(visit, "origin", _("How it was booked")),
            *fact(visit, "created_at", _("Booked")),
            *fact(visit, "checked_in_at", _("You came")),
            *(fact(visit, "moves", _("Moved, times")) if visit.moves else ()),
            *fact(visit, "language", _("Language of messages"), language_name(visit.language)),
            *(_needs(visit) if booked or is_alone else ()),
            *people,
            *(_answers(visit) if booked else ()),
        ),
        _visit_notes(visit, own, is_booker=booked),
    )


def _needs(visit: Appointment) -> list[Fact]:
    """Whose they are is not kept: told to who booked, or comes alone."""
    needs = ", ".join(str(NEEDS_TOLD[code]) for code in read_needs(visit.needs))
    return fact(visit, "needs", _("Needs"), needs)


def _visit_notes(visit: Appointment, own: frozenset[int], *, is_booker: bool) -> tuple[str, ...]:
    comers = visit.participants.all()
    notes = []
    if not any(comer.pk in own for comer in comers):
        if _has_broken_name(visit):
            notes.append(_("A name of this visit cannot be read. It may be yours."))
        notes.append(
            _(
                "None of the names of this visit is the one given here, more than one may be, or it"
                " is protected. What is held of who comes is told to themselves."
            )
        )
    if not is_booker:
        notes.append(
            _(
                "Somebody may have booked for you. The phone number and e-mail address of the visit"
                " are told to nobody but whose they are."
            )
        )
    return tuple(notes)


def _has_broken_name(visit: Appointment) -> bool:
    key = open_data_key(visit.contact.data_key)
    comers = (comer for comer in visit.participants.all() if not comer.is_protected)
    return key is not None and any(_name_of(comer, key) is None for comer in comers)


def _comer(comer: Participant, key: OpenKey | None) -> Iterator[Fact]:
    yield from fact(
        comer, "service", _("For what"), str(text_of(comer.service.names)), value=comer.service.code
    )
    if comer.is_protected:
        yield from fact(comer, "is_protected", _("Name and address protection"))
    if key is None:
        return
    name = _name_of(comer, key)
    if name and comer.is_protected:
        said = _("Kept, and written on no page")
        yield Fact(("appointments.Participant.name_sealed",), _("Name"), True, said)
    else:
        yield from _opened(comer, "name_sealed", _("Name"), name)
    yield from _papers(comer, key)
    yield from fact(comer, "flagged_at", _("The papers are no longer enough since"))
    yield from fact(comer, "witness_state", _("Your witness"))
    if comer.lacks_time:
        yield from fact(comer, "lacks_time", _("Too short for a witness"))


def _papers(comer: Participant, key: OpenKey) -> Iterator[Fact]:
    """What they answered in the guide."""
    label = _("What you said of your papers")
    link = read_sealed(key, comer.guide_sealed, sealed_at(comer), of=Participant, pk=comer.pk)
    if link is None:
        yield from unreadable(comer, "guide_sealed", label)
        return
    try:
        said = read(link) if link else None
    except LinkUnreadable:  # written by rules that are no longer here
        yield from fact(comer, "guide_sealed", label, link, value=link)
        return
    if said is None:
        return
    lived = dict(VisitForm.base_fields["lived"].choices)  # type: ignore[attr-defined]
    told = [
        _("CPR number: {answer}").format(answer=yes_or_no(said.has_number)),
        _("lived in Denmark: {answer}").format(answer=lived[said.lived]),
        _("postal address in Denmark: {answer}").format(answer=yes_or_no(said.has_address)),
        *map(in_words, said.papers),
    ]
    value = {
        "on": said.on,
        "has_number": said.has_number,
        "lived": said.lived,
        "has_address": said.has_address,
        "papers": [for_machines(one) for one in said.papers],
    }
    yield from fact(comer, "guide_sealed", label, "; ".join(told), value=value)
    verdict = VERDICTS.get(comer.guide_verdict, "")
    yield from fact(comer, "guide_verdict", _("What that came to"), str(verdict))


def _answers(visit: Appointment) -> Iterator[Fact]:
    """What was offered and asked, and what came back. Of two visits, nothing of the other."""
    for offer in visit.offers.all():
        yield from _offered(offer)
    for question in (*visit.doubled_by.all(), *visit.doubles.all()):
        yield from fact(question, "asked_at", _("Asked which of two times to keep"))
        yield from fact(question, "answered_at", _("Answered"))


def _offered(offer: Offer) -> Iterator[Fact]:
    yield from fact(offer, "starts_at", _("Another time offered"))
    yield from fact(offer, "answer", _("What came of it"), str(ANSWERS[offer.answer]))


def _wish(entry: WaitingEntry, name: str) -> Item:
    days = ", ".join(weekday(day) for day in range(7) if entry.weekdays >> day & 1)
    hours = f"{minute_of_day(entry.from_minute)}-{minute_of_day(entry.to_minute)}"
    needs = ", ".join(str(NEEDS_TOLD[code]) for code in read_needs(entry.needs))
    centres = ", ".join(sorted(centre.name for centre in entry.centres.all()))
    facts = [
        *fact(
            entry,
            "service",
            _("For what"),
            str(text_of(entry.service.names)),
            value=entry.service.code,
        ),
        *fact(entry, "centres", _("Centres"), centres, value=centres),
        *fact(entry, "people", _("How many come")),
        *fact(entry, "first_day", _("First day")),
        *fact(entry, "last_day", _("Last day")),
        *fact(entry, "weekdays", _("Weekdays"), days),
        *fact(entry, "from_minute", _("Hours"), hours),
        *fact(entry, "needs", _("Needs"), needs),
        *fact(entry, "status", _("Where it stands"), str(WISHES[entry.status])),
        *fact(entry, "language", _("Language of messages"), language_name(entry.language)),
        *_wish_names(entry, name),
        *(told for offer in entry.offer_set.all() for told in _offered(offer)),
    ]
    title = _("Wish of {moment}")
    (asked,) = fact(entry, "created_at", "")
    return Item(title.format(moment=asked.said), tuple(facts))


def _wish_names(entry: WaitingEntry, name: str) -> Iterator[Fact]:
    """The person's own name among those who wait; never a protected one."""
    key = open_data_key(entry.contact.data_key)
    if key is None or entry.names_sealed is None:
        return
    names = read_sealed(key, entry.names_sealed, NAMES, of=WaitingEntry, pk=entry.pk)
    if names is None:
        yield from unreadable(entry, "names_sealed", _("Name"))
        return
    listed = [(one, False) if isinstance(one, str) else one for one in json.loads(names)]
    for told in meant(name, {one: one for one, is_protected in listed if not is_protected}):
        yield from fact(entry, "names_sealed", _("Name"), told, value=told)


def _message_item(found: HeldBookings) -> Item:
    facts = [
        told
        for message in found.messages
        for told in fact(
            message,
            "kind",
            str(message.get_channel_display()),
            _("{what}, {moment}").format(
                what=KINDS.get(message.kind, message.kind),
                moment=fact(message, "sent_at", "")[0].said if message.sent_at else _("not sent"),
            ),
            value={
                "kind": message.kind,
                "channel": message.channel,
                "status": message.status,
                "sent_at": message.sent_at,
                "created_at": message.created_at,
            },
        )
    ]
    return Item(_("Messages to you"), tuple(facts))


def _named_in(
    visit: Appointment, name: str, known: frozenset[int], others: frozenset[int]
) -> set[int]:
    """Who of a visit goes by the name given, unless their number told; never a protected one."""
    comers = visit.participants.all()
    key = open_data_key(visit.contact.data_key)
    if key is None or any(comer.pk in known for comer in comers):
        return set()
    names = {
        comer.pk: _name_of(comer, key) or ""
        for comer in comers
        if not comer.is_protected and comer.pk not in others
    }
    return meant(name, names)


def _name_of(comer: Participant, key: OpenKey) -> str | None:
    """The name somebody was booked under; None where it cannot be read."""
    place = f"participant.name:{comer.position}"
    return read_sealed(key, comer.name_sealed, place, of=Participant, pk=comer.pk)
