"""Sixteen clerks decide at once on one witness who has one witnessing left: one is accepted.

Every clerk is a connection of its own to gunicorn with two workers, in one of three municipalities.
The controls take the layers away: lock or guard alone holds, and with both away the same race leaks.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from threading import Barrier

import pytest

from borgerservice.kernel import clock
from tests.appointments.desk import session_of
from tests.builders import build_staff
from tests.races.clients import FORM, ask_politely
from tests.races.unguarded_witness import READY
from tests.rig.services import Server
from tests.servers import Rig
from tests.witnesses.cases import build_office, witness
from witnesses.models import IdentityProofing, Witnessing

CLERKS = 16
OK = 200
WORKERS = 2
MUNICIPALITIES = (("0657", "Herning"), ("0101", "København"), ("0461", "Odense"))
UNLOCKED = {"GUNICORN_CMD_ARGS": "--config=tests/races/unguarded_witness.py"}
DROP_THE_GUARD = {
    "postgresql": "DROP TRIGGER witness_quota ON witnesses_witnessing",
    "sqlite": "DROP TRIGGER witness_quota",
}
TOKEN = "a" * 32
SEEN = witness(1, mitid_since=date(2022, 1, 1))


@dataclass
class Press:
    """A clerk with a finger on the button: the session, and the address of the decision."""

    session: str
    address: str


class Rush:
    """A witness with one witnessing left, and a case of theirs before each of many clerks."""

    def __init__(self, server: Server) -> None:
        self.server = server
        today = clock.danish_date(clock.now())
        with server.database.opened():
            offices = [
                build_office(code, name, day=today, desks=8) for code, name in MUNICIPALITIES
            ]
            for applicant in (101, 102):
                offices[0].decided(SEEN, applicant=applicant)
            self.presses = []
            for number in range(CLERKS):
                office = offices[number % len(offices)]
                case = office.with_witness(SEEN, applicant=200 + number)
                self.presses.append(
                    Press(
                        session=session_of(build_staff(office.world.municipality, now=office.now)),
                        address=f"/admin/{office.world.municipality.code}"
                        f"/proofings/{case.reference}/decide/",
                    )
                )

    def press(self) -> Counter[int]:
        """All have the case before them, then decide at the same moment; who got which answer."""
        barrier = Barrier(CLERKS)

        def one(press: Press) -> int:
            seen = self._ask("GET", press, press.address.removesuffix("decide/"))
            barrier.wait(60)
            return self._ask("POST", press, press.address) if seen == OK else seen

        with ThreadPoolExecutor(CLERKS) as pool:
            return Counter(pool.map(one, self.presses))

    def _ask(self, method: str, press: Press, address: str) -> int:
        headers = {
            "Cookie": f"sessionid={press.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            **FORM,
        }
        return ask_politely(self.server.port, method, address, "", headers).status

    def drop_the_guard(self) -> None:
        with (
            self.server.database.opened(as_owner=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(DROP_THE_GUARD[connection.vendor])

    def outcomes(self) -> Counter[tuple[str, bool]]:
        """How the cases before the clerks came out: the outcome, and whether the limit was why."""
        with self.server.database.opened():
            cases = IdentityProofing.unscoped.order_by("id")[2:]
            return Counter((case.outcome, "witness.quota" in case.failed) for case in cases)

    def witnessings(self) -> int:
        with self.server.database.opened():
            return Witnessing.unscoped.count()


ONE_ACCEPTED = {("confirmed", False): 1, ("not_confirmed", True): CLERKS - 1}


@pytest.fixture
def rush(server: Server) -> Rush:
    return Rush(server)


@pytest.fixture
def slow(rig: Rig) -> Iterator[Rush]:
    """Every worker looks, waits, and then writes; the lock is there."""
    with altered(rig, {**UNLOCKED, "KEEP_THE_LOCK": "1"}) as rush:
        yield rush


@pytest.fixture
def unlocked(rig: Rig) -> Iterator[Rush]:
    """Every worker looks, waits, and then writes, without the lock."""
    with altered(rig, UNLOCKED) as rush:
        yield rush


@contextmanager
def altered(rig: Rig, env: dict[str, str]) -> Iterator[Rush]:
    with rig.fresh_database() as database, rig.serve(database, env=env) as server:
        server.process.wait_until(lambda: server.log().count(READY) == WORKERS)
        yield Rush(server)


def test_of_sixteen_clerks_at_once_exactly_one_has_the_last_witnessing_accepted(
    rush: Rush,
) -> None:
    assert rush.press() == {302: CLERKS}
    assert rush.outcomes() == ONE_ACCEPTED
    assert rush.witnessings() == 3


def test_the_lock_alone_holds(slow: Rush) -> None:
    slow.drop_the_guard()
    assert slow.press() == {302: CLERKS}
    assert slow.outcomes() == ONE_ACCEPTED


def test_the_guard_alone_holds_and_its_refusal_comes_out_as_the_rule_s(unlocked: Rush) -> None:
    assert unlocked.press() == {302: CLERKS}
    assert unlocked.outcomes() == ONE_ACCEPTED
    assert unlocked.witnessings() == 3


def test_with_lock_and_guard_away_a_fourth_witnessing_gets_in(unlocked: Rush) -> None:
    unlocked.drop_the_guard()
    unlocked.press()
    assert unlocked.witnessings() > 3
    assert unlocked.outcomes()["confirmed", False] > 1
