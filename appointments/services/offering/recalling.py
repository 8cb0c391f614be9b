"""Offers follow the roster: those no longer needed are recalled, those of closed times end.

As many statements for many as for one.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from appointments.models import Appointment, Offer, Rebooking
from appointments.services.offering.offers import let_go_of
from appointments.services.visits.notices import (
    RECEIVED,
    received_notices,
    subject_of,
    subject_of_offer,
)
from borgerservice.audit.events import Event
from borgerservice.audit.services import record_each
from borgerservice.notifications.services import (
    drop_all_unsent,
    dropped_among,
    queue,
    told_among,
)

Answer = Offer.Answer


def recall_offers(offers: QuerySet[Offer], *, now: datetime) -> None:
    """End the offers of visits that can be received after all; who was told otherwise is told.

    They are of one municipality and locked already, and so are the days.
    """
    related = offers.select_related("appointment__contact", "appointment__centre")
    recalled = list(related.order_by("pk"))
    if not recalled:
        return
    municipality = recalled[0].municipality_id
    subjects = [subject_of_offer(offer) for offer in recalled]
    told = told_among(municipality=municipality, subjects=subjects)
    drop_all_unsent(municipality=municipality, subjects=subjects)
    of_visits = [
        (offer, offer.appointment, subject)
        for offer, subject in zip(recalled, subjects, strict=True)
        if offer.appointment
    ]
    unsaid = _unsaid([visit for _offer, visit, _subject in of_visits])
    known = [
        (visit, offer.link_hash)
        for offer, visit, subject in of_visits
        if offer.answer == Answer.PHONED or subject in told or subject_of(visit) in unsaid
    ]
    _end(recalled, Answer.RECALLED, Event.OFFER_RECALLED, now=now)
    queue(received_notices(known), now=now)
    let_go_of(recalled, now=now)


def unsay(visits: QuerySet[Appointment]) -> None:
    """Tell nobody any more that their time stands, as these visits can be received no longer."""
    for_each = list(visits)
    if for_each:
        drop_all_unsent(
            municipality=for_each[0].municipality_id,
            subjects=[subject_of(visit) for visit in for_each],
            kind=RECEIVED,
        )


def say_after_all(visits: QuerySet[Appointment], *, now: datetime) -> None:
    """Tell that their time stands those who were to be told so when it was closed again."""
    for_each = list(visits.select_related("contact", "centre"))
    unsaid = _unsaid(for_each)
    again = f"{now:%Y%m%d%H%M%S}"
    told = [
        (visit, f"{visit.reference}:{visit.moves}:{again}")
        for visit in for_each
        if subject_of(visit) in unsaid
    ]
    queue(received_notices(told), now=now)


def _unsaid(visits: Sequence[Appointment]) -> set[str]:
    """The marks of those that were to be told that their time stands, and of nothing since."""
    if not visits:
        return set()
    return dropped_among(
        municipality=visits[0].municipality_id,
        subjects=[subject_of(visit) for visit in visits],
        kind=RECEIVED,
    )


def end_times(offers: QuerySet[Offer], *, now: datetime) -> None:
    """End offers of times that can be held no more, as the roster has changed. They are locked.

    Who cannot be received is offered another time; who waits goes on waiting.
    """
    ended = list(offers.order_by("pk"))
    if not ended:
        return
    municipality = ended[0].municipality_id
    drop_all_unsent(
        municipality=municipality, subjects=[subject_of_offer(offer) for offer in ended]
    )
    waiting = [offer for offer in ended if offer.rebooking_id is None]
    again = [offer for offer in ended if offer.rebooking_id is not None]
    _end(waiting, Answer.EXPIRED, Event.OFFER_EXPIRED, now=now)
    _change(
        again, Event.OFFER_PLANNED_AGAIN, now=now, answer=Answer.PLANNED, hold=None, starts_at=None
    )
    known = Rebooking.objects.for_municipality(municipality)
    known.filter(pk__in={offer.rebooking_id for offer in again}).update(finished_at=None)


def _end(offers: list[Offer], answer: Offer.Answer, event: Event, *, now: datetime) -> None:
    _change(offers, event, now=now, answer=answer, answered_at=now)


def _change(offers: list[Offer], event: Event, *, now: datetime, **values: object) -> None:
    """Give all of these offers the same values, and write down for each what was done."""
    if not offers:
        return
    known = Offer.objects.for_municipality(offers[0].municipality_id)
    known.filter(pk__in=[offer.pk for offer in offers]).update(**values)
    record_each(
        event,
        actor="system",
        subjects=[f"offer:{offer.pk}" for offer in offers],
        municipality=offers[0].municipality_id,
        at=now,
    )
