"""Reminders are written when they are due, of the visits that then stand; never ahead of time."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from celery import current_app
from celery.exceptions import OperationalError
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from appointments.models import Appointment, Offer, Participant
from appointments.rules.reminders import REMINDERS, Reminder
from appointments.selectors_waiting import unreceived
from appointments.services.notices import notices_of
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.claimed import WrappedKey, write_claimed
from borgerservice.notifications.delivery import LEASE, deliver_claimed
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import Notice, queue
from borgerservice.rows import read_joined

logger = logging.getLogger(__name__)

REMIND = "appointments.remind"
"""The task that goes on, by name: the task knows this module, never the reverse."""
VISITS_AT_ONCE = 1000
HANDED_ON_SECONDS = 300
"""How long the broker keeps it: then the schedule has begun anew."""
READ = (
    *("reference", "starts_at", "language", "moves", "link_salt", "centre", "contact"),
    *("contact__municipality", "contact__phone_sealed", "contact__email_sealed"),
    *("contact__phone_mark", "contact__email_mark"),
    *("centre__name", "centre__address", "centre__postal_code", "centre__city"),
    *("centre__phone", "centre__is_mobile"),
)
"""What is told of a visit, and to whom."""


class Place(NamedTuple):
    """How far a sweep has come: the moment and the id of its last visit."""

    starts_at: datetime
    visit_id: int


class Due(NamedTuple):
    """A visit to remind of, and what is told of it to whom."""

    visit: Appointment
    centre: Centre
    contact: Contact
    proves_identity: bool
    key: WrappedKey


def queue_reminders(*, now: datetime) -> int:
    """Write every reminder that is due; how many messages that made. Safe to repeat."""
    return sum(_queue(reminder, now=now) for reminder in REMINDERS)


def _queue(reminder: Reminder, *, now: datetime) -> int:
    """Two statements for a thousand visits: read them, write their messages.

    The visits are held meanwhile, so that none is cancelled or moved between the two. The next
    thousand begin where these ended: what is told of already is not read again.
    """
    made = 0
    after: Place | None = None
    is_more = True
    while is_more:
        with transaction.atomic():
            due = _visits_to_remind_of(reminder, after=after, now=now)
            made += queue(_notices(reminder, due), now=now)
        after = _next(due)
        is_more = after is not None
    return made


def remind(kind: str, *, after: Place | None, now: datetime) -> None:
    """Write the reminders of the next thousand visits and send them; another does the rest.

    Who sends them has written them, so nobody looks for them and nothing is read again. The next
    worker is told as soon as it is known where to begin.
    """
    reminder = next(reminder for reminder in REMINDERS if reminder.kind == kind)
    with transaction.atomic():
        due = _visits_to_remind_of(reminder, after=after, now=now)
        if following := _next(due):
            hand_on(kind, after=following)
        keys = (one.key for one in due)
        notices = _notices(reminder, due)
        claimed = write_claimed(zip(notices, keys, strict=True), now=now, until=now + LEASE)
    deliver_claimed(claimed, now=now)


def hand_on(kind: str, *, after: Place | None) -> None:
    """Let a worker begin, or go on, where there is a broker.

    If it is away, the next run of the schedule begins anew.
    """
    if not settings.CELERY_BROKER_URL:
        return
    place = [after.starts_at.isoformat(), after.visit_id] if after else []
    try:
        current_app.send_task(REMIND, args=[kind, *place], expires=HANDED_ON_SECONDS, retry=False)
    except OperationalError:
        logger.warning("reminders.not_handed_on kind=%s", kind)


def _next(due: Sequence[Due]) -> Place | None:
    """Where the next begin, if there may be more."""
    if len(due) < VISITS_AT_ONCE:
        return None
    return Place(due[-1].visit.starts_at, due[-1].visit.pk)


def _notices(reminder: Reminder, due: Sequence[Due]) -> Iterator[Notice]:
    return notices_of(
        reminder.kind, ((one.visit, one.centre, one.contact, one.proves_identity) for one in due)
    )


def _visits_to_remind_of(reminder: Reminder, *, after: Place | None, now: datetime) -> list[Due]:
    """Booked visits after a place, soon enough, of which nothing was told lately.

    Not this reminder either. Nor one that cannot be received, whose citizen was offered another
    time. With each its centre, its contact, and whether it is for proving an identity.
    """
    # Across municipalities: one sweep reminds everybody.
    told_lately = Message.unscoped.filter(
        subject=OuterRef("told_as"), created_at__gt=OuterRef("starts_at") - reminder.quiet
    )
    visits = (
        Appointment.unscoped.filter(
            status=Appointment.Status.BOOKED,
            starts_at__gt=now + reminder.latest,
            starts_at__lte=now + reminder.due,
        )
        .exclude(contact__phone_sealed=None, contact__email_sealed=None)
        .alias(told_as=Concat(Value("appointment:"), F("reference")))
        .filter(
            ~Exists(told_lately),
            ~Exists(unreceived(Offer.unscoped.all(), visit="pk", starts_at="starts_at")),
        )
        .annotate(
            # Not Exists: PostgreSQL would answer that from all participants there are.
            proving=Subquery(
                Participant.unscoped.filter(
                    appointment=OuterRef("pk"), service__proves_identity=True
                ).values("pk")[:1]
            ),
            wrapped=F("contact__data_key__wrapped"),
            key_version=F("contact__data_key__key_version"),
        )
        .select_related("centre", "contact")
        .only(*READ)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("starts_at", "pk")
    )
    if after is not None:
        visits = visits.filter(
            Q(starts_at__gt=after.starts_at) | Q(pk__gt=after.visit_id),
            starts_at__gte=after.starts_at,
        )
    joined = ("centre", "contact", "proving", "wrapped", "key_version")
    return [
        Due(visit, centre, contact, proving is not None, WrappedKey(wrapped, version))
        for visit, centre, contact, proving, wrapped, version in read_joined(
            visits[:VISITS_AT_ONCE], *joined
        )
    ]
