"""Numbers are linked while clerks witness for them, all at the same moment, on PostgreSQL.

Each act notes the server's clock while it holds its lock. In that order every witnessing that was
accepted must be legal, and nobody may wait for ever. On SQLite there is one writer at a time.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from borgerservice.people.models import Person
from borgerservice.people.services import link_persons
from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import execute, insert
from tests.servers import IS_FULL
from tests.witnesses.histories import on_day, plain_cases
from tests.witnesses.history_oracle import Figures, Oracle, Row

pytestmark = pytest.mark.only("postgresql")
ROUNDS = 2_000 if IS_FULL else 200
ROUNDS_OF_THE_CONTROL = 40
AT_ONCE = 6
NUMBERS = 4
MOST_ATTEMPTS = 20
FOLLOWED = """  SELECT coalesce(min(root_id), NEW.witness_id) INTO held
    FROM people_personlink WHERE person_id = NEW.witness_id;
"""
FOLLOWS = """    EXIT WHEN known.root = held;
    held := known.root;
"""
NOT_FOLLOWED, DOES_NOT_FOLLOW = (
    "  held := NEW.witness_id;\n",
    "    held := known.root;\n    EXIT;\n",
)


@dataclass(frozen=True)
class Act:
    """A witnessing of somebody on a day, or a link of two."""

    kind: str
    person: int
    other: int
    day: int = 0
    case: int = 0


class Rounds:
    """Acts at once, round by round, and what was wrong in the order in which they happened."""

    def __init__(self, seed: int, rounds: int) -> None:
        self.chance = random.Random(seed)
        world = build_world()
        clerk, lead = (build_staff(world.municipality) for _ in range(2))
        self.two = {"proposed_by_id": clerk.pk, "answered_by_id": lead.pk}
        self.municipality = world.municipality.pk
        self.cases = iter(plain_cases(rounds * (AT_ONCE + 3), world, clerk))
        self.counted: Counter[str] = Counter()
        self.barrier = Barrier(AT_ONCE)
        self.rounds = rounds

    def run(self) -> Counter[str]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _round in range(self.rounds):
                self._round(pool)
            list(pool.map(self._leave, range(AT_ONCE)))
        return self.counted

    def _round(self, pool: ThreadPoolExecutor) -> None:
        made = Person.objects.bulk_create(Person(created_at=NOW) for _ in range(NUMBERS + 9))
        people = [person.pk for person in made]
        numbers, applicants = people[:NUMBERS], iter(people[NUMBERS:])
        oracle = Oracle((Figures(-1000, "witnessings", 3, 120, 2),))
        if self.chance.random() < 0.5:
            pair = self.chance.sample(numbers, 2)
            self._approve(*pair)
            link_persons(*pair, now=NOW)
            oracle.link(*pair)
        for _row in range(3):
            act = self._witnessing(numbers, applicants)
            if oracle.may_witness(act.person, act.other, act.day):
                self._enter(act)
                oracle.rows.append(Row(act.person, act.other, act.day))
        acts = [
            self._witnessing(numbers, applicants)
            if self.chance.random() < 0.65
            else Act("link", *self.chance.sample(numbers, 2))
            for _place in range(AT_ONCE)
        ]
        for act in acts:
            if act.kind == "link":
                self._approve(act.person, act.other)
        self._judge(oracle, list(zip(pool.map(self._do, acts), acts, strict=True)))

    def _witnessing(self, numbers: list[int], applicants: object) -> Act:
        day = self.chance.choice((0, 0, 0, 100, 125))
        return Act("witness", self.chance.choice(numbers), next(applicants), day, next(self.cases))

    def _do(self, act: Act) -> object:
        """The server's time while the act held its lock; None where it was refused."""
        self.barrier.wait(60)
        for _attempt in range(MOST_ATTEMPTS):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    if act.kind == "link":
                        link_persons(act.person, act.other, now=NOW)
                    else:
                        self._enter(act)
                    cursor.execute("SELECT clock_timestamp()")
                    return cursor.fetchone()[0]
            except IntegrityError:
                if act.kind == "witness":
                    return None
            except DatabaseError as problem:
                self.counted[f"fault: {type(problem).__name__}"] += 1
                return None
        self.counted["fault: never linked"] += 1
        return None

    def _approve(self, one: int, other: int) -> None:
        insert(
            "witnesses_linkproposal",
            proposed_at=NOW,
            answered_at=NOW,
            is_approved=True,
            municipality_id=self.municipality,
            person_id=one,
            other_id=other,
            reason="register",
            **self.two,
        )

    def _enter(self, act: Act) -> None:
        day = on_day(act.day).isoformat()
        insert(
            "witnesses_witnessing",
            witness_id=act.person,
            applicant_id=act.other,
            on_date=day,
            municipality_id=self.municipality,
            proofing_id=act.case,
            rule_set="mitid-2022",
            recorded_at=NOW,
            recorded_on=day,
            late_reason="",
        )

    def _judge(self, oracle: Oracle, done: list[tuple[object, Act]]) -> None:
        for _moment, act in sorted((pair for pair in done if pair[0]), key=lambda pair: pair[0]):
            self.counted[act.kind] += 1
            if act.kind == "link":
                oracle.link(act.person, act.other)
                continue
            if not oracle.may_witness(act.person, act.other, act.day):
                self.counted["fault: one too many"] += 1
            oracle.rows.append(Row(act.person, act.other, act.day))
        for moment, act in done:
            if moment is None and act.kind == "witness":
                self.counted["refused"] += 1
                if oracle.may_witness(act.person, act.other, act.day):
                    self.counted["fault: one too few"] += 1

    def _leave(self, _thread: int) -> None:
        self.barrier.wait(60)  # so that each thread takes its turn
        connections.close_all()


def faults(counted: Counter[str]) -> dict[str, int]:
    return {what: count for what, count in counted.items() if what.startswith("fault")}


def test_no_fourth_witnessing_slips_in_while_numbers_are_linked_and_nobody_deadlocks(
    fresh_database,
):
    with fresh_database.opened():
        counted = Rounds(seed=7, rounds=ROUNDS).run()
    assert not faults(counted), counted
    assert min(counted["witness"], counted["refused"], counted["link"]) > ROUNDS / 2


def test_control_a_lock_that_does_not_follow_links_lets_a_fourth_in(fresh_database):
    guards = Path(apps.get_app_config("witnesses").path) / "guards" / "ledger.postgresql.sql"
    text = guards.read_text()
    begin = text.index("CREATE OR REPLACE FUNCTION witness_quota()")
    function = text[begin : text.index("CREATE TRIGGER witness_quota")]
    assert FOLLOWED in function
    assert FOLLOWS in function
    plain = function.replace(FOLLOWED, NOT_FOLLOWED).replace(FOLLOWS, DOES_NOT_FOLLOW)
    with fresh_database.opened(as_owner=True):
        execute(plain.replace("%", "%%"))
    with fresh_database.opened():
        counted = Rounds(seed=7, rounds=ROUNDS_OF_THE_CONTROL).run()
    assert counted["fault: one too many"] > 0
