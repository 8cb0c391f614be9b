"""Processes want the same times at once, to hold and to book: each time goes to exactly one.

Also where a hold is over at that very moment: whoever it was kept for, and whoever takes its place.
The controls take out the guard of the statement that takes, and the lock of the one that clears
away; then the same test sells a time twice.
"""

import json
import os
import sys
from collections import Counter
from datetime import datetime, timedelta

import pytest

from appointments.models import Appointment, Hold, ServiceType
from appointments.rules.local_time import instant, wall_clock
from appointments.services import plan_visit
from appointments.services.booking.holds import place_hold
from appointments.services.centres.desk_days import rebuild
from tests.builders import NOW, TODAY, build_service, build_visit, build_world
from tests.rig.databases import ROOT
from tests.rig.processes import Process
from tests.servers import IS_FULL

DAYS = range(1, 12 if IS_FULL else 3)
STARTS = [
    instant(TODAY + timedelta(days=day), minute)
    for day in DAYS
    if (TODAY + timedelta(days=day)).weekday() < 5
    for minute in range(9 * 60, 15 * 60, 30)
]
OVER = NOW + timedelta(minutes=10)
JUST_BEFORE = OVER - timedelta(microseconds=1)
SECONDS = 180


class Contest:
    """A centre with one desk, and processes that all want every time of some days."""

    def __init__(self, database, folder) -> None:
        self.database, self.folder, self.starts = database, folder, STARTS
        with database.opened():
            self.world = build_world()

    def hold_everything(self) -> None:
        """Keep every time for somebody, until `OVER`."""
        with self.database.opened():
            plan = plan_visit(centre=self.world.centre, codes=[self.world.service.code])
            for start in STARTS:
                place_hold(
                    centre=self.world.centre,
                    plan=plan,
                    start=start,
                    purpose=Hold.Purpose.CITIZEN,
                    expires_at=OVER,
                    now=NOW,
                )

    def wins(self, *acts: tuple[str, datetime], without: str = "") -> Counter[datetime]:
        """How many got each time, when all began at once."""
        wishes = [self._wish(number, *act, without) for number, act in enumerate(acts)]
        file = self.folder / "wishes.json"
        file.write_text(json.dumps(wishes))
        process = Process(
            [sys.executable, "-m", "tests.races.holders", file],
            log=self.folder / "log",
            env={**os.environ, **self.database.env},
            cwd=ROOT,
        )
        assert process.child.wait(SECONDS) == 0, process.log()
        told = json.loads(process.log().splitlines()[-1])
        return Counter(datetime.fromisoformat(start) for got in told for start in got)

    def differences(self) -> int:
        with self.database.opened():
            last = TODAY + timedelta(days=14)
            return rebuild(centre=self.world.centre, first=TODAY, last=last)

    def kept(self) -> Counter[datetime]:
        """What stands in the database at each time: visits, and holds that are not over."""
        with self.database.opened():
            visits = Appointment.unscoped.exclude(status="cancelled")
            holds = Hold.unscoped.filter(expires_at__gt=OVER)
            return Counter(visits.values_list("starts_at", flat=True)) + Counter(
                holds.values_list("starts_at", flat=True)
            )

    def book_every_other(self) -> None:
        """Book every other time; each of those visits could take the time after it as well."""
        with self.database.opened():
            longer = build_service("new_mitid_witness")
            self.world.centre.offers.create(service=longer, minutes=60)
            ServiceType.objects.filter(code="new_mitid").update(with_witness=longer)
            for start in STARTS[::2]:
                day, minute = wall_clock(start)
                build_visit(self.world, day=day, minute=minute)
        self.starts = STARTS[1::2]

    def _wish(self, number: int, act: str, now: datetime, without: str) -> dict[str, object]:
        return {
            "act": act,
            "centre": self.world.centre.key,
            "now": now.isoformat(),
            "without": without,
            "number": number,
            "starts": [start.isoformat() for start in self.starts],
        }


@pytest.fixture
def contest(fresh_database, tmp_path):
    return Contest(fresh_database, tmp_path)


EACH_ONCE = Counter(STARTS)


def test_a_time_is_held_or_booked_by_exactly_one(contest):
    got = contest.wins(*[("hold", NOW), ("book", NOW)] * 2)
    assert got == contest.kept() == EACH_ONCE
    assert contest.differences() == 0


def test_at_the_moment_a_hold_is_over_it_is_used_or_taken_over_by_exactly_one(contest):
    contest.hold_everything()
    acts = [("confirm", JUST_BEFORE), ("book", OVER), ("hold", OVER), ("confirm", OVER)]
    got = contest.wins(*acts)
    assert got == contest.kept() == EACH_ONCE
    assert contest.differences() == 0


def test_the_time_after_a_visit_is_held_or_grown_into_by_exactly_one(contest):
    contest.book_every_other()
    got = contest.wins(*[("grow", NOW), ("hold", NOW)])
    assert got == Counter(contest.starts)
    assert contest.differences() == 0


def test_with_the_guard_away_a_visit_grows_into_a_time_that_is_held(contest):
    contest.book_every_other()
    got = contest.wins(*[("grow", NOW), ("hold", NOW)], without="taking")
    assert max(got.values()) > 1


@pytest.mark.parametrize("without", ["taking", "removing"])
def test_with_a_guard_away_a_time_is_held_twice(contest, without):
    contest.hold_everything()
    got = contest.wins(*[("hold", OVER)] * 3, without=without)
    assert max(got.values()) > 1
    assert contest.kept() == got
