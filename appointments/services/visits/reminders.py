"""Reminders are written when they are due, of the visits that then stand; never ahead of time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Concat

from appointments.models import Appointment, Offer, Participant
from appointments.rules.reminders import REMINDERS, Reminder
from appointments.selectors.waiting import unreceived
from appointments.services.visits.notices import notices_of
from borgerservice.database.rows import read_joined
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import queue

VISITS_AT_ONCE = 1000
READ = (
    *("reference", "starts_at", "language", "moves", "link_salt", "centre", "contact"),
    *("contact__municipality", "contact__phone_sealed", "contact__email_sealed"),
    *("centre__name", "centre__address", "centre__postal_code", "centre__city"),
    *("centre__phone", "centre__is_mobile"),
)
"""What is told of a visit, and to whom."""


def queue_reminders(*, now: datetime) -> int:
    """Write every reminder that is due; how many messages that made. Safe to repeat."""
    return sum(_queue(reminder, now=now) for reminder in REMINDERS)


def _queue(reminder: Reminder, *, now: datetime) -> int:
    """Two statements for a thousand visits: read them, write their messages.

    The visits are held meanwhile, so that none is cancelled or moved between the two. The next
    thousand begin where these ended: what is told of already is not read again.
    """
    made = 0
    since = now + reminder.latest
    is_more = True
    while is_more:
        with transaction.atomic():
            visits = _visits_to_remind_of(reminder, since=since, now=now)
            written = queue(notices_of(reminder.kind, visits), now=now)
        made += written
        is_more = bool(written) and len(visits) == VISITS_AT_ONCE
        if is_more:
            since = visits[-1][0].starts_at
    return made


def _visits_to_remind_of(
    reminder: Reminder, *, since: datetime, now: datetime
) -> list[tuple[Appointment, Centre, Contact, bool]]:
    """Booked visits from a moment on, soon enough, of which nothing was told lately.

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
            starts_at__gte=since,
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
            )
        )
        .select_related("centre", "contact")
        .only(*READ)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("starts_at")[:VISITS_AT_ONCE]
    )
    return [
        (visit, centre, contact, proving is not None)
        for visit, centre, contact, proving in read_joined(visits, "centre", "contact", "proving")
    ]
