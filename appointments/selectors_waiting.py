"""Reads about those who wait for an earlier time, and what they are offered."""

from dataclasses import dataclass
from datetime import datetime

from appointments.exceptions import NotFound
from appointments.models import Appointment, CentreService, Offer, Rebooking, WaitingEntry
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.vault.links import link_hash


def centres_for_earlier(appointment: Appointment, service_id: int) -> list[Centre]:
    """The centres of the visit's municipality that offer its service, the visit's own first."""
    offers = CentreService.objects.filter(
        service_id=service_id,
        centre__municipality_id=appointment.municipality_id,
        centre__is_open_for_booking=True,
    ).select_related("centre")
    centres = [offer.centre for offer in offers.order_by("centre__name")]
    return sorted(centres, key=lambda centre: centre.pk != appointment.centre_id)


def wish_of_visit(appointment: Appointment) -> WaitingEntry | None:
    """The wish for an earlier time that stands for a visit."""
    known = WaitingEntry.objects.for_municipality(appointment.municipality_id)
    return known.filter(appointment=appointment, status=WaitingEntry.Status.WAITING).first()


def entry_by_link(link: str) -> WaitingEntry:
    """The wish behind a secret link, or NotFound."""
    known = WaitingEntry.unscoped.filter(link_hash=link_hash(link))  # the contact's own link
    entry = known.select_related("service").prefetch_related("centres").first()
    if entry is None:
        raise NotFound
    return entry


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as whoever it is made to sees it."""

    offer: Offer
    is_open: bool

    @property
    def visit(self) -> Appointment | None:
        """The visit there is: the one to be moved, or the one that came of it."""
        return self.offer.appointment


def offer_by_link(link: str, *, now: datetime) -> Offered:
    """The offer behind a secret link. One statement. Raises NotFound."""
    known = Offer.unscoped.filter(link_hash=link_hash(link))  # the contact's own link
    offer = known.select_related("centre__municipality", "appointment__centre").first()
    if offer is None:
        raise NotFound
    return Offered(offer, offer.answer == Offer.Answer.OPEN and offer.expires_at > now)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebooking has come: counts of its offers, and those somebody has to phone."""

    rebooking: Rebooking
    open: int
    accepted: int
    phoned: int
    to_phone: tuple[Offer, ...]


def rebookings_of(municipality: Municipality, centre: Centre) -> list[Rebooking]:
    """The rebookings of a centre, the newest first."""
    known = Rebooking.objects.for_municipality(municipality).filter(centre=centre)
    return list(known.order_by("-pk"))


def progress_of(municipality: Municipality, pk: int) -> Progress:
    """A rebooking and what came of its offers. Raises NotFound."""
    known = Rebooking.objects.for_municipality(municipality).select_related("centre", "closure")
    rebooking = known.filter(pk=pk).first()
    if rebooking is None:
        raise NotFound
    offers = list(
        Offer.objects.for_municipality(municipality)
        .filter(rebooking=rebooking)
        .select_related("appointment", "centre")
        .order_by("appointment__starts_at", "pk")
    )
    answers = [offer.answer for offer in offers]
    return Progress(
        rebooking=rebooking,
        open=answers.count(Offer.Answer.OPEN),
        accepted=answers.count(Offer.Answer.ACCEPTED),
        phoned=answers.count(Offer.Answer.PHONED),
        to_phone=tuple(
            offer
            for offer in offers
            if offer.answer in Offer.TO_BE_PHONED
            and offer.appointment
            and offer.appointment.status == Appointment.Status.BOOKED
        ),
    )
