"""A municipality's system reads its own appointments, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest

from appointments.models import Appointment, Participant
from appointments.rules.local_time import instant
from borgerservice.vault.services import shred
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.platform.api_calls import System, build_system, problem, statements

TOMORROW = TODAY + timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def world() -> World:
    return build_world(desks=2)


def listed(system: System, **query: Any) -> list[str]:
    answer = system.get("appointments/", query)
    assert answer.status_code == 200, answer.content
    return [visit["reference"] for visit in answer.json()["results"]]


def test_an_appointment_is_told_to_the_letter(world: World, system: System) -> None:
    visit = build_visit(world, day=TOMORROW, names=["Amina Hassan", "Yusuf Hassan"], language="en")
    here = f"http://testserver/api/v1/appointments/{visit.reference}/"
    expected = {
        "reference": visit.reference,
        "status": "booked",
        "origin": "web",
        "start": "2026-11-24T10:00:00+01:00",
        "end": "2026-11-24T11:00:00+01:00",
        "centre": world.centre.key,
        "language": "en",
        "participants": [
            {"number": 1, "name": "Amina Hassan", "service": "new_mitid", "is_protected": False},
            {"number": 2, "name": "Yusuf Hassan", "service": "new_mitid", "is_protected": False},
        ],
        "links": {"self": here, "cancel": f"{here}cancel/", "move": f"{here}move/"},
    }
    one = system.get(f"appointments/{visit.reference}/")
    assert one.json() == expected
    assert system.get("appointments/").json() == {"results": [expected], "next": None}
    for answer in (one, system.get("appointments/")):
        assert b"20304050" not in answer.content
        assert visit.link_hash.encode() not in answer.content


def test_a_protected_person_is_a_number(world: World, system: System) -> None:
    visit = build_visit(world, names=["Amina Hassan", "Yusuf Hassan"])
    Participant.unscoped.filter(appointment=visit, position=1).update(is_protected=True)
    for answer in (system.get(f"appointments/{visit.reference}/"), system.get("appointments/")):
        assert b"Yusuf" not in answer.content
        told = answer.json()
        people = told.get("participants") or told["results"][0]["participants"]
        assert people[1] == {
            "number": 2, "name": None, "service": "new_mitid", "is_protected": True,
        }  # fmt: skip


def test_a_shredded_name_is_gone(world: World, system: System) -> None:
    visit = build_visit(world)
    shred([visit.contact.data_key_id], now=NOW)
    [person] = system.get(f"appointments/{visit.reference}/").json()["participants"]
    assert person["name"] is None


def test_a_reference_is_read_as_people_write_it(world: World, system: System) -> None:
    visit = build_visit(world)
    written = visit.reference.lower().replace("-", " ")
    assert system.get(f"appointments/{written}/").json()["reference"] == visit.reference


@pytest.mark.parametrize(
    "reference",
    ["K7QF-M3RX-P8", "none", "610190-1234", "%00", "%F0%9F%98%80", "x" * 500, "'%20OR%201=1"],
)
def test_a_reference_that_is_none_of_the_municipalitys(system: System, reference: str) -> None:
    for answer in (
        system.get(f"appointments/{reference}/"),
        system.post(f"appointments/{reference}/cancel/"),
        system.post(f"appointments/{reference}/move/", {"start": "2026-11-24T11:00:00+01:00"}),
    ):
        assert problem(answer) == (404, "not_found", [])
        assert b"610190" not in answer.content


def test_another_municipalitys_appointment_is_as_absent_as_none(system: System) -> None:
    elsewhere = build_world(code="0101", name="København")
    theirs = build_visit(elsewhere)
    nowhere = "K7QF-M3RX-P8"
    start = {"start": "2026-11-24T11:00:00+01:00"}
    for call, body in (("cancel/", {}), ("move/", start)):
        found, absent = (
            system.post(f"appointments/{reference}/{call}", body)
            for reference in (theirs.reference, nowhere)
        )
        assert problem(found) == (404, "not_found", [])
        assert found.content == absent.content
    found = system.get(f"appointments/{theirs.reference}/")
    assert found.content == system.get(f"appointments/{nowhere}/").content
    theirs.refresh_from_db()
    assert (theirs.status, theirs.moves) == ("booked", 0)


def test_a_list_holds_the_municipalitys_own_only(world: World, system: System) -> None:
    elsewhere = build_world(code="0101", name="København")
    elsewhere.centre.serves.add(world.municipality)
    ours, _theirs = build_visit(world), build_visit(elsewhere)
    assert listed(system) == [ours.reference]
    assert listed(system, centre=world.centre.key) == [ours.reference]
    theirs, nowhere = (
        system.get("appointments/", {"centre": key}) for key in (elsewhere.centre.key, "nowhere")
    )
    assert problem(theirs) == (404, "centre_not_found", [("centre_not_found", "/centre")])
    assert theirs.content == nowhere.content


def test_a_list_is_of_one_local_day(world: World, system: System) -> None:
    early, late = build_visit(world, minute=615), build_visit(world, day=TOMORROW, minute=540)
    assert listed(system, date=TODAY) == [early.reference]
    assert listed(system, date=TOMORROW, centre=world.centre.key) == [late.reference]
    assert listed(system, date=TODAY + timedelta(days=2)) == []
    midnight = instant(TOMORROW, 0)
    Appointment.unscoped.filter(pk=late.pk).update(
        starts_at=midnight,
        ends_at=midnight + timedelta(minutes=30),
        busy_until=midnight + timedelta(minutes=30),
    )
    assert listed(system, date=TODAY) == [early.reference]
    assert listed(system, date=TOMORROW) == [late.reference]


@pytest.mark.parametrize(
    "day", ["0001-01-01", "1900-01-01", "9999-12-31", "2000-01-01", "2999-12-31"]
)
def test_a_far_off_day_has_no_appointments(system: System, day: str) -> None:
    assert listed(system, date=day) == []


def test_a_list_leads_on_page_by_page_whatever_is_booked_between(
    world: World, system: System
) -> None:
    visits = [
        build_visit(world, day=TOMORROW + timedelta(days=day), minute=minute)
        for day in (0, 1)
        for minute in range(540, 840, 30)
        for _desk in range(2)
    ]
    expected = [visit.reference for visit in visits]
    assert len(expected) == 40
    first = system.get("appointments/", {"centre": world.centre.key})
    assert [visit["reference"] for visit in first.json()["results"]] == expected[:20]
    following = first.json()["next"]
    assert following.startswith("http://testserver/api/v1/appointments/?")
    assert f"centre={world.centre.key}" in following
    build_visit(world, minute=615)
    _, _, query = following.partition("?")
    second = system.get(f"appointments/?{query}").json()
    assert [visit["reference"] for visit in second["results"]] == expected[20:]
    assert second["next"] is None


def test_rows_that_begin_together_are_neither_lost_nor_doubled(
    system: System, world: World
) -> None:
    crowd = build_world(code="0101", name="København", desks=25)
    visits = [build_visit(crowd) for _ in range(25)]
    theirs = build_system(crowd.municipality)
    first = theirs.get("appointments/").json()
    second = theirs.get(f"appointments/?{first['next'].partition('?')[2]}").json()
    shown = [visit["reference"] for visit in first["results"] + second["results"]]
    assert shown == [visit.reference for visit in visits]
    assert listed(system) == []


def test_a_cursor_opens_no_other_municipality(world: World, system: System) -> None:
    crowd = build_world(code="0101", name="København", desks=21)
    for _ in range(21):
        build_visit(crowd)
    theirs = build_system(crowd.municipality).get("appointments/").json()["next"]
    mine = build_visit(world, day=TOMORROW)
    assert listed(system, cursor=theirs.partition("cursor=")[2]) == [mine.reference]


def test_a_list_takes_one_statement_however_long(world: World, system: System) -> None:
    for minute in range(540, 840, 30):
        for _desk in range(2):
            build_visit(world, day=TOMORROW, minute=minute, names=["A", "B"][:1])
    full, sql = statements(
        lambda: system.get("appointments/", {"centre": world.centre.key, "date": TOMORROW})
    )
    assert len(full.json()["results"]) == 20
    assert len(sql) == 1 + 1
    _empty, sql = statements(lambda: system.get("appointments/", {"centre": "nowhere"}))
    assert len(sql) == 1 + 2


def test_one_appointment_takes_one_statement(world: World, system: System) -> None:
    visit = build_visit(world, names=["A", "B", "C"])
    _answer, sql = statements(lambda: system.get(f"appointments/{visit.reference}/"))
    assert len(sql) == 1 + 1
