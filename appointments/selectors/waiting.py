"""Reads about those who wait for an earlier time, and what they are offered."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

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
    centres = Prefetch("centres", Centre.objects.select_related("municipality"))
    entry = known.select_related("service").prefetch_related(centres).first()
    if entry is None:
        raise NotFound
    return entry


def unreceived(offers: QuerySet[Offer], *, visit: str, starts_at: str) -> QuerySet[Offer]:
    """Of these the offers made because a visit cannot be received at the time it still has.

    To be asked about each visit of another query, which names its key and its start. Not those that
    were recalled, nor of a visit somebody has phoned about.
    """
    return offers.filter(
        appointment=OuterRef(visit), instead_of=OuterRef(starts_at), answer__in=Offer.UNSETTLED
    ).order_by("pk")


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as whoever it is made to sees it."""

    offer: Offer
    is_open: bool
    is_closed_again: bool

    @property
    def is_unreceived(self) -> bool:
        """Whether there is a visit that cannot be received at the time it still has."""
        return _is_unreceived(self.offer)

    @property
    def is_kept(self) -> bool:
        """Whether the visit has the time it had, and can be received then after all."""
        visit = self.visit
        return (
            self.offer.answer == Offer.Answer.RECALLED
            and visit is not None
            and visit.status == Appointment.Status.BOOKED
            and visit.starts_at == self.offer.instead_of
            and not self.is_closed_again
        )

    @property
    def visit(self) -> Appointment | None:
        """The visit there is: the one to be moved, or the one that came of it."""
        return self.offer.appointment


def offer_by_link(link: str, *, now: datetime) -> Offered:
    """The offer behind a secret link. One statement. Raises NotFound."""
    known = Offer.unscoped.filter(link_hash=link_hash(link))  # the contact's own link
    related = ("centre__municipality", "appointment__centre", "appointment__contact", "rebooking")
    # Across municipalities: the same contact's own visit.
    others = unreceived(Offer.unscoped.all(), visit="appointment", starts_at="instead_of")
    offer = known.select_related(*related).annotate(is_closed_again=Exists(others)).first()
    if offer is None:
        raise NotFound
    is_open = offer.answer == Offer.Answer.OPEN and offer.expires_at > now
    return Offered(offer, is_open, offer.is_closed_again)


def left_of(rebooking: Rebooking, *, now: datetime) -> QuerySet[Offer]:
    """The offers of a rebooking that are planned, of visits that still need one, in order."""
    return (
        Offer.objects.for_municipality(rebooking.municipality_id)
        .filter(
            rebooking=rebooking,
            answer=Offer.Answer.PLANNED,
            appointment__status=Appointment.Status.BOOKED,
            appointment__starts_at=F("instead_of"),
            instead_of__gt=now,
        )
        .order_by("pk")
    )


def of_unreceived(centre: Centre, *, now: datetime) -> QuerySet[Offer]:
    """The offers made because visits of a centre cannot be received at the times they still have.

    With those whom somebody has phoned about.
    """
    return Offer.objects.for_municipality(centre.municipality_id).filter(
        rebooking__isnull=False,
        answer__in=(*Offer.UNSETTLED, Offer.Answer.PHONED),
        appointment__centre=centre,
        appointment__status=Appointment.Status.BOOKED,
        appointment__starts_at=F("instead_of"),
        instead_of__gt=now,
    )


def to_be_offered(rebooking: Rebooking, *, now: datetime) -> QuerySet[Offer]:
    """Those left to whom nothing else is offered at the moment: nobody has two offers at once."""
    offers = Offer.objects.for_municipality(rebooking.municipality_id)
    others = offers.filter(appointment=OuterRef("appointment"), answer=Offer.Answer.OPEN)
    return left_of(rebooking, now=now).filter(~Exists(others))


def without_offer(visits: QuerySet[Appointment], *, municipality_id: int) -> QuerySet[Appointment]:
    """Those of the visits that no rebooking has taken up for the time they have.

    Who took another time, and came back to this one since, has none.
    """
    past = (Offer.Answer.RECALLED, Offer.Answer.ACCEPTED)
    offers = Offer.objects.for_municipality(municipality_id).exclude(answer__in=past)
    taken_up = offers.filter(appointment=OuterRef("pk"), instead_of=OuterRef("starts_at"))
    return visits.filter(~Exists(taken_up))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebooking has come: counts, and those somebody has to phone."""

    rebooking: Rebooking
    left: int
    open: int
    accepted: int
    phoned: int
    recalled: int
    to_phone: tuple[Offer, ...]


def rebookings_of(municipality: Municipality, centre: Centre) -> list[Rebooking]:
    """The rebookings of a centre, the newest first."""
    known = Rebooking.objects.for_municipality(municipality).filter(centre=centre)
    return list(known.order_by("-pk"))


def progress_of(municipality: Municipality, pk: int, *, now: datetime) -> Progress:
    """A rebooking and what came of its offers. Raises NotFound."""
    known = Rebooking.objects.for_municipality(municipality).select_related("centre")
    rebooking = known.filter(pk=pk).first()
    if rebooking is None:
        raise NotFound
    offers = list(
        Offer.objects.for_municipality(municipality)
        .filter(rebooking=rebooking)
        .select_related("appointment", "centre", "rebooking")
        .order_by("appointment__starts_at", "pk")
    )
    answers = [offer.answer for offer in offers]
    return Progress(
        rebooking=rebooking,
        left=left_of(rebooking, now=now).count(),
        open=answers.count(Offer.Answer.OPEN),
        accepted=answers.count(Offer.Answer.ACCEPTED),
        phoned=answers.count(Offer.Answer.PHONED),
        recalled=answers.count(Offer.Answer.RECALLED),
        to_phone=tuple(
            offer
            for offer in offers
            if offer.answer in Offer.TO_BE_PHONED and _is_unreceived(offer)
        ),
    )


def _is_unreceived(offer: Offer) -> bool:
    visit = offer.appointment
    return (
        visit is not None
        and visit.status == Appointment.Status.BOOKED
        and visit.starts_at == offer.instead_of
        and offer.answer in Offer.UNSETTLED
    )
