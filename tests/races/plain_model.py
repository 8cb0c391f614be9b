"""A centre as anybody would write it down: who sits where, and which minutes are taken.

It knows no bits, no database and no clock change. It is slow, and easy to see through.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

DAY = 1440


@dataclass(frozen=True)
class Shut:
    """Days, both ends included, on each of which nobody is received between two minutes."""

    first: date
    last: date
    begins: int
    ends: int

    def touches(self, other: "Shut") -> bool:
        return (
            self.first <= other.last
            and other.first <= self.last
            and self.begins < other.ends
            and other.begins < self.ends
        )


@dataclass
class Visit:
    """Somebody who comes; `until` is when the desk is free again."""

    desk: int
    day: date
    begins: int
    ends: int
    until: int
    codes: Sequence[str]
    is_cancelled: bool = False

    def minutes(self) -> range:
        return range(self.begins, self.ends)


@dataclass(frozen=True)
class Kept:
    """A time at a desk that is kept for somebody until a moment."""

    desk: int
    day: date
    begins: int
    until: int
    codes: Sequence[str]
    expires: datetime


@dataclass
class PlainCentre:
    """One centre. `can` says what is done at a desk, `lengths` how long it takes, and then rests."""

    can: dict[int, set[str]]
    lengths: dict[str, tuple[int, int]]
    now: datetime
    lead: int
    horizon: int
    step: int
    hours: list[tuple[int, int, int]] = field(default_factory=list)
    closures: dict[int, Shut] = field(default_factory=dict)
    absences: dict[int, tuple[int, Shut]] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    visits: dict[str, Visit] = field(default_factory=dict)
    kept: dict[int, Kept] = field(default_factory=dict)

    def days(self) -> list[date]:
        return [self.now.date() + timedelta(n) for n in range(self.horizon + 1)]

    def open_minutes(self, desk: int, day: date) -> set[int]:
        if desk in self.empty:
            return set()
        minutes: set[int] = set()
        for weekday, opens, closes in self.hours:
            if weekday == day.weekday():
                minutes |= set(range(opens, closes))
        for shut in self._shut_at(desk):
            if shut.first <= day <= shut.last:
                minutes -= set(range(shut.begins, shut.ends))
        return minutes

    def _shut_at(self, desk: int) -> Iterator[Shut]:
        yield from self.closures.values()
        yield from (shut for place, shut in self.absences.values() if place == desk)

    def taken_minutes(self, desk: int, day: date, *, but: str = "") -> set[int]:
        taken: set[int] = set()
        for reference, visit in self.visits.items():
            if (visit.desk, visit.day) == (desk, day) and reference != but:
                taken |= set() if visit.is_cancelled else set(range(visit.begins, visit.until))
        for kept in self.kept.values():
            if (kept.desk, kept.day) == (desk, day) and kept.expires > self.now:
                taken |= set(range(kept.begins, kept.until))
        return taken

    def free_minutes(self, desk: int, day: date, *, but: str = "") -> set[int]:
        return self.open_minutes(desk, day) - self.taken_minutes(desk, day, but=but)

    def unfit_holds(self) -> set[int]:
        """The times still kept although their desk is shut then, or does not do it."""
        return {
            number
            for number, kept in self.kept.items()
            if kept.expires > self.now
            and not (
                set(range(kept.begins, kept.until)) <= self.open_minutes(kept.desk, kept.day)
                and set(kept.codes) <= self.can[kept.desk]
            )
        }

    def end_unfit_holds(self) -> None:
        """What is kept and does not fit now is kept no more."""
        for number in self.unfit_holds():
            self.kept[number] = replace(self.kept[number], expires=self.now)

    def length(self, codes: Sequence[str]) -> tuple[int, int]:
        """How long the visit takes, and with the rest after it."""
        minutes = sum(self.lengths[code][0] for code in codes)
        return minutes, minutes + max(self.lengths[code][1] for code in codes)

    def desks_free(
        self, codes: Sequence[str], day: date, begins: int, *, but: str = ""
    ) -> set[int]:
        needed = set(range(begins, begins + self.length(codes)[1]))
        return {
            desk
            for desk, can in self.can.items()
            if set(codes) <= can and needed <= self.free_minutes(desk, day, but=but)
        }

    def starts(self, codes: Sequence[str], day: date) -> tuple[int, ...]:
        """When a visit can begin on a day, if it is asked for now."""
        free = {d: self.free_minutes(d, day) for d, can in self.can.items() if set(codes) <= can}
        lasts = self.length(codes)[1]
        return tuple(
            begins
            for begins in range(0, DAY - lasts + 1, self.step)
            if not self.wrong_moment(day, begins)
            and any(set(range(begins, begins + lasts)) <= minutes for minutes in free.values())
        )

    def minutes_until(self, day: date, begins: int) -> int:
        now = self.now.hour * 60 + self.now.minute
        return (day - self.now.date()).days * DAY + begins - now

    def has_begun(self, visit: Visit) -> bool:
        return self.minutes_until(visit.day, visit.begins) <= 0

    def wrong_moment(self, day: date, begins: int) -> str:
        """Why nobody can book that, whoever is there; empty where one can."""
        ahead = self.minutes_until(day, begins)
        if ahead < 0:
            return "in_the_past"
        if ahead < self.lead:
            return "too_soon"
        if (day - self.now.date()).days > self.horizon:
            return "too_far_ahead"
        return "off_grid" if begins % self.step else ""

    def why_not(self, codes: Sequence[str], day: date, begins: int, *, but: str = "") -> str:
        """Why a visit is refused; empty where a desk takes it."""
        if wrong := self.wrong_moment(day, begins):
            return wrong
        needed = set(range(begins, begins + self.length(codes)[1]))
        if max(needed) >= DAY:
            return "closed"
        if self.desks_free(codes, day, begins, but=but):
            return ""
        staffed = self.can.keys() - self.empty
        able = [desk for desk in staffed if set(codes) <= self.can[desk]]
        if staffed and not able:
            return "service_not_offered"
        everywhere = all(not needed <= self.open_minutes(desk, day) for desk in able)
        return "closed" if everywhere else "slot_taken"

    def misfits(self) -> set[str]:
        """The visits still to come although their desk is shut then, or does not do it."""
        return {
            reference
            for reference, visit in self.visits.items()
            if not visit.is_cancelled
            and self.minutes_until(visit.day, visit.begins) >= 0
            and not (
                set(visit.minutes()) <= self.open_minutes(visit.desk, visit.day)
                and set(visit.codes) <= self.can[visit.desk]
            )
        }

    def reseat(self) -> None:
        """Who does not fit goes to the best desk that is free then, who booked first first."""
        misfits = self.misfits()
        for reference in [one for one in self.visits if one in misfits]:
            visit = self.visits[reference]
            free = self.desks_free(visit.codes, visit.day, visit.begins, but=reference)
            if free:
                best = min(sorted(free), key=lambda desk: self._unfitness(desk, visit))
                self.visits[reference] = replace(visit, desk=best)

    def _unfitness(self, desk: int, visit: Visit) -> tuple[int, int]:
        """How much more the desk could do, and how much time in a row would be broken into."""
        free = self.free_minutes(desk, visit.day)
        first, last = visit.begins, visit.until
        while first - 1 in free:
            first -= 1
        while last in free:
            last += 1
        return len(self.can[desk] - set(visit.codes)), last - first
