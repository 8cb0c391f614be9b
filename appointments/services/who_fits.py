"""Who of those that wait would take a place that comes free, first come first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from appointments.exceptions import Refused
from appointments.models import CentreService, Desk, DeskDay, Offer, WaitingEntry
from appointments.rules.availability import ticks_of
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import free_minutes_from, from_words
from appointments.rules.waiting import ANSWERED_WITHIN, Wish, answer_by
from appointments.services.capacity import WORDS
from appointments.services.given_back import Place
from appointments.services.plan import Plan, plan_visit, window_of

LOOKED_AT = 50
"""So many of those who would take a place are asked for at once, those who asked first."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Somebody who waits and would take a place, until when they may answer."""

    entry: WaitingEntry
    plan: Plan
    until: datetime


def who_fit(place: Place, *, now: datetime) -> Iterator[Fits]:
    """Those who wait for such a place and are offered nothing else now, first come first."""
    found_room = _find_room(place, now=now)
    if not found_room:
        return
    municipality = place.centre.municipality_id
    offers = Offer.objects.for_municipality(municipality)
    of_entry = offers.filter(entry=OuterRef("pk"))
    day, minute = wall_clock(place.starts_at)
    waiting = (
        WaitingEntry.objects.for_municipality(municipality)
        .filter(
            Q(appointment=None)
            | Q(appointment__status="booked", appointment__starts_at__gt=place.starts_at),
            found_room,
            status=WaitingEntry.Status.WAITING,
            centres=place.centre,
            first_day__lte=day,
            last_day__gte=day,
            from_minute__lte=minute,
        )
        .annotate(on_weekday=F("weekdays").bitand(1 << day.weekday()))
        .exclude(on_weekday=0)
        .filter(
            ~Exists(of_entry.filter(answer=Offer.Answer.OPEN)),
            ~Exists(of_entry.filter(centre=place.centre, starts_at=place.starts_at)),
            ~Exists(offers.filter(appointment=OuterRef("appointment"), answer=Offer.Answer.OPEN)),
        )
        .select_related("service", "contact", "appointment__centre")
        .order_by("created_at", "pk")[:LOOKED_AT]
    )
    for entry in waiting:
        if fits := _fits(entry, place, now=now):
            yield fits


def _find_room(place: Place, *, now: datetime) -> Q | None:
    """Which wishes find room from the place's start on, at its desk: by service and people.

    None where nobody could do anything with it.
    """
    caps = Desk.objects.filter(pk=place.desk_id, is_staffed=True).values_list("caps", flat=True)
    words = DeskDay.objects.filter(centre=place.centre, day=place.day, desk=place.desk_id)
    row = words.values_list(*WORDS).first()
    if row is None or not caps:
        return None
    _day, minute = wall_clock(place.starts_at)
    others = from_words(row) & ~ticks_of(place.starts_at, place.busy_until)
    room = free_minutes_from(others, minute)
    found = None
    for offer in CentreService.objects.filter(centre=place.centre).select_related("service"):
        people = (room - offer.buffer_minutes) // offer.minutes
        lead = timedelta(minutes=window_of(place.centre, [offer]).lead_minutes)
        latest = place.starts_at - lead
        until = answer_by(now=now, latest=latest, within=ANSWERED_WITHIN)
        if people > 0 and until and caps[0] >> offer.service.bit & 1:
            ends = F("people") * offer.minutes + minute
            these = Q(service=offer.service_id, people__lte=people, to_minute__gte=ends)
            found = found | these if found else these
    return found


def _fits(entry: WaitingEntry, place: Place, *, now: datetime) -> Fits | None:
    try:
        plan = plan_visit(centre=place.centre, codes=[entry.service.code] * entry.people)
    except Refused:  # the centre no longer offers the service
        return None
    day, minute = wall_clock(place.starts_at)
    lead = timedelta(minutes=plan.window.lead_minutes)
    until = answer_by(now=now, latest=place.starts_at - lead, within=ANSWERED_WITHIN)
    wish = Wish(entry.first_day, entry.last_day, entry.from_minute, entry.to_minute, entry.weekdays)
    is_wished = wish.takes(day=day, minute=minute, minutes=plan.minutes)
    return Fits(entry, plan, until) if until and is_wished else None
