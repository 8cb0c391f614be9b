"""What Celery does with the outbox: ids in, one call. Twice is as good as once."""

from celery import shared_task

from borgerservice.kernel import clock
from borgerservice.notifications import delivery, services


@shared_task(name=services.DELIVER)
def deliver_messages(ids: list[int]) -> None:
    """Deliver some messages, as far as they are due and nobody else is at it."""
    delivery.deliver(ids=ids, now=clock.now())


@shared_task(name="notifications.sweep_outbox")
def sweep_outbox() -> None:
    """Hand out what is due: what a lost broker forgot, what is tried again, all reminders."""
    services.hand_out(delivery.due_ids(now=clock.now()))
