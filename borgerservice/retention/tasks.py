"""What is due without anybody asking."""

from celery import shared_task

from borgerservice.kernel import clock
from borgerservice.retention import letting_go


@shared_task(name="retention.let_go")
def let_go() -> None:
    """Let go of what has had its time."""
    letting_go.let_go(now=clock.now())
