"""Some book at the same moment with one phone while several processes look: each pair is asked once.

The control takes the unique pair away; then a contact is asked twice about the same visits. SQLite
lets one write at a time, so there the pair is not what holds.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from appointments.models import Appointment, DoubleBooking
from appointments.services.booking.doubles import compare_new_visits
from borgerservice.notifications.models import Message
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.rig.databases import Database

ROUNDS, AT_ONCE = 10, 6
TOMORROW = TODAY + timedelta(days=1)


def book_and_look(worlds: list[World], number: int) -> None:
    """Six bookings with one phone in two municipalities; whoever has booked looks at once."""
    together = Barrier(AT_ONCE)

    def one(nth: int) -> None:
        phone = f"+45203040{number:02}"
        together.wait(30)
        try:
            build_visit(worlds[nth % 2], day=TOMORROW, minute=540 + 30 * nth, phone=phone)
            compare_new_visits(now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(AT_ONCE)))


def asked_about() -> Counter[tuple[int, int]]:
    """How often each pair was asked about."""
    return Counter(DoubleBooking.objects.values_list("first", "second"))


def races() -> None:
    worlds = [build_world(desks=AT_ONCE * ROUNDS), build_world(code="0751", desks=AT_ONCE * ROUNDS)]
    for number in range(ROUNDS):
        book_and_look(worlds, number)


def test_nobody_slips_through_and_nobody_is_asked_twice(fresh_database: Database) -> None:
    with fresh_database.opened():
        races()
        assert not Appointment.unscoped.filter(to_compare=True).exists()
        pairs = asked_about()
        assert set(pairs.values()) == {1}
        assert Message.unscoped.filter(kind="double").count() == len(pairs)
        for contact in Counter(Appointment.unscoped.values_list("contact__phone_mark", flat=True)):
            visits = set(
                Appointment.unscoped.filter(contact__phone_mark=contact).values_list(
                    "pk", flat=True
                )
            )
            named = {pk for pair in pairs for pk in pair} & visits
            assert named == visits, "every one of them stands in a question"


@pytest.mark.only("postgresql")
def test_without_the_unique_pair_somebody_is_asked_twice(fresh_database: Database) -> None:
    with fresh_database.opened(as_owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE appointments_doublebooking DROP CONSTRAINT two_visits_are_asked_about_once"
        )
    with fresh_database.opened():
        with suppress(DoubleBooking.MultipleObjectsReturned):
            races()
        assert max(asked_about().values()) > 1
