"""Reads about two visits for one purpose: who has them, and what was answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from appointments.exceptions import NotFound
from appointments.models import Appointment, DoubleBooking, Participant
from borgerservice.vault.links import link_hash


class Standing(StrEnum):
    """Where the question about two visits stands."""

    OPEN = "open"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    NOTHING_TO_CHOOSE = "nothing_to_choose"


@dataclass(frozen=True, slots=True)
class Question:
    """Two visits and what came of asking which is kept; nobody's name."""

    row: DoubleBooking
    standing: Standing

    @property
    def visits(self) -> tuple[Appointment, Appointment]:
        """The one booked first, then the other."""
        return self.row.first, self.row.second


def is_live(visit: Appointment, *, now: datetime) -> bool:
    """Whether a visit still lies ahead."""
    return visit.status == Appointment.Status.BOOKED and visit.starts_at > now


def others_of(
    visit: Appointment, *, phone_marks: Collection[str], email_marks: Collection[str], now: datetime
) -> QuerySet[Appointment]:
    """The other live visits of the same phone or e-mail for one of the same purposes, first first.

    Anywhere in the country: that one cannot book at every centre at once is the point.
    """
    reached = Q(contact__phone_mark__in=phone_marks) | Q(contact__email_mark__in=email_marks)
    services = Participant.unscoped.filter(appointment=visit).values("service")
    return (
        Appointment.unscoped.filter(
            reached,
            status=Appointment.Status.BOOKED,
            starts_at__gt=now,
            participants__service__in=services,
        )
        .exclude(pk=visit.pk)
        .select_related("contact")
        .order_by("created_at", "pk")
        .distinct()
    )


def question_by_link(link: str, *, now: datetime) -> Question:
    """The question a contact's secret link opens, or NotFound. One statement."""
    row = (
        DoubleBooking.objects.select_related("first__centre", "second__centre")
        .filter(link_hash=link_hash(link))
        .first()
    )
    if row is None:
        raise NotFound
    return Question(row, standing_of(row, now=now))


def standing_of(row: DoubleBooking, *, now: datetime) -> Standing:
    """Where a question stands, whether or not the sweep has been there."""
    if row.answer == DoubleBooking.Answer.OVER:
        is_second_given_up = row.second.status == Appointment.Status.CANCELLED
        return Standing.UNANSWERED if is_second_given_up else Standing.NOTHING_TO_CHOOSE
    if row.answer != DoubleBooking.Answer.OPEN:
        return Standing.ANSWERED
    if not (is_live(row.first, now=now) and is_live(row.second, now=now)):
        return Standing.NOTHING_TO_CHOOSE
    return Standing.OPEN if now < row.answer_by else Standing.UNANSWERED


def open_question_of(visit: Appointment, *, now: datetime) -> DoubleBooking | None:
    """The question about a visit that waits for its contact, or None."""
    return DoubleBooking.objects.filter(
        Q(first=visit) | Q(second=visit), answer=DoubleBooking.Answer.OPEN, answer_by__gt=now
    ).first()
