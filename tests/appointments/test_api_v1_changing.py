"""A municipality's system moves and cancels its own appointments; doing it twice changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from appointments.rules.local_time import instant
from appointments.services import (
    check_in,
    move_appointment,
)
from borgerservice.audit.selectors import history_of
from tests.appointments.desk import at
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.platform.api_calls import System, problem

TOMORROW = TODAY + timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def world() -> World:
    return build_world(desks=2)


def test_a_system_cancels_and_cancelling_again_changes_nothing(
    world: World, system: System
) -> None:
    visit = build_visit(world, day=TOMORROW)
    answers = [system.post(f"appointments/{visit.reference}/cancel/") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["status"] == "cancelled"
    assert system.client
    events = history_of(municipality=world.municipality, subject=f"appointment:{visit.reference}")
    assert [(entry.event, entry.actor) for entry in events[1:]] == [
        ("appointment.cancelled", f"client:{system.client.pk}")
    ]


@pytest.mark.parametrize(
    ("body", "kind"), [(b"", "application/json"), (b"{}", "application/json"), (b"", "text/plain")]
)
def test_cancelling_needs_no_body(world: World, system: System, body: bytes, kind: str) -> None:
    visit = build_visit(world, day=TOMORROW)
    answer = system.post(f"appointments/{visit.reference}/cancel/", body, content_type=kind)
    assert answer.status_code == 200


def test_cancelling_takes_nothing_else(world: World, system: System) -> None:
    visit = build_visit(world, day=TOMORROW)
    call = f"appointments/{visit.reference}/cancel/"
    assert problem(system.post(call, {"reason": "ill"})) == (
        400, "invalid_request", [("unknown_key", "")],
    )  # fmt: skip
    assert problem(system.post(f"{call}?why=ill"))[0] == 400
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_a_system_moves_and_moving_again_changes_nothing(world: World, system: System) -> None:
    visit = build_visit(world, day=TOMORROW)
    to = {"start": "2026-11-24T11:00:00+01:00"}
    answers = [system.post(f"appointments/{visit.reference}/move/", to) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    told = answers[0].json()
    assert (told["reference"], told["start"], told["end"]) == (
        visit.reference, "2026-11-24T11:00:00+01:00", "2026-11-24T11:30:00+01:00",
    )  # fmt: skip
    visit.refresh_from_db()
    assert visit.moves == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "faults"),
    [
        ({}, 400, "invalid_request", [("required", "/start")]),
        ({"start": None}, 400, "invalid_request", [("null", "/start")]),
        ({"start": "soon"}, 400, "invalid_request", [("not_a_moment", "/start")]),
        (
            {"start": "2026-11-24T11:00:00Z", "centre": "x"},
            400,
            "invalid_request",
            [("unknown_key", "")],
        ),
        ({"start": "2026-11-24T11:01:00Z"}, 422, "off_grid", [("off_grid", "/start")]),
        ({"start": "2026-11-28T11:00:00Z"}, 409, "closed", [("closed", "/start")]),
        ({"start": "2026-11-22T11:00:00Z"}, 409, "in_the_past", [("in_the_past", "/start")]),
    ],
)
def test_what_an_appointment_cannot_be_moved_to(
    world: World, system: System, body: Any, status: int, code: str, faults: list[Any]
) -> None:
    visit = build_visit(world, day=TOMORROW)
    answer = system.post(f"appointments/{visit.reference}/move/", body)
    assert problem(answer) == (status, code, faults)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves) == (instant(TOMORROW, 600), 0)


def test_a_move_that_comes_again_too_late_to_be_made_is_answered_as_the_first(
    world: World, system: System
) -> None:
    visit, to = build_visit(world, minute=14 * 60), "2026-11-23T10:30:00+01:00"
    address = f"appointments/{visit.reference}/move/"
    first = system.post(address, {"start": to})
    with at(instant(TODAY, 8 * 60 + 45)):
        again = system.post(address, {"start": to})
        sooner = system.post(address, {"start": "2026-11-23T10:00:00+01:00"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert problem(sooner) == (409, "too_soon", [("too_soon", "/start")])
    visit.refresh_from_db()
    assert visit.moves == 1


def test_a_taken_time_cannot_be_moved_to(world: World, system: System) -> None:
    visit = build_visit(world, day=TOMORROW)
    for _ in range(2):
        build_visit(world, day=TOMORROW, minute=720)
    answer = system.post(
        f"appointments/{visit.reference}/move/", {"start": "2026-11-24T12:00:00+01:00"}
    )
    assert problem(answer) == (409, "slot_taken", [("slot_taken", "/start")])


def test_what_has_begun_can_neither_be_moved_nor_cancelled(world: World, system: System) -> None:
    visit = check_in(
        appointment=build_visit(world, minute=600), actor="staff:1", now=instant(TODAY, 590)
    )
    to = {"start": "2026-11-24T11:00:00+01:00"}
    assert problem(system.post(f"appointments/{visit.reference}/move/", to)) == (
        409, "cannot_move", [],
    )  # fmt: skip
    assert problem(system.post(f"appointments/{visit.reference}/cancel/")) == (
        409, "cannot_cancel", [],
    )  # fmt: skip


def test_a_move_by_the_citizen_is_seen_by_the_municipality(world: World, system: System) -> None:
    visit = build_visit(world, day=TOMORROW)
    move_appointment(appointment=visit, start=instant(TOMORROW, 720), actor="citizen", now=NOW)
    told = system.get(f"appointments/{visit.reference}/").json()
    assert told["start"] == "2026-11-24T12:00:00+01:00"
