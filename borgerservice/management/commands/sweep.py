"""`manage.py sweep`: what Celery and its beat do, in one process without a broker."""

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from appointments.services.booking.doubles import compare_new_visits, end_unanswered
from appointments.services.booking.drafts import forget_drafts
from appointments.services.centres.opening_days import keep_days_open
from appointments.services.centres.reconciling import log_differences
from appointments.services.offering.answers import expire_offers
from appointments.services.offering.offers import offer_what_returns
from appointments.services.offering.rebooking import continue_rebookings
from appointments.services.offering.waiting import end_waiting
from appointments.services.visits.expiry import forget_expired
from appointments.services.visits.reminders import queue_reminders
from borgerservice.guards.services import require_guards
from borgerservice.kernel import clock
from borgerservice.notifications.delivery import deliver, due_ids
from borgerservice.retention.letting_go import let_go
from borgerservice.vault.keys import KeyUnavailable
from witnesses.services.schedule import warn_of_other_figures
from witnesses.tasks import look_at_papers, look_at_witnesses, look_for_signals

DAILY = 86400
QUARTER_OF_A_DAY = 21600
logger = logging.getLogger(__name__)


def send_what_is_due() -> None:
    """Deliver until nothing is due. Looking comes first, so that a quiet outbox locks nothing."""
    while due_ids(now=clock.now()) and deliver(now=clock.now()):
        pass


def ask_about_doubles() -> None:
    """Ask about new visits, and end the questions that nobody answered."""
    compare_new_visits(now=clock.now())
    end_unanswered(now=clock.now())


def pass_offers_on() -> None:
    """Pass on what nobody answered and what returns, go on with rebookings, end wishes.

    And of what somebody left behind at a centre's screen: its time is for others.
    """
    forget_drafts(now=clock.now())
    expire_offers(now=clock.now())
    offer_what_returns(now=clock.now())
    continue_rebookings(now=clock.now())
    end_waiting(now=clock.now())


JOBS: dict[str, tuple[int, Callable[[], object]]] = {
    "queue_reminders": (30, lambda: queue_reminders(now=clock.now())),
    "ask_about_doubles": (5, ask_about_doubles),
    "pass_offers_on": (5, pass_offers_on),
    "deliver": (1, send_what_is_due),
    "open_days": (3600, lambda: keep_days_open(now=clock.now())),
    "forget_expired": (3600, lambda: forget_expired(now=clock.now())),
    "let_go": (QUARTER_OF_A_DAY, lambda: let_go(now=clock.now())),
    "look_for_signals": (3600, look_for_signals),
    "look_at_papers": (3600, look_at_papers),
    "look_at_witnesses": (3600, look_at_witnesses),
    "reconcile": (DAILY, lambda: log_differences(now=clock.now())),
}
"""Each job with the seconds between two runs of it, in their order."""


class Command(BaseCommand):
    """Deliver messages, write reminders, make days, forget: once, or until stopped."""

    help = "Do what is due: messages, reminders, new days, forgetting."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once is the default."""
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--once", action="store_true", help="do what is due now (the default)")
        way.add_argument("--loop", action="store_true", help="go on until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every job once, or each at its own pace; the end of the parent ends the loop."""
        require_guards()
        warn_of_other_figures()
        if not options["loop"]:
            for pause, job in JOBS.values():
                if pause < DAILY:  # `manage.py reconcile` does the rest
                    job()
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        parent, next_runs = os.getppid(), dict.fromkeys(JOBS, 0.0)
        while not stopped.wait(1) and os.getppid() == parent:
            for name, (pause, job) in JOBS.items():
                if time.monotonic() >= next_runs[name]:
                    _run(name, job)
                    next_runs[name] = time.monotonic() + pause


def _run(name: str, job: Callable[[], object]) -> None:
    try:
        job()
    except (DatabaseError, KeyUnavailable) as problem:
        logger.warning("sweep.failed job=%s problem=%s", name, type(problem).__name__)
    finally:
        close_old_connections()
