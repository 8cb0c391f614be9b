"""What is told about a visit, and the facts the wording needs. Nothing personal is in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from appointments.models import Appointment, DoubleBooking, Offer, ServiceType, WaitingEntry
from appointments.rules.local_time import instant
from appointments.selectors.centres import address_of, stand_on
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import Notice, drop_unsent, queue

RECEIVED: Final = "received"
"""The kind of what tells that a visit can be received at its time after all."""


def booked_notice(
    appointment: Appointment, *, contact: Contact, services: Sequence[ServiceType]
) -> Notice:
    """Confirms a booking."""
    return _notice("booked", appointment, contact=contact, services=services)


def tell_moved(appointment: Appointment, *, services: Sequence[ServiceType], now: datetime) -> None:
    """Tell the new time, and nothing any more of the old."""
    _tell_instead("moved", appointment, services=services, now=now)


def tell_cancelled(
    appointment: Appointment, *, services: Sequence[ServiceType], now: datetime
) -> None:
    """Tell that the visit will not take place, and nothing else any more."""
    _tell_instead("cancelled", appointment, services=services, now=now)


def tell_place(visits: Sequence[Appointment], *, now: datetime) -> None:
    """Tell where the centre receives now those visits whose place has changed; the time stays."""
    for visit in visits:
        drop_unsent(municipality=visit.municipality_id, subject=subject_of(visit))
    told = [
        notice_of("place_changed", visit, contact=visit.contact, proves_identity=False)
        for visit in visits
        if visit.contact.phone_sealed or visit.contact.email_sealed
    ]
    again = f"{now:%Y%m%d%H%M%S}"
    queue([replace(notice, once=f"{notice.once}:{again}") for notice in told], now=now)


def double_notice(row: DoubleBooking, *, channels: tuple[Message.Channel, ...]) -> Notice:
    """Asks which of two visits is kept; it says of neither when or where it is, or for what.

    What it tells as its time is until when one can answer.
    """
    visit = row.second
    asks = notice_of("double", visit, contact=visit.contact, proves_identity=False)
    facts = {
        "starts_at": row.answer_by.isoformat(),
        "centre": "",
        "address": "",
        "link": "keep",
        "link_salt": row.link_salt,
    }
    return replace(
        asks,
        subject=subject_of_double(row),
        facts={**asks.facts, **facts},
        once=f"double:{row.pk}",
        channels=channels,
    )


def offer_notice(offer: Offer, contact: Contact, language: str) -> Notice:
    """Offers a time that is held: when, where, until when one can answer, and the link to do it."""
    if offer.centre is None or offer.starts_at is None:
        raise ValueError("an offer without a time")
    return Notice(
        kind="rebooked_offer" if offer.rebooking_id else "offer",
        subject=subject_of_offer(offer),
        facts={
            **_about(offer.centre, danish_date(offer.starts_at)),
            "starts_at": offer.starts_at.isoformat(),
            "until": offer.expires_at.isoformat(),
            "link": "offer",
            "link_salt": offer.link_salt,
        },
        once=f"offer:{offer.link_hash}:{offer.starts_at:%Y%m%d%H%M}:{offer.offered_at:%H%M%S}",
        contact=contact,
        language=language,
    )


def waiting_notice(entry: WaitingEntry, centre: Centre) -> Notice:
    """Tells somebody without a visit that they wait, and the link to leave the list.

    What it tells as its time is the end of the last day they wait for.
    """
    return Notice(
        kind="waiting",
        subject=subject_of_wish(entry),
        facts={
            "starts_at": instant(entry.last_day + timedelta(days=1), 0).isoformat(),
            "centre": centre.name,
            "phone": centre.phone,
            "link": "waiting",
            "link_salt": entry.link_salt,
        },
        once=f"waiting:{entry.pk}",
        contact=entry.contact,
        language=entry.language,
    )


def received_notices(visits: Sequence[tuple[Appointment, str]]) -> Iterator[Notice]:
    """Tell that visits can be received at their times after all, each with what is told of once."""
    tells = notices_of(
        RECEIVED, ((visit, visit.centre, visit.contact, False) for visit, _once in visits)
    )
    for (_visit, once), told in zip(visits, tells, strict=True):
        yield replace(told, once=f"{RECEIVED}:{once}")


def subject_of_offer(offer: Offer) -> str:
    """The mark under which the messages about an offer are found, whatever link they lead to."""
    return f"offer:{offer.pk}"


def subject_of_wish(entry: WaitingEntry) -> str:
    """The mark under which the messages about a wish are found."""
    return f"waiting:{entry.pk}"


def subject_of_double(row: DoubleBooking) -> str:
    """The mark under which the messages about two visits are found."""
    return f"double:{row.pk}"


def subject_of(appointment: Appointment) -> str:
    """The mark under which the messages about a visit are found."""
    return f"appointment:{appointment.reference}"


def subject_of_former(appointment: Appointment) -> str:
    """The mark under which messages to who was the contact of a visit are found.

    Its own, so that what is told of the visit next does not take them back.
    """
    return f"former:{appointment.reference}"


def notice_of(
    kind: str, appointment: Appointment, *, contact: Contact, proves_identity: bool
) -> Notice:
    """A notice about a visit as it stands now; a moved visit can be told of again.

    `link_salt` leads to the secret link at delivery.
    """
    about = _about(appointment.centre, danish_date(appointment.starts_at))
    return _telling(
        kind, appointment, about=about, contact=contact, proves_identity=proves_identity
    )


def notices_of(
    kind: str, visits: Iterable[tuple[Appointment, Centre, Contact, bool]]
) -> Iterator[Notice]:
    """The same about each of many, with whether it proves an identity.

    Where a centre stands on a day is found out once.
    """
    known: dict[tuple[int, date], dict[str, object]] = {}
    for visit, centre, contact, proves_identity in visits:
        place = centre.pk, danish_date(visit.starts_at)
        about = known.get(place)
        if about is None:
            about = known[place] = _about(centre, place[1])
        yield _telling(kind, visit, about=about, contact=contact, proves_identity=proves_identity)


def _telling(
    kind: str,
    appointment: Appointment,
    *,
    about: dict[str, object],
    contact: Contact,
    proves_identity: bool,
) -> Notice:
    return Notice(
        kind=kind,
        subject=subject_of(appointment),
        facts={
            "reference": appointment.reference,
            "starts_at": appointment.starts_at.isoformat(),
            "proves_identity": proves_identity,
            **about,
            "link": "visit",
            "link_salt": appointment.link_salt,
        },
        once=f"{kind}:{appointment.reference}:{appointment.moves}",
        contact=contact,
        language=appointment.language,
    )


def _tell_instead(
    kind: str, appointment: Appointment, *, services: Sequence[ServiceType], now: datetime
) -> None:
    drop_unsent(municipality=appointment.municipality_id, subject=subject_of(appointment))
    queue([_notice(kind, appointment, contact=appointment.contact, services=services)], now=now)


def _notice(
    kind: str, appointment: Appointment, *, contact: Contact, services: Sequence[ServiceType]
) -> Notice:
    return notice_of(
        kind,
        appointment,
        contact=contact,
        proves_identity=any(service.proves_identity for service in services),
    )


def _about(centre: Centre, day: date) -> dict[str, object]:
    """Where the centre stands on the day, and how to call it."""
    return {
        "centre": centre.name,
        "address": address_of(stand_on(centre, day=day)),
        "phone": centre.phone,
    }
