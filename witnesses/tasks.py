"""What is due without anybody asking."""

from datetime import timedelta

from celery import shared_task

from borgerservice.kernel import clock
from witnesses.services.checks_again import look_at_witnesses_again
from witnesses.services.papers import look_at_papers_again
from witnesses.services.signals import look_again

LOOK_BACK = timedelta(days=2)
"""How far back the ledger is looked at again for patterns that were missed."""


@shared_task(name="witnesses.look_for_signals")
def look_for_signals() -> None:
    """Open the fraud signals that were missed."""
    now = clock.now()
    look_again(since=now - LOOK_BACK, now=now)


@shared_task(name="witnesses.look_at_papers")
def look_at_papers() -> None:
    """Ask again whether what citizens will bring is enough."""
    look_at_papers_again(now=clock.now())


@shared_task(name="witnesses.look_at_witnesses")
def look_at_witnesses() -> None:
    """Ask again whether the witnesses whom citizens asked may still act."""
    look_at_witnesses_again(now=clock.now())
