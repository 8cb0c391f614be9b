"""An outbox with messages in it, and how far they have come."""

from datetime import datetime, timedelta

from appointments.rules.local_time import instant
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import Notice, new_contact, queue
from tests.builders import NOW, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
SOON = NOW + timedelta(seconds=1)


def build_messages(world: World, count: int, *, now: datetime = NOW) -> int:
    """Reminders to as many numbers, of visits tomorrow; how many were new."""
    notices = []
    for number in range(count):
        contact, _key = new_contact(
            municipality=world.municipality, phone=f"+45203{number:05}", email=""
        )
        notices.append(
            Notice(
                kind="reminder_2d",
                subject=f"appointment:{number}",
                facts={
                    "reference": "K7QF-M3RX-P8",
                    "starts_at": instant(TOMORROW, 600).isoformat(),
                    "proves_identity": False,
                    "centre": "Borgerservice Herning",
                    "address": "",
                    "phone": "",
                    "link": "visit",
                    "link_salt": "1:salt",
                },
                once=f"reminder_2d:{number}:0",
                contact=contact,
                language="da",
            )
        )
    return queue(notices, now=now)


def statuses() -> dict[str, str]:
    """How far each message has come, by its reference."""
    return dict(Message.unscoped.values_list("dedupe_key", "status"))


def problems() -> set[str]:
    return set(Message.unscoped.values_list("problem", flat=True))
