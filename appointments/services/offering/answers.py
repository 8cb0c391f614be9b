"""An offered time taken, left, or not answered; the old place is given up only on acceptance."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, Offer, WaitingEntry
from appointments.rules.needs import read_needs
from appointments.services.booking.book import book_appointment
from appointments.services.offering.offers import (
    end_offer,
    hold_of,
    let_go_of,
    lock_offers,
    withdraw_offers,
)
from appointments.services.offering.waiting import visitors_of
from appointments.services.visits.changes import move_appointment
from borgerservice.audit.events import Event
from borgerservice.vault.links import link_hash
from borgerservice.vault.services import open_data_key

Answer = Offer.Answer


def accept_offer(*, link: str, now: datetime) -> Appointment:
    """The visit at the time offered. Accepted twice it is the same visit.

    Raises NotFound, SlotTaken, or Refused `offer_over`.
    """
    with transaction.atomic():
        offer = _locked(link)
        if offer.answer == Answer.ACCEPTED and offer.appointment:
            return offer.appointment
        _require_open(offer, now=now)
        # First, as a visit that moves withdraws what else is offered for it.
        end_offer(offer, Answer.ACCEPTED, Event.OFFER_ACCEPTED, now=now)
        visit = _moved(offer, now=now) if offer.appointment else _booked(offer, now=now)
        if offer.entry:
            offer.entry.status = WaitingEntry.Status.SERVED
            offer.entry.appointment = visit
            offer.entry.save(update_fields=["status", "appointment"])
            offer.appointment = visit
            offer.save(update_fields=["appointment"])
    return visit


def decline_offer(*, link: str, now: datetime) -> Offer:
    """Leave the time to the next; the visit there is stays, and so does the wish for another time.

    Raises NotFound, or Refused `offer_over`. Declined twice is the same as once.
    """
    with transaction.atomic():
        offer = _locked(link)
        if offer.answer == Answer.DECLINED:
            return offer
        _require_open(offer, now=now)
        end_offer(offer, Answer.DECLINED, Event.OFFER_DECLINED, now=now)
        let_go_of([offer], now=now)
    return offer


def expire_offers(*, now: datetime) -> int:
    """Let go of the offers nobody answered in time, each to the next who waits; how many.

    And of those that were made at the very moment when who was to have them left the list.
    """
    # Across municipalities: one sweep ends them everywhere.
    waits_on = WaitingEntry.unscoped.filter(
        appointment=OuterRef("appointment"), status=WaitingEntry.Status.WAITING
    )
    left = Q(entry__status=WaitingEntry.Status.LEFT) & ~Exists(waits_on)
    offers = Offer.unscoped.filter(answer=Answer.OPEN)
    over = offers.filter(Q(expires_at__lte=now) | left).order_by("expires_at")
    return sum(
        _expired(pk, municipality_id, now=now)
        for pk, municipality_id in list(over.values_list("pk", "municipality_id"))
    )


def _expired(pk: int, municipality_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        known = Offer.objects.for_municipality(municipality_id)
        offer = known.select_for_update().filter(pk=pk, answer=Answer.OPEN).first()
        if offer is None:
            return False
        withdraw_offers([offer], now=now)
    return True


def _locked(link: str) -> Offer:
    """The offer, after all that is offered for its visit is locked in one order."""
    known = Offer.unscoped.filter(link_hash=link_hash(link))  # the contact's own link
    for offer in known.select_related("appointment"):
        if offer.appointment:
            lock_offers(visit=offer.appointment)
    if not list(known.select_for_update().values_list("pk")):
        raise NotFound
    return known.select_related(
        "entry__contact__data_key", "entry__service", "appointment__centre", "centre__municipality"
    ).get()


def _require_open(offer: Offer, *, now: datetime) -> None:
    if offer.answer != Answer.OPEN or offer.expires_at <= now:
        raise Refused("offer_over")


def _moved(offer: Offer, *, now: datetime) -> Appointment:
    if offer.appointment is None or offer.starts_at is None:
        raise Refused("offer_over")
    return move_appointment(
        appointment=offer.appointment,
        start=offer.starts_at,
        actor="citizen",
        now=now,
        hold=hold_of(offer),
    )


def _booked(offer: Offer, *, now: datetime) -> Appointment:
    entry, centre = offer.entry, offer.centre
    if entry is None or centre is None or offer.starts_at is None:
        raise Refused("offer_over")
    key = open_data_key(entry.contact.data_key)
    if key is None:
        raise Refused("offer_over")
    return book_appointment(
        centre=centre,
        visitors=visitors_of(entry),
        start=offer.starts_at,
        phone=key.open(entry.contact.phone_sealed, "contact.phone"),
        email=key.open(entry.contact.email_sealed, "contact.email"),
        language=entry.language,
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=now,
        hold=hold_of(offer),
        needs=read_needs(entry.needs),
    )
