"""Two visits for one purpose from one phone or e-mail: the contact is asked which one stays.

Whoever books is answered the same whether or not there is another visit, and as fast: new visits
are looked at afterwards. The question goes only to the number or address that both visits have, so
whoever typed somebody else's learns nothing and can give up nothing.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, DoubleBooking
from appointments.rules.doubles import answer_by
from appointments.selectors.doubles import Standing, is_live, others_of, standing_of
from appointments.services.history import record_visit
from appointments.services.visits.changes import cancel_appointment
from appointments.services.visits.notices import double_notice, subject_of_double
from borgerservice.audit.events import Event
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import drop_unsent, queue
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.links import derive_link, link_hash, new_salt
from borgerservice.vault.marks import contact_marks
from borgerservice.vault.services import SealBroken, open_data_key

Answer = DoubleBooking.Answer
VISITS_AT_ONCE = 200
Marks = dict[Message.Channel, frozenset[str]]


def compare_new_visits(*, now: datetime) -> int:
    """Look at every new visit for another of the same contact; how many questions were asked.

    A visit is looked at after it was committed, so of two made at the same moment at least one is
    looked at when both are there. The pair is unique, so they are asked about once.
    """
    asked = 0
    while visits := _new_visits():
        alone: list[Appointment] = []
        for visit in visits:
            marks = _marks_of(visit.contact)
            others = _others_of(visit, marks=marks, now=now)
            if others:
                asked += _compare(visit, others, marks=marks, now=now)
            else:
                alone.append(visit)
        _as_seen(*alone).update(to_compare=False)
    return asked


def answer_question(*, link: str, answer: str, now: datetime) -> DoubleBooking:
    """Keep what the contact says, and cancel the other; the same answer again changes nothing.

    Raises NotFound, or Refused `already_answered`, `answer_too_late`, `nothing_to_choose`.
    """
    with transaction.atomic():
        row = _locked(Q(link_hash=link_hash(link)))
        if row is None:
            raise NotFound
        if row.answer == answer != Answer.OPEN:
            return row
        standing = standing_of(row, now=now)
        if standing is not Standing.OPEN:
            raise Refused(_WHY_NOT[standing])
        if answer == Answer.LATER:
            cancel_appointment(appointment=row.first, actor="citizen", now=now)
            _compare_again(row.second)
        elif answer == Answer.EARLIER:
            cancel_appointment(appointment=row.second, actor="citizen", now=now)
        _end(row, Answer(answer), Event.DOUBLE_ANSWERED, actor="citizen", now=now)
    return row


def end_unanswered(*, now: datetime) -> int:
    """Give up the visit booked last where nobody answered in time; how many questions ended.

    A question that reached nobody costs nobody a visit.
    """
    over = DoubleBooking.objects.filter(answer=Answer.OPEN, answer_by__lte=now)
    ended = 0
    for pk in list(over.order_by("answer_by").values_list("pk", flat=True)):
        with transaction.atomic():
            row = _locked(Q(pk=pk, answer=Answer.OPEN))
            if row is not None:
                _end_unanswered(row, now=now)
                ended += 1
    return ended


def end_questions_about(*, visit: Appointment, actor: str, now: datetime) -> None:
    """End what is asked about a visit that gets another contact; both visits stay.

    The question and its link are gone, so that what the two still share is asked anew; the other
    visit is compared again, too.
    """
    about = Q(first=visit) | Q(second=visit)
    asked = DoubleBooking.objects.filter(about, answer__in=_UNSETTLED).order_by("pk")
    for pk in list(asked.values_list("pk", flat=True)):
        row = _locked(Q(pk=pk, answer__in=_UNSETTLED))
        if row is not None:
            if row.answer == Answer.OPEN:
                _end(row, Answer.OVER, Event.DOUBLE_ENDED, actor=actor, now=now)
            _compare_again(row.second if row.first_id == visit.pk else row.first)
            row.delete()


_UNSETTLED = (Answer.OPEN, Answer.OVER)


_WHY_NOT = {
    Standing.ANSWERED: "already_answered",
    Standing.UNANSWERED: "answer_too_late",
    Standing.NOTHING_TO_CHOOSE: "nothing_to_choose",
}


def _new_visits() -> list[Appointment]:
    # Across municipalities: see `others_of`.
    return list(
        Appointment.unscoped.filter(to_compare=True)
        .select_related("contact__data_key")
        .order_by("pk")[:VISITS_AT_ONCE]
    )


def _others_of(visit: Appointment, *, marks: Marks, now: datetime) -> Sequence[Appointment]:
    if not is_live(visit, now=now) or not any(marks.values()):
        return ()
    return list(
        others_of(
            visit,
            phone_marks=marks[Message.Channel.SMS],
            email_marks=marks[Message.Channel.EMAIL],
            now=now,
        )
    )


def _compare(
    visit: Appointment, others: Sequence[Appointment], *, marks: Marks, now: datetime
) -> bool:
    """Ask about the visit and the first-booked other of its contact, unless that is asked already.

    One question at a time: which others remain is looked at again when it is answered. Where one
    of the two got another contact meanwhile, nothing is asked: both are looked at again.
    """
    pair = (visit, others[0])
    with transaction.atomic():
        is_asked = _ask(visit, others, marks=marks, now=now)
        if _as_seen(*pair).count() < len(pair):
            transaction.set_rollback(True)
            return False
        _as_seen(visit).update(to_compare=False)
    return is_asked


def _as_seen(*visits: Appointment) -> QuerySet[Appointment]:
    """Those of the visits that have the contact they were read with: another makes a new link."""
    return Appointment.unscoped.filter(link_hash__in=[visit.link_hash for visit in visits])


def _ask(visit: Appointment, others: Sequence[Appointment], *, marks: Marks, now: datetime) -> bool:
    ids = [other.pk for other in others]
    about_these = Q(first=visit, second__in=ids) | Q(second=visit, first__in=ids)
    if DoubleBooking.objects.filter(about_these).exists():
        return False
    first, second = sorted((others[0], visit), key=lambda one: (one.created_at, one.pk))
    salt = new_salt(secrets.token_urlsafe(12))
    row, is_new = DoubleBooking.objects.get_or_create(
        first=first,
        second=second,
        defaults={
            "link_salt": salt,
            "link_hash": link_hash(derive_link("keep", salt)),
            "asked_at": now,
            "answer_by": answer_by(
                asked_at=now, first_start=min(first.starts_at, second.starts_at)
            ),
        },
    )
    if is_new:
        queue([double_notice(row, channels=_shared(others[0].contact, marks))], now=now)
        _record(Event.DOUBLE_ASKED, row, actor="system", now=now)
    return is_new


def _marks_of(contact: Contact) -> Marks:
    """What a contact's number and address are known by, under every key there is."""
    phones, emails = {contact.phone_mark}, {contact.email_mark}
    with suppress(KeyUnavailable, SealBroken):
        if key := open_data_key(contact.data_key):
            phones.update(contact_marks("phone", key.open(contact.phone_sealed, "contact.phone")))
            email = key.open(contact.email_sealed, "contact.email")
            emails.update(contact_marks("email", email.casefold()))
    return {
        Message.Channel.SMS: frozenset(phones if contact.phone_mark else ()),
        Message.Channel.EMAIL: frozenset(emails if contact.email_mark else ()),
    }


