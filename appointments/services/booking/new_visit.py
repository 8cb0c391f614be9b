"""A visit made ready: every row of it, sealed and complete before anything is locked."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appointments.models import Appointment, IdempotencyRecord, Participant
from appointments.rules.reference import reference_from
from appointments.services.booking.plan import Plan
from appointments.services.booking.repeats import Request
from appointments.services.visits.notices import booked_notice
from borgerservice.audit.events import Event
from borgerservice.audit.services import unsaved_entry
from borgerservice.database.rows import new_row
from borgerservice.database.together import New
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import unsaved_contact, unsaved_messages
from borgerservice.vault.links import derive_link, link_hash, new_salt


@dataclass(frozen=True, slots=True)
class Wish:
    """When somebody wants to come where, for what, and who says so."""

    centre: Centre
    plan: Plan
    start: datetime
    origin: Appointment.Origin
    actor: str
    now: datetime
    language: str
    phone: str
    email: str
    needs: str = ""


@dataclass(slots=True)
class NewVisit:
    """The rows of a visit in the order they are written; only the desk is still open."""

    appointment: Appointment
    messages: list[Message]
    news: list[New]
    answer: IdempotencyRecord | None

    def at_desk(self, desk_id: int) -> list[New]:
        """The rows of the visit at that desk."""
        self.appointment.desk_id = desk_id
        return self.news

    def answered(self) -> IdempotencyRecord | None:
        """What the request that asked for it is answered with, once it is written."""
        if self.answer:
            self.answer.appointment = self.appointment
        return self.answer


def new_visit(
    wish: Wish,
    *,
    names: Sequence[str],
    protected: Sequence[bool],
    request: Request | None,
    uses: Sequence[New] = (),
) -> NewVisit:
    """Seal and number everything that will be written of a visit, and of what it `uses` up."""
    municipality_id = wish.centre.municipality_id
    contact, key = unsaved_contact(
        municipality_id=municipality_id, phone=wish.phone, email=wish.email
    )
    appointment = _appointment(wish)
    comers = [
        new_row(
            Participant,
            municipality_id=municipality_id,
            position=place,
            service_id=service.pk,
            name_sealed=key.seal(name, f"participant.name:{place}"),
            is_protected=is_protected,
        )
        for place, (name, service, is_protected) in enumerate(
            zip(names, wish.plan.services, protected, strict=True)
        )
    ]
    entry = unsaved_entry(
        Event.APPOINTMENT_BOOKED,
        actor=wish.actor,
        subject=f"appointment:{appointment.reference}",
        municipality=municipality_id,
        at=wish.now,
        facts={"origin": str(wish.origin)},
    )
    notice = booked_notice(appointment, contact=contact, services=wish.plan.services)
    messages = unsaved_messages(notice, now=wish.now)
    to_contact, to_visit = {"contact_id": "contact"}, {"appointment_id": "visit"}
    news = [
        New("data_key", key.row),
        New("contact", contact, {"data_key_id": "data_key"}),
        New("visit", appointment, to_contact),
        *(New(f"comer_{place}", comer, to_visit) for place, comer in enumerate(comers)),
        New("entry", entry),
        *(New(f"message_{place}", one, to_contact) for place, one in enumerate(messages)),
    ]
    answer = _answer(request, appointment, wish) if request else None
    if answer:
        news.append(New("answer", answer, to_visit))
    news += uses
    return NewVisit(appointment, messages, news, answer)


def _appointment(wish: Wish) -> Appointment:
    salt = new_salt(secrets.token_urlsafe(12))
    end = wish.start + timedelta(minutes=wish.plan.minutes)
    visit = new_row(
        Appointment,
        municipality_id=wish.centre.municipality_id,
        reference=reference_from(secrets.token_bytes(16)),
        starts_at=wish.start,
        ends_at=end,
        busy_until=end + timedelta(minutes=wish.plan.buffer),
        origin=wish.origin,
        language=wish.language,
        link_salt=salt,
        link_hash=link_hash(derive_link("visit", salt)),
        booked_by=wish.actor,
        created_at=wish.now,
        needs=wish.needs,
        to_compare=bool(wish.phone or wish.email) and wish.origin != Appointment.Origin.WALK_IN,
    )
    visit.centre = wish.centre
    return visit


def _answer(request: Request, appointment: Appointment, wish: Wish) -> IdempotencyRecord:
    return new_row(
        IdempotencyRecord,
        scope=request.scope,
        key=request.key,
        request_hash=request.body_hash,
        answer={
            "start": appointment.starts_at.isoformat(),
            "end": appointment.ends_at.isoformat(),
            "services": [service.code for service in wish.plan.services],
            "link_salt": appointment.link_salt,
        },
        created_at=wish.now,
    )
