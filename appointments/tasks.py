"""What the schedule does with visits. Twice is as good as once."""

from celery import shared_task

from appointments.services.booking import (
    doubles,
    drafts,
)
from appointments.services.centres import (
    opening_days,
    reconciling,
)
from appointments.services.offering import (
    answers,
    offers,
    rebooking,
    waiting,
)
from appointments.services.visits import (
    expiry,
    reminders,
)
from borgerservice.kernel import clock


@shared_task(name="appointments.queue_reminders")
def queue_reminders() -> None:
    """Write the reminders that are due."""
    reminders.queue_reminders(now=clock.now())


@shared_task(name="appointments.ask_about_doubles")
def ask_about_doubles() -> None:
    """Ask contacts with two times for one purpose which they keep; end what nobody answered."""
    doubles.compare_new_visits(now=clock.now())
    doubles.end_unanswered(now=clock.now())


@shared_task(name="appointments.pass_offers_on")
def pass_offers_on() -> None:
    """Pass on what nobody answered and what returns, go on with rebookings, end wishes.

    And of what somebody left behind at a centre's screen: its time is for others.
    """
    drafts.forget_drafts(now=clock.now())
    answers.expire_offers(now=clock.now())
    offers.offer_what_returns(now=clock.now())
    rebooking.continue_rebookings(now=clock.now())
    waiting.end_waiting(now=clock.now())


@shared_task(name="appointments.open_days")
def open_days() -> None:
    """Keep every centre's days made up to its horizon."""
    opening_days.keep_days_open(now=clock.now())


@shared_task(name="appointments.forget_expired")
def forget_expired() -> None:
    """Let go of what has had its time."""
    expiry.forget_expired(now=clock.now())


@shared_task(name="appointments.reconcile")
def reconcile() -> None:
    """Compare every desk-day with the visits and rosters, and log what differs."""
    reconciling.log_differences(now=clock.now())