def _shared(other: Contact, marks: Marks) -> tuple[Message.Channel, ...]:
    theirs = {
        Message.Channel.SMS: other.phone_mark,
        Message.Channel.EMAIL: other.email_mark,
    }
    return tuple(channel for channel, mark in theirs.items() if mark in marks[channel])


def _end_unanswered(row: DoubleBooking, *, now: datetime) -> None:
    live = [visit for visit in (row.first, row.second) if is_live(visit, now=now)]
    if len(live) == 2 and _has_reached_somebody(row):  # noqa: PLR2004
        cancel_appointment(appointment=row.second, actor="system", now=now)
    elif len(live) == 1:
        _compare_again(live[0])
    _end(row, Answer.OVER, Event.DOUBLE_ENDED, actor="system", now=now)


def _has_reached_somebody(row: DoubleBooking) -> bool:
    sent = Message.objects.for_municipality(row.second.municipality_id)
    return sent.filter(subject=subject_of_double(row), status=Message.Status.SENT).exists()


def _compare_again(visit: Appointment) -> None:
    Appointment.unscoped.filter(pk=visit.pk).update(to_compare=True)


def _end(row: DoubleBooking, answer: Answer, event: Event, *, actor: str, now: datetime) -> None:
    row.answer = answer
    row.answered_at = now
    row.save(update_fields=["answer", "answered_at"])
    drop_unsent(municipality=row.second.municipality_id, subject=subject_of_double(row))
    _record(event, row, actor=actor, now=now, answer=str(answer))


def _record(
    event: Event, row: DoubleBooking, *, actor: str, now: datetime, **facts: object
) -> None:
    """In the history of both visits; neither names the other, which may be elsewhere."""
    for visit in (row.first, row.second):
        record_visit(event, visit, actor=actor, now=now, **facts)


def _locked(which: Q) -> DoubleBooking | None:
    return (
        DoubleBooking.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .filter(which)
        .first()
    )
