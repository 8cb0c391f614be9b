"""Sixteen clerks in three municipalities, many witnesses, and many more cases than they may witness.

Every decision goes through HTTP to gunicorn with two workers. The witnesses' pasts differ: some may
witness three times more, some twice or once. Exactly that many are accepted, every other case is
refused with the limit as its ground, and no span of any witness holds a fourth: counted here from
the bare rows. Then the layers are taken away, each alone, and all of them. There the workers pause
between looking and writing, so that two decisions on one witness overlap as a rule, not by chance.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from borgerservice.kernel import clock
from borgerservice.people.models import Person
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.races.clients import FORM, ask_politely
from tests.races.many_cases import Template
from tests.races.test_last_witnessing import (
    DROP_THE_GUARD,
    MUNICIPALITIES,
    TOKEN,
    UNLOCKED,
    WORKERS,
)
from tests.races.unguarded_witness import READY
from tests.rig.services import Server
from tests.servers import IS_FULL, Rig
from tests.witnesses.cases import build_office
from witnesses.models import IdentityProofing

SEED = 20261122
CLERKS = 16
ALL = (500, 40) if IS_FULL else (12, 16)
A_LAYER_AWAY = (100, 40)
NOTHING_LEFT = (50, 10)
"""How many witnesses, and how many cases of each."""
AT_MOST, DAYS = 3, 120
PASTS = ((), (), (DAYS + 1,), (DAYS,), (30, 90))
"""How many days ago a witness has witnessed before; the limit counts the 120th day, not the next."""
SLOWLY = {**UNLOCKED, "PAUSE_SECONDS": "0.05"}
MOST_SLOWLY = {**UNLOCKED, "PAUSE_SECONDS": "0.3"}
Queue = list[str]


class Crowd:
    """The witnesses, their pasts, and a queue of cases to decide before each clerk."""

    def __init__(self, server: Server, witnesses: int, cases_each: int) -> None:
        self.server = server
        self.cases = witnesses * cases_each
        self.today = clock.danish_date(clock.now())
        self.chance = random.Random(SEED)
        with server.database.opened():
            offices = [build_office(*place, day=self.today, desks=2) for place in MUNICIPALITIES]
            self.sessions = [
                self._sign_in(offices[clerk % len(offices)]) for clerk in range(CLERKS)
            ]
            templates = [Template(office, 1001 + n) for n, office in enumerate(offices)]
            now = offices[0].now
            people = Person.objects.bulk_create(Person(created_at=now) for _ in range(witnesses))
            self.legal = {}
            for number, who in enumerate(people):
                past = PASTS[number % len(PASTS)]
                days = [self.today - timedelta(days=days) for days in past]
                templates[number % len(templates)].witnessed(who, days)
                counted = sum(day >= self.today - timedelta(days=DAYS) for day in days)
                self.legal[who.pk] = AT_MOST - counted
            self.queues = self._cases(templates, people, cases_each)

    def _sign_in(self, office) -> str:
        return session_of(build_staff(office.world.municipality, now=office.now))

    def _cases(
        self, templates: list[Template], people: list[Person], cases_each: int
    ) -> list[Queue]:
        """All clerks come to a witness at about the same time, each with cases of their own."""
        wanted: list[list[Person]] = [[] for _ in range(CLERKS)]
        for few in _in_batches(people, 2):
            turns = [who for who in few for _ in range(cases_each)]
            self.chance.shuffle(turns)
            first = self.chance.randrange(CLERKS)
            for place, who in enumerate(turns):
                wanted[(first + place) % CLERKS].append(who)
        queues = []
        for clerk, witnesses in enumerate(wanted):
            template = templates[clerk % len(templates)]
            code = template.office.world.municipality.code
            queues.append(
                [
                    f"/admin/{code}/proofings/{case.reference}/decide/"
                    for case in template.copies(witnesses)
                ]
            )
        return queues

    def decide(self) -> Counter[int]:
        """Every clerk decides their cases, one after another; how often which answer was given."""
        with ThreadPoolExecutor(CLERKS) as pool:
            return sum(pool.map(self._work, self.sessions, self.queues), Counter())

    def _work(self, session: str, queue: Queue) -> Counter[int]:
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            **FORM,
        }
        answers: Counter[int] = Counter()
        for address in queue:
            answers[ask_politely(self.server.port, "POST", address, "", headers).status] += 1
        return answers

    def accepted(self) -> dict[int, int]:
        """How many of today's cases of each witness were accepted, by the bare rows."""
        days = self._days()
        return {who: days[who].count(self.today) for who in self.legal}

    def spans_over_the_limit(self) -> int:
        """How many spans, begun by any witnessing, hold more than the limit."""
        return sum(
            sum(first <= day <= first + timedelta(days=DAYS) for day in days) > AT_MOST
            for days in self._days().values()
            for first in days
        )

    def _days(self) -> dict[int, list[date]]:
        with self.server.database.opened() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT witness_id, on_date FROM witnesses_witnessing")
            found: dict[int, list[date]] = defaultdict(list)
            for who, day in cursor.fetchall():
                found[who].append(day if isinstance(day, date) else date.fromisoformat(day))
        return found

    def outcomes(self) -> Counter[tuple[str, tuple[str, ...]]]:
        """How the cases were decided, and every ground of those that were not confirmed."""
        with self.server.database.opened():
            decided = IdentityProofing.unscoped.filter(state="decided")
            rows = decided.values_list("outcome", "failed")
            return Counter((outcome, tuple(failed)) for outcome, failed in rows)

    def drop_the_guard(self) -> None:
        with (
            self.server.database.opened(as_owner=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(DROP_THE_GUARD[connection.vendor])

    def assert_exact(self, answers: Counter[int]) -> None:
        cases, legal = self.cases, sum(self.legal.values())
        assert answers == {302: cases}
        assert self.accepted() == self.legal
        assert self.spans_over_the_limit() == 0
        assert self.outcomes() == {
            ("confirmed", ()): legal,
            ("not_confirmed", ("applicant.proof", "witness.quota")): cases - legal,
        }


def _in_batches(people: list[Person], size: int) -> Iterator[list[Person]]:
    return (people[first : first + size] for first in range(0, len(people), size))


@pytest.fixture
def crowd(server: Server) -> Crowd:
    return Crowd(server, *ALL)


@contextmanager
def altered(rig: Rig, env: dict[str, str], size: tuple[int, int] = A_LAYER_AWAY) -> Iterator[Crowd]:
    with rig.fresh_database() as database, rig.serve(database, env=env) as server:
        server.process.wait_until(lambda: server.log().count(READY) == WORKERS)
        yield Crowd(server, *size)


def test_exactly_as_many_are_accepted_as_are_legal(crowd: Crowd) -> None:
    crowd.assert_exact(crowd.decide())


@pytest.mark.full
def test_the_guard_alone_holds(rig: Rig) -> None:
    with altered(rig, SLOWLY) as crowd:
        crowd.assert_exact(crowd.decide())


@pytest.mark.full
def test_lock_and_rule_alone_hold(rig: Rig) -> None:
    with altered(rig, {**SLOWLY, "KEEP_THE_LOCK": "1"}) as crowd:
        crowd.drop_the_guard()
        crowd.assert_exact(crowd.decide())


@pytest.mark.full
def test_with_lock_and_guard_away_it_leaks(rig: Rig) -> None:
    with altered(rig, MOST_SLOWLY, NOTHING_LEFT) as crowd:
        crowd.drop_the_guard()
        crowd.decide()
        accepted = crowd.accepted()
        over = sum(max(0, accepted[who] - legal) for who, legal in crowd.legal.items())
        assert over > crowd.cases // 1000
        assert crowd.spans_over_the_limit() > 0
