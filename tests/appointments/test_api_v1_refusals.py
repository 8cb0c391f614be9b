"""What a municipality's system cannot book: the status, the code, the field, and no echo."""

from typing import Any

import pytest

from appointments.models import Appointment, IdempotencyRecord
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact, Message
from tests.appointments.api_bookings import NAME, TOMORROW, wanted
from tests.builders import World, build_visit, build_world
from tests.platform.api_calls import System, problem

CANARY = "610190-1234"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


REFUSED = [
    # the time: what the present state forbids
    ({"start": "2026-11-23T08:30:00+01:00"}, 409, "too_soon", "/start"),
    ({"start": "2026-11-22T10:00:00+01:00"}, 409, "in_the_past", "/start"),
    ({"start": "2000-01-01T00:00:00Z"}, 409, "in_the_past", "/start"),
    ({"start": "2027-01-25T10:00:00+01:00"}, 409, "too_far_ahead", "/start"),
    ({"start": "2999-12-31T23:59:00Z"}, 409, "too_far_ahead", "/start"),
    ({"start": "2026-11-28T10:00:00+01:00"}, 409, "closed", "/start"),
    ({"start": "2026-11-24T14:45:00+01:00"}, 409, "closed", "/start"),
    ({"start": "2026-11-24T08:45:00+01:00"}, 409, "closed", "/start"),
    # the time: what no state would allow
    ({"start": "2026-11-24T10:01:00+01:00"}, 422, "off_grid", "/start"),
    ({"start": "2026-11-24T10:00:01+01:00"}, 422, "off_grid", "/start"),
    ({"start": "2026-11-24T10:00:00.5+01:00"}, 422, "off_grid", "/start"),
    ({"start": "2027-10-31T02:30:00+01:00"}, 422, "no_such_time", "/start"),
    # who and what
    ({"centre": "nowhere"}, 404, "centre_not_found", "/centre"),
    ({"service": "haircut"}, 422, "service_not_offered", "/service"),
    (
        {"participants": [{"name": "A"}, {"name": "B", "service": "x"}]},
        422,
        "service_not_offered",
        "/participants/1/service",
    ),
    ({"participants": [{"name": f"Amina {CANARY}"}]}, 422, "looks_like_cpr", "/participants/0/name"),
    ({"participants": [{"name": "A"}, {"name": "6101901234"}]}, 422, "looks_like_cpr", "/participants/1/name"),
    ({"participants": [{"name": "   "}]}, 422, "empty", "/participants/0/name"),
    ({"participants": [{"name": "\u202e\u200b\x07"}]}, 422, "empty", "/participants/0/name"),
    ({"participants": [{"name": "12"}]}, 422, "not_a_name", "/participants/0/name"),
    ({"participants": [{"name": "x" * 101}]}, 422, "too_long", "/participants/0/name"),
    # how to reach them
    ({"phone": None}, 422, "no_contact", "/phone"),
    ({"phone": ""}, 422, "no_contact", "/phone"),
    ({"phone": "12345678"}, 422, "invalid_phone", "/phone"),
    ({"phone": CANARY}, 422, "invalid_phone", "/phone"),
    ({"phone": "+"}, 422, "invalid_phone", "/phone"),
    ({"phone": "call me"}, 422, "invalid_phone", "/phone"),
    ({"email": "amina"}, 422, "invalid_email", "/email"),
    ({"email": "amina@example.com\nBcc: x@example.com"}, 422, "invalid_email", "/email"),
]  # fmt: skip


@pytest.mark.parametrize(("difference", "status", "code", "pointer"), REFUSED)
def test_what_cannot_be_booked_is_refused_at_its_field(
    world: World,
    system: System,
    difference: dict[str, Any],
    status: int,
    code: str,
    pointer: str,
) -> None:
    answer = system.book(wanted(world, **difference))
    assert problem(answer) == (status, code, [(code, pointer)])
    assert CANARY not in answer.content.decode()
    assert Appointment.unscoped.count() == Contact.unscoped.count() == 0
    assert IdempotencyRecord.objects.count() == Message.unscoped.count() == 0


