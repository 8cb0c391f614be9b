"""Where in the country the earliest time is, and whether one is still free: for page and API."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from appointments.exceptions import Refused
from appointments.rules.availability import free_starts
from appointments.rules.distance import Place, kilometres
from appointments.rules.local_time import instant, wall_clock
from appointments.rules.ticks import MINUTES_PER_DAY, first_start, from_minute_on
from appointments.selectors import national
from appointments.selectors.national import (
    CentreOffer,
    OpenDay,
    Origin,
    Question,
)
from appointments.services.booking.capacity import free_desk, wanted
from appointments.services.booking.conditions import check_time
from appointments.services.booking.plan import LARGEST_PARTY, Plan
from appointments.services.centres.room import NoRoom, no_room_left
from borgerservice.municipalities.models import Centre

EVENING_MINUTE: Final = 16 * 60
_POSTAL_CODE: Final = re.compile(r"[0-9]{4}", re.ASCII)
_FIRST_CODE, _LAST_CODE = 800, 9999


@dataclass(frozen=True, slots=True, eq=False)
class EarliestTime:
    """A centre's earliest time, and where one goes: on that day, for a mobile centre.

    `distance_km` is as the crow flies; None where we do not know both ends. What is found again
    is the same object.
    """

    centre: CentreOffer
    start: datetime
    minutes: int
    stand: national.Stand
    distance_km: float | None

    @property
    def whole_km(self) -> int | None:
        """The distance as it is told: at least one, as no postal code is a point."""
        return None if self.distance_km is None else max(1, round(self.distance_km))

    @property
    def end(self) -> datetime:
        """When the visit is over."""
        return self.start + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Found:
    """The earliest time of each centre that has one, and where distances are counted from.

    `is_about`: the code asked for is not in our table; its neighbour by number stands in.
    """

    times: list[EarliestTime]
    origin: Origin | None
    is_about: bool


def earliest_times(
    *,
    service: str,
    now: datetime,
    people: int = 1,
    near: str = "",
    region: str = "",
    evening: bool = False,
    step_free: bool = False,
    limit: int | None = None,
) -> Found:
    """The earliest time a citizen can book at each centre, soonest first, then nearest.

    One statement as a rule; where days thought to have room have none, one more finds the next,
    and one says so to the readers after. Raises Refused `too_many_participants`,
    `no_participants`, `no_such_postal_code`; NotFound `service_not_found`, `region_not_found`.
    """
    if not 1 <= people <= LARGEST_PARTY:
        code = "too_many_participants" if people > LARGEST_PARTY else "no_participants"
        raise Refused(code, field="people", params={"limit": LARGEST_PARTY})
    near = near.strip()
    today, _minute = wall_clock(now)
    question = Question(
        service=service,
        now=now,
        today=today,
        near=postal_number(near) if near else 0,
        region=region,
        evening=evening,
        step_free=step_free,
    )
    answer = national.soonest_days(question)
    search = _Search(question, people)
    for days in answer.centres:
        search.look_at(days)
    if search.without:
        after = min(search.without.values())
        for days in national.later_days(question, list(search.without), after=after):
            search.look_at(days)
    no_room_left(bit=search.bit, found=list(search.full.values()))
    origin = answer.origin.place if answer.origin else None
    times = [_told(day, free, people, origin) for day, free in search.times]
    times.sort(key=_soonest_then_nearest)
    is_about = answer.origin is not None and answer.origin.code != near
    return Found(times[:limit], answer.origin, is_about)


def is_still_free(*, centre: Centre, plan: Plan, start: datetime, now: datetime) -> bool:
    """Whether a citizen could book that time now. One statement, and nothing is kept.

    Raises Refused for a time at which nobody could, free or not.
    """
    check_time(centre=centre, plan=plan, start=start, now=now)
    return free_desk(wanted(centre=centre, plan=plan, start=start, now=now)) is not None


def postal_number(postal_code: str) -> int:
    """A postal code as a number. Raises Refused for what no Danish postal code can be."""
    number = int(postal_code) if _POSTAL_CODE.fullmatch(postal_code) else 0
    if not _FIRST_CODE <= number <= _LAST_CODE:
        raise Refused("no_such_postal_code", field="near")
    return number


class _Search:
    """What has been found so far: times, centres without one, and days that turned out full."""

    def __init__(self, question: Question, people: int) -> None:
        self.question = question
        self.people = people
        self.times: list[tuple[OpenDay, int]] = []
        self.without: dict[int, date] = {}
        self.full: dict[int, NoRoom] = {}
        self.bit = 0
        self._first: dict[int, tuple[date, int]] = {}

    def look_at(self, days: Sequence[OpenDay]) -> None:
        """Find the first start among a centre's days; or note the last day without one."""
        offer = days[0].offer
        self.bit = offer.bit
        seen = self.without.pop(offer.pk, date.min)
        for day in days:
            if day.day <= seen:
                continue
            if free := self._free_on(day):
                self.times.append((day, free))
                return
            seen = day.day
        self.without[offer.pk] = seen

    def _free_on(self, day: OpenDay) -> int:
        """The starts of a day that can be booked now; what is full is noted, for one person."""
        ever = _free_starts(day, self.people)
        free = self._from(ever, day.day, day.offer.lead_minutes)
        is_known = free or self.people > 1 or day.desks.may_still_open
        if not is_known and not self._from(ever, day.day, 0):
            self.full[day.summary] = NoRoom(day.summary, day.changes)
        return from_minute_on(free, EVENING_MINUTE) if self.question.evening else free

    def _from(self, free: int, day: date, lead_minutes: int) -> int:
        """The starts at least so many minutes away."""
        if lead_minutes not in self._first:
            soonest = self.question.now + timedelta(minutes=lead_minutes, seconds=59)
            self._first[lead_minutes] = wall_clock(soonest)
        first_day, first_minute = self._first[lead_minutes]
        if day < first_day:
            return 0
        return free if day > first_day else from_minute_on(free, first_minute)


@lru_cache(maxsize=8192)
def _free_starts(day: OpenDay, people: int) -> int:
    """The free starts of a day; where no row has changed since they were found, the same."""
    offer = day.offer
    length = offer.minutes * people + offer.buffer_minutes
    if length > MINUTES_PER_DAY:
        return 0
    found = free_starts(
        day.desks.rows, minutes=length, needed_caps=1 << offer.bit, step=offer.step_minutes
    )
    return found[0].bits if found else 0


@lru_cache(maxsize=8192)
def _told(day: OpenDay, free: int, people: int, origin: Place | None) -> EarliestTime:
    place = day.stand.place
    return EarliestTime(
        centre=day.offer,
        start=_start(day.day, first_start(free)),
        minutes=day.offer.minutes * people,
        stand=day.stand,
        distance_km=kilometres(origin, place) if origin and place else None,
    )


@lru_cache(maxsize=4096)
def _start(day: date, minute: int) -> datetime:
    """The moment of a local time; many centres share one."""
    return instant(day, minute)


def _soonest_then_nearest(found: EarliestTime) -> tuple[datetime, float, str]:
    distance = math.inf if found.distance_km is None else found.distance_km
    return found.start, distance, found.centre.key
