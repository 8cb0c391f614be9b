"""A day on which a centre that is short of times opens new ones: who gets them.

Everybody books with the product's own functions, each minute of a Danish day by a clock of its own.
Desk-days open at moments drawn as the product draws them. The bots see every time in the minute in
which it opens and are always first. A person looks now and then.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from appointments.exceptions import Refused, TooMany
from appointments.models import Appointment, DeskDay
from appointments.rules.local_time import instant
from appointments.rules.opening_moment import some_moment_of
from appointments.rules.waiting import Wish
from appointments.selectors.bookable import bookable_times
from appointments.services import (
    cancel_appointment,
    plan_visit,
)
from appointments.services.booking.drafts import confirm_draft, fill_draft, read_draft, start_draft
from appointments.services.booking.limits import count_start
from appointments.services.offering.offers import offer_what_returns
from appointments.services.offering.waiting import wait_for_any
from borgerservice.municipalities.models import Centre
from tests.builders import TODAY, World, build_world

PLACES_A_DESK = 12
PAUSE, LOOKS = 20, 12
LONGEST_RETURN = 200
FIRST_LOOK, LAST_LOOK = 6 * 60, 23 * 60


@dataclass
class Somebody:
    """A phone number and the network it books from."""

    phone: str
    network: str
    is_bot: bool
    looks_at: set[int] = field(default_factory=set)
    has_place: bool = False


@dataclass
class Outcome:
    """Who has places at the end of the day."""

    bots: int
    people: int
    places: int
    bots_of_all: float

    @property
    def times_their_share(self) -> float:
        """The bots' part of the places, measured by their part of all who want one."""
        return self.bots / self.places / self.bots_of_all

    @property
    def given(self) -> float:
        """The part of the places that somebody has."""
        return (self.bots + self.people) / self.places


def a_day(*, bots: int, networks: int, people: int, desks: int, seed: int) -> Outcome:
    """Let bots and people go for the places of some desks, all of one new day."""
    chance = Random(seed)
    world = short_of_times(desks=desks, chance=chance)
    hunters = [
        Somebody(f"+4526{number:06}", f"101.0.{number % networks}.0/24", is_bot=True)
        for number in range(bots)
    ]
    everybody = [
        Somebody(
            f"+4527{number:06}",
            f"102.0.{chance.randrange(people)}.0/24",
            is_bot=False,
            looks_at=_looks(chance),
        )
        for number in range(people)
    ]
    chance.shuffle(hunters)
    blocked: set[str] = set()
    for minute in range(24 * 60):
        now = instant(TODAY, minute)
        free = _free(world, now)
        for bot in hunters if free else ():
            if not bot.has_place and bot.network not in blocked:
                try:
                    bot.has_place = _book(world, bot, free, now)
                except TooMany:
                    blocked.add(bot.network)
            if not free:
                break
        for person in everybody:
            if minute in person.looks_at and not person.has_place and (free := _free(world, now)):
                with suppress(TooMany):
                    person.has_place = _book(world, person, free, now)
    got = [one.is_bot for one in (*hunters, *everybody) if one.has_place]
    assert len(got) == Appointment.unscoped.filter(centre=world.centre).count()
    places = desks * PLACES_A_DESK
    return Outcome(sum(got), len(got) - sum(got), places, bots / (bots + people))


def short_of_times(*, desks: int, chance: Random) -> World:
    """A centre that gives out times sparingly, with one day to come, not opened yet."""
    world = build_world(desks=desks, today=TODAY + timedelta(days=14), days=0)
    switches = {"returns_slowly": True, "spreads_new_days": True}
    Centre.objects.filter(pk=world.centre.pk).update(**switches)
    world.centre.refresh_from_db()
    for row in DeskDay.objects.filter(centre=world.centre):
        row.opens_at = some_moment_of(TODAY, chance=chance)
        row.save(update_fields=["opens_at"])
    return world


def _looks(chance: Random) -> set[int]:
    first = chance.randrange(FIRST_LOOK, LAST_LOOK)
    return {first + PAUSE * nth for nth in range(LOOKS)}


def _free(world: World, now: datetime) -> list[datetime]:
    plan = plan_visit(centre=world.centre, codes=[world.service.code])
    day = TODAY + timedelta(days=14)
    found = bookable_times(
        centre=world.centre,
        minutes=plan.minutes + plan.buffer,
        caps=plan.caps,
        window=plan.window,
        first=day,
        last=day,
        now=now,
    )
    return [start for free in found for start in free.starts]


def _book(world: World, who: Somebody, free: list[datetime], now: datetime) -> bool:
    """Go all the way for one of the free times; a time that is gone is struck off."""
    for start in _some(free):
        count_start(network=who.network, centre=world.centre, now=now)
        try:
            token = start_draft(
                centre=world.centre, service=world.service.code, people=1, start=start, now=now
            )
        except Refused:
            free.remove(start)
            continue
        draft = read_draft(token=token, now=now)
        reach = {"phone": who.phone, "email": ""}
        fill_draft(draft=draft, names=["Amina Hassan"], protected=[False], **reach)
        confirm_draft(token=token, language="da", network=who.network, now=now)
        return True
    return False


def _ask_to_be_told(world: World, phone: str, now: datetime) -> None:
    day = TODAY + timedelta(days=14)
    wait_for_any(
        centre=world.centre,
        service=world.service.code,
        names=["Amina Hassan"],
        phone=phone,
        email="",
        language="da",
        wish=Wish(day, day, 0, 1440, 127),
        now=now,
    )


def _some(free: list[datetime]) -> Iterator[datetime]:
    while free:
        yield free[0]


def retaken(
    *, patience: int, waiting: int, seed: int, returns_slowly: bool = True, asks: float = 0.0
) -> bool:
    """Whether a reseller who gives a place back gets it again, for the buyer on the phone.

    It is the centre's only place. The reseller looks every minute, for so many minutes and always
    first; each of those who wait looks once in half an hour, and finding nothing some of them ask
    to be told, so large a part.
    """
    chance = Random(seed)
    minutes = {"opens": 10 * 60, "closes": 10 * 60 + 30}
    world = build_world(today=TODAY + timedelta(days=14), days=0, **minutes)
    world.centre.returns_slowly = returns_slowly
    world.centre.save(update_fields=["returns_slowly"])
    began = instant(TODAY, 9 * 60)
    sold = Somebody(f"+4526{seed:06}", f"101.1.{seed}.0/24", is_bot=True)
    assert _book(world, sold, _free(world, began), began)
    visit = Appointment.unscoped.get(centre=world.centre)
    cancel_appointment(appointment=visit, actor="citizen", now=began)
    looks = sorted(chance.randrange(30) for _ in range(waiting))
    asking = {look for look in looks if chance.random() < asks}
    for minute in range(LONGEST_RETURN):
        now = began + timedelta(minutes=minute)
        if minute in asking:
            _ask_to_be_told(world, f"+45{28_000_000 + 100 * seed + minute}", now)
        if offer_what_returns(now=now):
            return False
        buyer = Somebody(f"+4527{seed:06}", f"101.2.{seed}.0/24", is_bot=True)
        if minute < patience and _book(world, buyer, _free(world, now), now):
            return True
        if minute % 30 in looks and _free(world, now):
            return False
    return False
