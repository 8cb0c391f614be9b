"""Another phone number or e-mail address for a visit, which only the desk can set."""

import secrets
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from appointments.exceptions import Refused
from appointments.models import Appointment, BookingDraft
from appointments.services.booking.conditions import check_contact
from appointments.services.booking.doubles import end_questions_about
from appointments.services.offering.offers import lock_offers, renew_links
from appointments.services.visits.notices import notice_of, subject_of, subject_of_former
from borgerservice.audit.events import Event
from borgerservice.audit.selectors import history_of
from borgerservice.audit.services import record
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import drop_unsent, new_contact, queue, unsaved_contact
from borgerservice.vault.links import derive_link, link_hash, new_salt
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import BrokenKey, OpenKey, open_data_key


def times_changed(appointment: Appointment) -> int:
    """How often the contact was changed: what a form shows to have seen."""
    entries = history_of(municipality=appointment.municipality, subject=subject_of(appointment))
    return sum(entry.event == Event.CONTACT_CHANGED for entry in entries)


def change_contact(
    *, appointment: Appointment, phone: str, email: str, seen: int, actor: str, now: datetime
) -> None:
    """Reach whoever booked elsewhere from now on, by a new link; the former contact is told.

    `seen` is `times_changed` when the form was opened. Raises Refused.
    """
    check_contact(
        phone=phone, email=email, language=appointment.language, origin=Appointment.Origin.DESK
    )
    with transaction.atomic():
        # Questions and offers before the visit, in the order of whoever answers one.
        end_questions_about(visit=appointment, actor=actor, now=now)
        offers = lock_offers(visit=appointment)
        visit = _locked(appointment)
        key = open_data_key(visit.contact.data_key)
        is_over = visit.status != Appointment.Status.BOOKED or visit.starts_at <= now
        if is_over or key is None or isinstance(key, BrokenKey):
            raise Refused("cannot_change_contact")
        if times_changed(visit) != seen:
            raise Refused("contact_changed_meanwhile")
        end_questions_about(visit=visit, actor=actor, now=now)  # asked since we looked
        former = _put_in_place(visit, key, phone=phone, email=email)
        visit.link_salt = new_salt(secrets.token_urlsafe(12))
        visit.link_hash = link_hash(derive_link("visit", visit.link_salt))
        visit.to_compare = True
        visit.save(update_fields=["link_salt", "link_hash", "to_compare"])
        # A draft leads to the visit it became: that way in belonged to the former contact.
        BookingDraft.objects.filter(appointment=visit).delete()
        record(
            Event.CONTACT_CHANGED,
            actor=actor,
            subject=subject_of(visit),
            municipality=visit.municipality_id,
            at=now,
        )
        renew_links(offers, visit=visit, now=now)
        _tell(visit, former, number=seen + 1, now=now)


def _put_in_place(visit: Appointment, key: OpenKey, *, phone: str, email: str) -> Contact:
    """Write the new contact where the visit's stands; what stood there, as one of its own.

    What cannot be read is left out of that, and told nothing.
    """
    contact = visit.contact
    phone_before, email_before = (
        read_sealed(key, sealed, place, of=Contact, pk=contact.pk) or ""
        for sealed, place in (
            (contact.phone_sealed, "contact.phone"),
            (contact.email_sealed, "contact.email"),
        )
    )
    former, _key = new_contact(
        municipality=visit.municipality, phone=phone_before, email=email_before
    )
    marks, _key = unsaved_contact(municipality_id=visit.municipality_id, phone=phone, email=email)
    contact.phone_sealed = key.seal(phone, "contact.phone") if phone else None
    contact.email_sealed = key.seal(email, "contact.email") if email else None
    contact.phone_mark, contact.email_mark = marks.phone_mark, marks.email_mark
    contact.mark_version = marks.mark_version
    contact.save()
    return former


def _tell(visit: Appointment, former: Contact, *, number: int, now: datetime) -> None:
    """Tell the former contact that it is no longer theirs, and the new one all about the visit."""
    drop_unsent(municipality=visit.municipality_id, subject=subject_of(visit))
    proves_identity = visit.participants.filter(service__proves_identity=True).exists()
    confirms = notice_of("booked", visit, contact=visit.contact, proves_identity=proves_identity)
    facts = {
        name: fact for name, fact in confirms.facts.items() if name not in ("link", "link_salt")
    }
    tells = replace(
        confirms,
        kind="contact_changed",
        subject=subject_of_former(visit),
        contact=former,
        facts=facts,
        once=f"contact_changed:{visit.reference}:{number}",
    )
    confirms = replace(confirms, once=f"booked:{visit.reference}:contact:{number}")
    queue([tells, confirms], now=now)


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.for_municipality(appointment.municipality_id)
        .select_for_update(of=("self",))
        .select_related("centre", "municipality", "contact__data_key")
        .get(pk=appointment.pk)
    )
