"""Messages are rows written with the act they tell of; delivery comes after, and may come twice."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from borgerservice.database.rows import new_row
from borgerservice.municipalities.models import Municipality
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.statements import INSERT
from borgerservice.vault.marks import contact_mark
from borgerservice.vault.services import NewKey, shred, unsaved_data_key

DELIVER = "notifications.deliver_messages"
"""The task that delivers, by name: the task knows this module, never the reverse."""
IDS_A_TASK = 1000
HANDED_OUT_SECONDS = 60
"""How long the broker keeps ids for a worker; the sweep hands out anew what nobody took."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told to whom: the kind names the wording, the facts fill it.

    Nothing in it is personal. `once` names the notice: a second one of that name is not written.
    It goes out over `channels`, where some are named; else over all that the contact has.
    """

    kind: str
    subject: str
    facts: dict[str, object]
    once: str
    contact: Contact
    language: str
    channels: tuple[Message.Channel, ...] = ()


def new_contact(*, municipality: Municipality, phone: str, email: str) -> tuple[Contact, NewKey]:
    """Store how to reach somebody (E.164 and e-mail, either may be empty) under a fresh key."""
    contact, key = unsaved_contact(municipality_id=municipality.pk, phone=phone, email=email)
    key.row.save(force_insert=True)
    contact.data_key = key.row
    contact.save(force_insert=True)
    return contact, key


def unsaved_contact(*, municipality_id: int, phone: str, email: str) -> tuple[Contact, NewKey]:
    """How to reach somebody, sealed under a fresh key; both rows are yet to be written."""
    key = unsaved_data_key()
    version, phone_mark = contact_mark("phone", phone) if phone else (1, "")
    if email:
        version, email_mark = contact_mark("email", email.casefold())
    else:
        email_mark = ""
    contact = new_row(
        Contact,
        municipality_id=municipality_id,
        phone_sealed=key.seal(phone, "contact.phone") if phone else None,
        email_sealed=key.seal(email, "contact.email") if email else None,
        phone_mark=phone_mark,
        email_mark=email_mark,
        mark_version=version,
    )
    return contact, key


def shred_contacts(contacts: Sequence[Contact], *, now: datetime) -> None:
    """Forget how to reach somebody: the key is destroyed, what it sealed and the marks are gone."""
    shred([contact.data_key_id for contact in contacts], now=now)
    # Across municipalities: a life that is over is over everywhere.
    Contact.unscoped.filter(pk__in=[contact.pk for contact in contacts]).update(
        phone_sealed=None, email_sealed=None, phone_mark="", email_mark=""
    )


def queue(notices: Iterable[Notice], *, now: datetime) -> int:
    """Write the messages of some notices, one per channel their contacts have; how many are new.

    One statement, whatever their number. With a broker, a worker is told once they are committed.
    """
    rows = [
        {
            "municipality_id": notice.contact.municipality_id,
            "contact_id": notice.contact.pk,
            "kind": notice.kind,
            "channel": channel,
            "language": notice.language,
            "subject": notice.subject,
            "facts": notice.facts,
            "dedupe_key": f"{notice.once}:{channel}",
        }
        for notice in notices
        for channel in _channels_of(notice)
    ]
    if not rows:
        return 0
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(INSERT[connection.vendor], [moment, moment, json.dumps(rows)])
        ids = [pk for (pk,) in cursor.fetchall()]
    tell_workers(ids)
    return len(ids)


def unsaved_messages(notice: Notice, *, now: datetime) -> list[Message]:
    """The messages of a notice, one per channel, yet to be written with the act they tell of."""
    return [
        new_row(
            Message,
            municipality_id=notice.contact.municipality_id,
            kind=notice.kind,
            channel=channel,
            language=notice.language,
            subject=notice.subject,
            facts=notice.facts,
            dedupe_key=f"{notice.once}:{channel}",
            due_at=now,
            created_at=now,
        )
        for channel in _channels_of(notice)
    ]


def tell_workers(ids: Sequence[int]) -> None:
    """Let the workers know of messages once they are committed, where there is a broker."""
    if ids and settings.CELERY_BROKER_URL:
        # `robust`: a broker that is down must not undo, or seem to undo, what was committed.
        transaction.on_commit(lambda: hand_out(ids), robust=True)


def drop_unsent(*, municipality: Municipality | int, subject: str) -> int:
    """Take back what was to be told of a subject and is not told yet; how many were dropped.

    One in the very act of being sent is marked as sent when it turns out that it was.
    """
    return drop_all_unsent(municipality=municipality, subjects=[subject])


def drop_all_unsent(
    *, municipality: Municipality | int, subjects: Collection[str], kind: str | None = None
) -> int:
    """The same of many subjects, or only messages of one kind about them, in one statement."""
    known = Message.objects.for_municipality(municipality)
    if kind is not None:
        known = known.filter(kind=kind)
    return known.filter(
        subject__in=subjects, status__in=(Message.Status.DUE, Message.Status.SENDING)
    ).update(status=Message.Status.DROPPED, problem="superseded")


def told_among(*, municipality: Municipality | int, subjects: Collection[str]) -> set[str]:
    """Those of the subjects of which a message has gone out, or may just be going out."""
    gone = (Message.Status.SENT, Message.Status.SENDING)
    known = Message.objects.for_municipality(municipality)
    told = known.filter(subject__in=subjects, status__in=gone)
    return set(told.values_list("subject", flat=True))


def dropped_among(
    *, municipality: Municipality | int, subjects: Collection[str], kind: str
) -> set[str]:
    """Those of the subjects of which the last told was of a kind, and went out by no channel."""
    known = Message.objects.for_municipality(municipality).filter(subject__in=subjects)
    rows = list(known.order_by("pk").values_list("subject", "kind", "created_at", "status"))
    last = {subject: (its, made) for subject, its, made, _status in rows}
    gone = {
        subject
        for subject, its, made, status in rows
        if (its, made) == last[subject] and status != Message.Status.DROPPED
    }
    return {subject for subject, (its, _made) in last.items() if its == kind} - gone


def hand_out(ids: Sequence[int]) -> None:
    """Tell the workers which messages wait, by nothing but their ids."""
    for first in range(0, len(ids), IDS_A_TASK):
        current_app.send_task(
            DELIVER,
            args=[list(ids[first : first + IDS_A_TASK])],
            expires=HANDED_OUT_SECONDS,
            retry=False,
        )


def _channels_of(notice: Notice) -> list[str]:
    sealed = {
        Message.Channel.SMS: notice.contact.phone_sealed,
        Message.Channel.EMAIL: notice.contact.email_sealed,
    }
    wanted = notice.channels or tuple(sealed)
    return [
        str(channel)
        for channel, address in sealed.items()
        if address is not None and channel in wanted
    ]
