"""The visit behind a citizen's secret link, as they see it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery

from appointments.exceptions import NotFound
from appointments.models import Appointment, Offer, Participant, ServiceType
from appointments.rules.lifecycle import Act, AppointmentState, may
from appointments.selectors.waiting import unreceived
from borgerservice.vault.links import link_hash


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as its citizen sees it; `lacks_witness`: the one they asked cannot be counted on.

    `is_unreceived`: the centre cannot receive them then; `is_planned`: another time is being looked
    for; `offer` is the salt of the link to it, as long as it is held.
    """

    appointment: Appointment
    services: tuple[ServiceType, ...]
    people: int
    told_of_papers: Participant | None
    lacks_witness: bool
    is_unreceived: bool
    is_planned: bool
    offer: str
    is_over: bool
    can_change: bool

    @property
    def has_others_alike(self) -> bool:
        """Whether somebody comes for the same as who told us of their papers."""
        told = self.told_of_papers
        return told is not None and self.services.count(told.service) > 1


def visit_by_link(link: str, *, now: datetime) -> Visit:
    """The visit a citizen's secret link opens; names and numbers stay sealed. One statement.

    Raises NotFound. The link is the citizen's own, whichever municipality the centre is in.
    """
    instead = unreceived(
        Offer.unscoped.all(), visit="appointment", starts_at="appointment__starts_at"
    )
    held = instead.filter(answer=Offer.Answer.OPEN, expires_at__gt=now)
    comers = list(
        Participant.unscoped.select_related(
            "appointment__centre__municipality", "appointment__contact__data_key", "service"
        )
        .filter(appointment__link_hash=link_hash(link))
        .annotate(
            instead=Subquery(instead.values("answer")[:1]),
            offered=Subquery(held.values("link_salt")[:1]),
        )
        .order_by("position")
    )
    if not comers:
        raise NotFound
    appointment = comers[0].appointment
    state = AppointmentState(appointment.status)
    has_begun = appointment.starts_at <= now
    return Visit(
        appointment=appointment,
        services=tuple(comer.service for comer in comers),
        people=len(comers),
        told_of_papers=next((comer for comer in comers if comer.guide_verdict), None),
        lacks_witness=any(
            comer.witness_state == Participant.WitnessState.UNSURE for comer in comers
        ),
        is_unreceived=state is AppointmentState.BOOKED and comers[0].instead is not None,
        is_planned=comers[0].instead == Offer.Answer.PLANNED,
        offer=comers[0].offered or "",
        is_over=appointment.ends_at <= now or state is AppointmentState.COMPLETED,
        can_change=may(Act.MOVE, state) and may(Act.CANCEL, state) and not has_begun,
    )