MALFORMED = [
    ({"centre": None}, [("required", "/centre")]),
    ({"start": None, "participants": None}, [("required", "/start"), ("required", "/participants")]),
    ({"centre": 7}, [("wrong_type", "/centre")]),
    ({"centre": ""}, [("blank", "/centre")]),
    ({"centre": ["x"]}, [("wrong_type", "/centre")]),
    ({"centre": "a\0b"}, [("not_text", "/centre")]),
    ({"centre": "\ud800"}, [("not_text", "/centre")]),
    ({"centre": "x" * 81}, [("too_long", "/centre")]),
    ({"service": True}, [("wrong_type", "/service")]),
    ({"start": "2026-11-24T10:00:00"}, [("not_a_moment", "/start")]),
    ({"start": "2026-11-24"}, [("not_a_moment", "/start")]),
    ({"start": "tomorrow at ten"}, [("not_a_moment", "/start")]),
    ({"start": 1_790_000_000}, [("not_a_moment", "/start")]),
    ({"start": "2026-02-30T10:00:00Z"}, [("not_a_moment", "/start")]),
    ({"start": "2026-11-24T24:00:00Z"}, [("not_a_moment", "/start")]),
    ({"start": "2026-11-24T10:00:60Z"}, [("not_a_moment", "/start")]),
    ({"start": "2026-11-24T10:00:00+24:00"}, [("not_a_moment", "/start")]),
    ({"start": "2026-11-24T10:00:00+01:00:30"}, [("not_a_moment", "/start")]),
    ({"start": "0060-04-13T17:15:12-23:19"}, [("out_of_range", "/start")]),
    ({"start": "0001-01-01T00:00:00+23:59"}, [("out_of_range", "/start")]),
    ({"start": "9999-12-31T23:59:59-23:59"}, [("out_of_range", "/start")]),
    ({"start": "3000-01-01T00:00:00Z"}, [("out_of_range", "/start")]),
    ({"participants": NAME}, [("wrong_type", "/participants")]),
    ({"participants": {"name": NAME}}, [("wrong_type", "/participants")]),
    ({"participants": []}, [("empty", "/participants")]),
    ({"participants": [{"name": NAME}] * 5}, [("too_long", "/participants")]),
    ({"participants": [NAME]}, [("wrong_type", "/participants/0")]),
    ({"participants": [{}]}, [("required", "/participants/0/name")]),
    ({"participants": [{"name": NAME}, {"name": None}]}, [("null", "/participants/1/name")]),
    ({"participants": [{"name": 5}]}, [("wrong_type", "/participants/0/name")]),
    ({"participants": [{"name": ""}]}, [("blank", "/participants/0/name")]),
    ({"participants": [{"name": "x" * 10_000}]}, [("too_long", "/participants/0/name")]),
    ({"participants": [{"name": "a\0b"}]}, [("not_text", "/participants/0/name")]),
    ({"participants": [{"name": "\udfff"}]}, [("not_text", "/participants/0/name")]),
    (
        {"participants": [{"name": NAME, "cpr": CANARY}]},
        [("unknown_key", "/participants/0")],
    ),
    ({"phone": 20304050}, [("wrong_type", "/phone")]),
    ({"phone": "x" * 41}, [("too_long", "/phone")]),
    ({"email": False}, [("wrong_type", "/email")]),
    ({"email": "x" * 255}, [("too_long", "/email")]),
    ({"language": "sv"}, [("unknown_value", "/language")]),
    ({"language": ["da"]}, [("wrong_type", "/language")]),
    ({CANARY: CANARY}, [("unknown_key", "")]),
    ({"note": f"CPR {CANARY}", "centre": 1}, [("wrong_type", "/centre"), ("unknown_key", "")]),
]  # fmt: skip


@pytest.mark.parametrize(("difference", "faults"), MALFORMED)
def test_what_is_malformed_is_pointed_at_and_not_repeated(
    world: World, system: System, difference: dict[str, Any], faults: list[Any]
) -> None:
    answer = system.book(wanted(world, **difference))
    assert problem(answer) == (400, "invalid_request", faults)
    assert CANARY not in answer.content.decode()
    assert NAME not in answer.content.decode()
    assert Appointment.unscoped.count() == 0


@pytest.mark.parametrize("name", ["centre", "start", "phone", "email", "language", "service"])
def test_null_is_not_the_same_as_nothing(world: World, system: System, name: str) -> None:
    answer = system.book({**wanted(world), name: None})
    assert problem(answer) == (400, "invalid_request", [("null", f"/{name}")])


def test_a_taken_time_is_a_conflict(world: World, system: System) -> None:
    build_visit(world, day=TOMORROW)
    answer = system.book(wanted(world))
    assert problem(answer) == (409, "slot_taken", [("slot_taken", "/start")])
    assert answer.json()["title"] == "Conflict"
    assert "Choose another time" in answer.json()["detail"]
    assert Appointment.unscoped.count() == 1


def test_a_centre_that_takes_no_bookings(world: World, system: System) -> None:
    Centre.objects.update(is_open_for_booking=False)
    assert problem(system.book(wanted(world)))[:2] == (409, "centre_not_open_for_booking")


def test_another_municipalitys_centre_is_not_there(world: World, system: System) -> None:
    elsewhere = build_world(code="0101", name="København")
    elsewhere.centre.serves.add(world.municipality)
    theirs, nowhere = (
        system.book(wanted(world, centre=key)) for key in (elsewhere.centre.key, "nowhere")
    )
    assert problem(theirs) == (404, "centre_not_found", [("centre_not_found", "/centre")])
    assert theirs.content == nowhere.content
    assert Appointment.unscoped.count() == 0
