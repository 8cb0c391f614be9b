"""The waiting list: who asks for an earlier time, with a late visit or with none."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from appointments.exceptions import NotFound, Refused
from appointments.models import Appointment, Offer, WaitingEntry
from appointments.rules.needs import kept_needs
from appointments.rules.waiting import Wish
from appointments.services.booking.conditions import check_contact, cleaned_name
from appointments.services.booking.plan import Visitor, plan_visit
from appointments.services.offering.offers import withdraw_offers
from appointments.services.visits.notices import subject_of_wish, waiting_notice
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.services import drop_unsent, new_contact, queue
from borgerservice.vault.links import derive_link, link_hash, new_salt
from borgerservice.vault.services import open_data_key

PURPOSE = "waiting"
NAMES = "waiting.names"
Status = WaitingEntry.Status


def wait_for_earlier(
    *, appointment: Appointment, centres: Sequence[Centre], wish: Wish, now: datetime
) -> WaitingEntry:
    """Ask for an earlier time than the visit there is; a visit waits once, the last wish counts.

    The wish that stands already, sent again, keeps its place in the list. `centres` are of the
    visit's municipality. Raises Refused `cannot_wait`, `choose_a_centre`, `wish_ends_too_soon`,
    `wish_without_days`.
    """
    if appointment.status != Appointment.Status.BOOKED or appointment.starts_at <= now:
        raise Refused("cannot_wait")
    _check(wish, centres, appointment.municipality_id, now=now)
    comers = list(appointment.participants.select_related("service"))
    if len({comer.service_id for comer in comers}) != 1:
        raise Refused("cannot_wait")
    entry = _new_entry(appointment.municipality_id, wish, appointment.language, now=now)
    entry.appointment, entry.contact = appointment, appointment.contact
    entry.service, entry.people = comers[0].service, len(comers)
    try:
        with transaction.atomic():
            if standing := _standing(appointment, entry, centres):
                return standing
            _waiting(appointment).update(status=Status.LEFT)
            _save(entry, centres, now=now)
    except IntegrityError:  # asked for at this very moment, by a second tap or in another window
        if standing := _standing(appointment, entry, centres):
            return standing
        raise Refused("cannot_wait") from None
    return entry


def wait_for_any(
    *,
    centre: Centre,
    service: str,
    names: Sequence[str],
    phone: str,
    email: str,
    language: str,
    wish: Wish,
    now: datetime,
    needs: Sequence[str] = (),
    protected: Sequence[bool] = (),
    mark: str = "",
) -> WaitingEntry:
    """Ask for a time where there is none. The names are those who come, fixed from here on.

    `needs` are codes of `rules/needs.py`; `protected` says whose name is, in the order of the
    names. They are sent the link with which one leaves the list. Asked at the same moment under the
    same `mark`, it is the same wish; one asked before finds `wish_marked`. Raises Refused as a
    booking does, and as `wait_for_earlier`.
    """
    cleaned = [cleaned_name(name, place) for place, name in enumerate(names)]
    plan = plan_visit(centre=centre, codes=[service] * len(cleaned))
    check_contact(phone=phone, email=email, language=language, origin=Appointment.Origin.WEB)
    _check(wish, [centre], centre.municipality_id, now=now)
    entry = _new_entry(centre.municipality_id, wish, language, now=now, mark=mark)
    entry.service, entry.people = plan.services[0], len(cleaned)
    entry.needs = kept_needs(needs)
    try:
        with transaction.atomic():
            entry.contact, key = new_contact(
                municipality=centre.municipality, phone=phone, email=email
            )
            who_come = list(zip_longest(cleaned, protected, fillvalue=False))
            entry.names_sealed = key.seal(json.dumps(who_come), NAMES)
            _save(entry, [centre], now=now)
            queue([waiting_notice(entry, centre)], now=now)
    except IntegrityError:
        if same := wish_marked(mark):
            return same
        raise
    return entry


def wish_marked(mark: str) -> WaitingEntry | None:
    """What was asked for under a mark before, whether one still waits for it or not."""
    if not mark:
        return None
    link = derive_link(PURPOSE, new_salt(mark))
    return WaitingEntry.unscoped.filter(link_hash=link_hash(link)).first()  # the contact's own


def leave_waiting_list(*, link: str, now: datetime) -> WaitingEntry:
    """Wait no more, and give up what is offered for it. Left twice is the same as once.

    What is offered at that very moment, `expire_offers` finds. Raises NotFound.
    """
    with transaction.atomic():
        known = WaitingEntry.unscoped.filter(link_hash=link_hash(link))  # the contact's own link
        entry = known.first()
        if entry is None:
            raise NotFound
        offers = _locked_offers(entry)  # before the wish, as whoever answers one does it
        entry = known.select_for_update(no_key=True).get()
        if entry.status == Status.WAITING:
            entry.status = Status.LEFT
            entry.save(update_fields=["status"])
            _record(Event.WAITING_LEFT, entry, now=now)
            drop_unsent(municipality=entry.municipality_id, subject=subject_of_wish(entry))
            withdraw_offers(offers, now=now)
    return entry


def end_waiting(*, now: datetime) -> int:
    """End the wishes whose last day is over, or whose visit is; how many."""
    # Across municipalities: what is over is over everywhere.
    waiting = WaitingEntry.unscoped.filter(status=Status.WAITING)
    late = waiting.filter(last_day__lt=danish_date(now))
    without = waiting.filter(appointment__isnull=False).exclude(
        appointment__status=Appointment.Status.BOOKED, appointment__starts_at__gt=now
    )
    return late.update(status=Status.OVER) + without.update(status=Status.OVER)


def visitors_of(entry: WaitingEntry) -> list[Visitor]:
    """Those who come, for the booking alone. Empty once the contact is shredded."""
    key = open_data_key(entry.contact.data_key)
    if key is None or entry.names_sealed is None:
        return []
    # Who began to wait before protection was asked for has a name alone.
    told = [
        (one, False) if isinstance(one, str) else one
        for one in json.loads(key.open(entry.names_sealed, NAMES))
    ]
    return [Visitor(name, entry.service.code, is_protected) for name, is_protected in told]


def entry_link(entry: WaitingEntry) -> str:
    """The secret part of the address with which one leaves the list."""
    return derive_link(PURPOSE, entry.link_salt)


def _check(wish: Wish, centres: Sequence[Centre], municipality_id: int, *, now: datetime) -> None:
    if not centres or any(centre.municipality_id != municipality_id for centre in centres):
        raise Refused("choose_a_centre", field="centres")
    if wish.last_day < max(wish.first_day, danish_date(now)):
        raise Refused("wish_ends_too_soon", field="last_day")
    if not wish.weekdays or wish.to_minute <= wish.from_minute:
        raise Refused("wish_without_days", field="weekdays")


def _locked_offers(entry: WaitingEntry) -> list[Offer]:
    """What is offered for a wish now, or was for one that it took the place of."""
    same = {"appointment": entry.appointment_id} if entry.appointment_id else {"entry": entry}
    known = Offer.objects.for_municipality(entry.municipality_id).filter(**same)
    offered = known.filter(answer=Offer.Answer.OPEN, entry__isnull=False)
    return list(offered.select_for_update(of=("self",)).order_by("pk"))


def _waiting(appointment: Appointment) -> QuerySet[WaitingEntry]:
    known = WaitingEntry.objects.for_municipality(appointment.municipality_id)
    return known.filter(appointment=appointment, status=Status.WAITING)


def _standing(
    appointment: Appointment, entry: WaitingEntry, centres: Sequence[Centre]
) -> WaitingEntry | None:
    """The wish of the same visit that stands, where it asks for the same."""
    same = _waiting(appointment).filter(
        last_day=entry.last_day,
        from_minute=entry.from_minute,
        to_minute=entry.to_minute,
        weekdays=entry.weekdays,
        language=entry.language,
        first_day__lte=entry.first_day,
    )
    known = same.first()
    return known if known and set(known.centres.all()) == set(centres) else None


def _new_entry(
    municipality_id: int, wish: Wish, language: str, *, now: datetime, mark: str = ""
) -> WaitingEntry:
    salt = new_salt(mark or secrets.token_urlsafe(12))
    return WaitingEntry(
        municipality_id=municipality_id,
        first_day=wish.first_day,
        last_day=wish.last_day,
        from_minute=wish.from_minute,
        to_minute=wish.to_minute,
        weekdays=wish.weekdays,
        language=language,
        link_salt=salt,
        link_hash=link_hash(derive_link(PURPOSE, salt)),
        created_at=now,
    )


def _save(entry: WaitingEntry, centres: Sequence[Centre], *, now: datetime) -> None:
    entry.save(force_insert=True)
    entry.centres.set(centres)
    _record(Event.WAITING_JOINED, entry, now=now)


def _record(event: Event, entry: WaitingEntry, *, now: datetime) -> None:
    record(
        event,
        actor="citizen",
        subject=f"waiting:{entry.pk}",
        municipality=entry.municipality_id,
        at=now,
    )
