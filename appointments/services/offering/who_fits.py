"""Who of those that wait would take places that come free, first come first."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import In

from appointments.exceptions import Refused
from appointments.models import CentreService, DeskDay, Offer, WaitingEntry
from appointments.rules.availability import ticks_of
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import free_minutes_from, from_words, mask
from appointments.rules.waiting import ANSWERED_WITHIN, Wish, answer_by
from appointments.services.booking.capacity import WORDS
from appointments.services.booking.plan import Plan, plan_visit, window_of
from appointments.services.offering.given_back import Place

Who = tuple[int, str]
"""What somebody waits for, and the mark of their phone or address."""
LOOKED_AT = 50
"""So many of those who would take a place are asked for at once, those who asked first."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Somebody who waits and would take a place, until when they may answer."""

    entry: WaitingEntry
    plan: Plan
    until: datetime

    @property
    def minutes(self) -> int:
        """How long they take a desk."""
        return self.plan.minutes + self.plan.buffer


@dataclass(slots=True)
class _Day:
    """A desk on a day: what it can do, what others have there, and what is still to come free."""

    caps: int
    others: int
    held: int = 0

    def room_from(self, minute: int) -> int:
        return free_minutes_from(self.others | self.held, minute)


class Waiting:
    """Those who wait for places of a centre and are offered nothing else now, first come first.

    Read once, however many the places are, whose desk-days are locked. They come free one by one.
    """

    def __init__(self, places: Sequence[Place], *, now: datetime) -> None:
        self._now, self._centre, self._places = now, places[0].centre, places
        self._days = self._read_days()
        services = CentreService.objects.filter(centre=self._centre).select_related("service")
        self._services = {one.service_id: one for one in services} if self._days else {}
        find_room = self._find_room()
        self._entries = list(self._who_wait(find_room)) if find_room else []
        self._were_offered = self._read_former() if len(places) > 1 else set()
        self._plans: dict[tuple[str, int], Plan | None] = {}
        for place in places:
            if day := self._days.get((place.desk_id, place.day)):
                day.held |= ticks_of(place.starts_at, place.busy_until)

    def who_fit(self, place: Place) -> Iterator[Fits]:
        """Those who would take the place, which comes free; nobody twice."""
        day = self._days.get((place.desk_id, place.day))
        if day is None:
            return
        day.held &= ~ticks_of(place.starts_at, place.busy_until)
        met: set[Who] = set()
        for entry in self._entries:
            if met.isdisjoint(_who(entry)) and (fits := self._fits(entry, place, day)):
                met |= _who(entry)
                yield fits

    def is_offered(self, fits: Fits, place: Place) -> None:
        """Somebody is offered the place, so they are offered no other."""
        _day, minute = wall_clock(place.starts_at)
        self._days[place.desk_id, place.day].others |= mask(minute, fits.minutes)
        offered = _who(fits.entry)
        self._entries = [
            one for one in self._entries if one != fits.entry and offered.isdisjoint(_who(one))
        ]

    def _read_days(self) -> dict[tuple[int, date], _Day]:
        """The desk-days of the places as others leave them, where somebody sits there."""
        own: dict[tuple[int, date], int] = defaultdict(int)
        for place in self._places:
            own[place.desk_id, place.day] |= ticks_of(place.starts_at, place.busy_until)
        rows = DeskDay.objects.filter(
            centre=self._centre,
            day__in={day for _desk_id, day in own},
            desk__in={desk_id for desk_id, _day in own},
            desk__is_staffed=True,
        )
        return {
            (desk_id, day): _Day(caps, from_words(tuple(words)) & ~own[desk_id, day])
            for desk_id, day, caps, *words in rows.values_list("desk", "day", "desk__caps", *WORDS)
            if (desk_id, day) in own
        }

    def _find_room(self) -> Q | None:
        """Which wishes find room from the start of a place on, by service and people.

        None where nobody could do anything with any. For several places it may be too many.
        """
        found = None
        for one in self._services.values():
            rooms = []
            for place in self._places:
                day = self._days.get((place.desk_id, place.day))
                if day and day.caps >> one.service.bit & 1 and self._until(one, place):
                    _day, minute = wall_clock(place.starts_at)
                    people = (day.room_from(minute) - one.buffer_minutes) // one.minutes
                    rooms += [(people, minute)] if people > 0 else []
            if rooms:
                ends = F("people") * one.minutes + min(minute for _people, minute in rooms)
                most = max(people for people, _minute in rooms)
                these = Q(service=one.service_id, people__lte=most, to_minute__gte=ends)
                found = found | these if found else these
        return found

    def _who_wait(self, find_room: Q) -> QuerySet[WaitingEntry]:
        """For one place exactly those who would take it; for several perhaps a few more."""
        municipality, places = self._centre.municipality_id, self._places
        offers = Offer.objects.for_municipality(municipality)
        first = min(place.starts_at for place in places)
        weekdays = reduce(or_, (1 << place.day.weekday() for place in places))
        waiting = (
            WaitingEntry.objects.for_municipality(municipality)
            .filter(
                Q(appointment=None)
                | Q(appointment__status="booked", appointment__starts_at__gt=first),
                find_room,
                status=WaitingEntry.Status.WAITING,
                centres=self._centre,
                first_day__lte=max(place.day for place in places),
                last_day__gte=min(place.day for place in places),
                from_minute__lte=max(wall_clock(place.starts_at)[1] for place in places),
            )
            .annotate(on_weekday=F("weekdays").bitand(weekdays))
            .exclude(on_weekday=0)
            .filter(
                *(_is_offered_nothing(offers, mark) for mark in ("phone_mark", "email_mark")),
                ~Exists(
                    offers.filter(appointment=OuterRef("appointment"), answer=Offer.Answer.OPEN)
                ),
            )
        )
        if len(places) == 1:
            of_entry = offers.filter(entry=OuterRef("pk"))
            waiting = waiting.filter(~Exists(of_entry.filter(centre=self._centre, starts_at=first)))
        related = waiting.select_related("service", "contact", "appointment__centre")
        return related.order_by("created_at", "pk")[: LOOKED_AT * len(places)]

    def _read_former(self) -> set[tuple[int | None, datetime | None]]:
        """Who was offered which of the times before."""
        if not self._entries:
            return set()
        offers = Offer.objects.for_municipality(self._centre.municipality_id).filter(
            centre=self._centre,
            entry__in=self._entries,
            starts_at__in={place.starts_at for place in self._places},
        )
        return set(offers.values_list("entry_id", "starts_at"))

    def _fits(self, entry: WaitingEntry, place: Place, free: _Day) -> Fits | None:
        day, minute = wall_clock(place.starts_at)
        one, visit = self._services[entry.service_id], entry.appointment
        minutes, until = entry.people * one.minutes, self._until(one, place)
        wish = Wish(
            entry.first_day, entry.last_day, entry.from_minute, entry.to_minute, entry.weekdays
        )
        if (
            until is None
            or not free.caps >> one.service.bit & 1
            or minutes + one.buffer_minutes > free.room_from(minute)
            or (visit and visit.starts_at <= place.starts_at)
            or (entry.pk, place.starts_at) in self._were_offered
            or not wish.takes(day=day, minute=minute, minutes=minutes)
        ):
            return None
        plan = self._plan(entry)
        return Fits(entry, plan, until) if plan else None

    def _until(self, one: CentreService, place: Place) -> datetime | None:
        lead = timedelta(minutes=window_of(self._centre, [one]).lead_minutes)
        return answer_by(now=self._now, latest=place.starts_at - lead, within=ANSWERED_WITHIN)

    def _plan(self, entry: WaitingEntry) -> Plan | None:
        wanted = entry.service.code, entry.people
        if wanted not in self._plans:
            try:
                codes = [entry.service.code] * entry.people
                self._plans[wanted] = plan_visit(centre=self._centre, codes=codes)
            except Refused:  # more than may come together
                self._plans[wanted] = None
        return self._plans[wanted]


def _is_offered_nothing(offers: QuerySet[Offer], mark: str) -> Q:
    """Nobody with the phone or the address of a wish is offered a time for the same service now.

    Those who are offered one are read once, not for each who waits.
    """
    open_now = offers.filter(answer=Offer.Answer.OPEN, entry__isnull=False)
    known = open_now.exclude(**{f"entry__contact__{mark}": ""})
    whose = known.values_list(_for_whom("entry__", mark), flat=True)
    return ~Q(In(_for_whom("", mark), whose))


def _for_whom(where: str, mark: str) -> Concat:
    """What is waited for, and the mark of the phone or address."""
    service = Cast(f"{where}service_id", CharField())
    return Concat(service, Value(" "), F(f"{where}contact__{mark}"))


def _who(entry: WaitingEntry) -> set[Who]:
    marks = (entry.contact.phone_mark, entry.contact.email_mark)
    return {(entry.service_id, mark) for mark in marks if mark}
