"""Whoever is booked for comes: no door changes a name afterwards, and the database refuses it."""

from datetime import timedelta

import pytest

from appointments.models import Participant
from appointments.services import move_appointment
from appointments.services.visits.expiry import forget_expired
from tests.builders import NOW, TODAY, build_visit, build_world
from tests.platform.raw import execute, refused

TOMORROW = TODAY + timedelta(days=1)
PEOPLE = "appointments_participant"


def sealed() -> list[tuple[int, bytes | None]]:
    return [
        (pk, bytes(name) if name is not None else None)
        for pk, name in Participant.unscoped.order_by("id").values_list("pk", "name_sealed")
    ]


@pytest.mark.django_db
def test_a_visit_that_is_moved_is_still_the_same_persons():
    visit = build_visit(build_world(), day=TOMORROW, names=["Amina Hassan", "Yusuf Hassan"])
    before = sealed()
    move_appointment(
        appointment=visit, start=visit.starts_at + timedelta(hours=2), actor="citizen", now=NOW
    )
    assert sealed() == before


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["name_sealed", "appointment_id", "position"])
def test_the_database_refuses_another_name(column):
    world = build_world()
    build_visit(world, day=TOMORROW, names=["Amina Hassan"])
    build_visit(world, day=TOMORROW, minute=660, names=["Bo Buyer"])
    (seller, _), (buyer, _) = sealed()
    with refused("a name stays as booked"):
        if column == "position":
            execute(f"UPDATE {PEOPLE} SET position = 7 WHERE id = %s", seller)
        else:
            execute(
                f"UPDATE {PEOPLE} SET {column} = (SELECT {column} FROM {PEOPLE} WHERE id = %s)"
                " WHERE id = %s",
                buyer,
                seller,
            )


@pytest.mark.django_db
def test_a_name_can_be_forgotten():
    visit = build_visit(build_world(), day=TOMORROW)
    forget_expired(now=visit.ends_at + timedelta(days=30))
    assert [name for _pk, name in sealed()] == [None]
