"""Codes guessed at the same moment: of one code five guesses count, of one network no more than may.

Every thread is a connection of its own with real commits. The controls look first and write after;
then more guesses are looked at than may be.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from appointments.exceptions import Refused
from appointments.models import ContactCode, UseCount
from appointments.services.booking import codes
from appointments.services.booking.codes import CODE_LIFE, MOST_TRIES, prove_contact
from borgerservice.notifications.services import new_contact
from borgerservice.vault.links import derive_code, link_hash, new_salt
from tests.builders import NOW, World, build_world
from tests.rig.databases import Database

AT_ONCE, ALLOWED = 12, 3
NETWORK = "203.0.115.17"


def a_code(world: World, nth: int = 0) -> ContactCode:
    """A code that was sent to somebody."""
    contact, _key = new_contact(municipality=world.municipality, phone=f"+452030{nth:04}", email="")
    return ContactCode.objects.create(
        token_hash=link_hash(f"token {nth}"),
        contact=contact,
        centre=world.centre,
        service=world.service,
        people=1,
        starts_at=NOW + timedelta(days=1, hours=3),
        code_salt=new_salt(f"salt {nth}"),
        expires_at=NOW + CODE_LIFE,
    )


def wrong(row: ContactCode) -> str:
    return f"{(int(derive_code(codes.PURPOSE, row.code_salt)) + 1) % 1_000_000:06}"


def guessed(rows: Sequence[ContactCode], *, network: str = "") -> Counter[str]:
    """A wrong guess at each at the same moment; how often which refusal."""
    together = Barrier(len(rows))

    def one(row: ContactCode) -> str:
        together.wait(60)
        try:
            prove_contact(row=row, typed=wrong(row), network=network, now=NOW)
        except Refused as refused:
            return refused.code
        else:
            return "proven"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rows)) as pool:
        return Counter(pool.map(one, rows))


def test_of_guesses_at_one_code_as_many_count_as_there_are(fresh_database: Database) -> None:
    with fresh_database.opened():
        row = a_code(build_world())
        assert guessed([row] * AT_ONCE) == {
            "code_wrong": MOST_TRIES,
            "code_over": AT_ONCE - MOST_TRIES,
        }
        row.refresh_from_db()
        assert (row.tries, row.proven_at) == (MOST_TRIES, None)


def test_control_who_looks_first_and_counts_after_lets_more_guess(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Barrier(AT_ONCE)

    def look_then_count(row: ContactCode, *, now: datetime) -> bool:
        known = ContactCode.objects.get(pk=row.pk)
        looked.wait(60)
        if known.tries < MOST_TRIES:
            ContactCode.objects.filter(pk=row.pk).update(tries=known.tries + 1)
        return known.tries < MOST_TRIES

    monkeypatch.setattr(codes, "_try", look_then_count)
    with fresh_database.opened():
        row = a_code(build_world())
        assert guessed([row] * AT_ONCE)["code_wrong"] > MOST_TRIES


def test_of_a_networks_guesses_at_many_codes_as_many_are_looked_at_as_may_be(
    fresh_database: Database, settings: Settings
) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "wrong_code": (ALLOWED, 3600)}
    with fresh_database.opened():
        world = build_world()
        rows = [a_code(world, nth) for nth in range(AT_ONCE)]
        said = guessed(rows, network=NETWORK)
        assert said == {"code_wrong": ALLOWED, "too_many_tries": AT_ONCE - ALLOWED}


def test_control_a_network_that_is_counted_after_the_look_guesses_more(
    fresh_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "wrong_code": (ALLOWED, 3600)}
    counted, looked = codes.count_wrong_code, Barrier(AT_ONCE)

    def look_then_count(*, network: str, now: datetime) -> None:
        uses = UseCount.objects.filter(what="wrong_code").values_list("uses", flat=True)
        has_any_left = sum(uses) < ALLOWED
        looked.wait(60)
        if not has_any_left:
            counted(network=network, now=now)

    monkeypatch.setattr(codes, "count_wrong_code", look_then_count)
    with fresh_database.opened():
        world = build_world()
        rows = [a_code(world, nth) for nth in range(AT_ONCE)]
        assert guessed(rows, network=NETWORK)["code_wrong"] > ALLOWED
