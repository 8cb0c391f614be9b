"""The earliest times of the country, and one time that may still be free, over the API."""

from datetime import timedelta
from typing import Any

import pytest

from appointments.rules.local_time import instant
from appointments.services.centres.reference import load_reference
from borgerservice.municipalities.models import Centre
from tests.builders import NOW, TODAY, World, build_visit, build_world
from tests.platform.api_calls import System, problem, statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def still_free(world: World, start: str, **more: Any) -> Any:
    asked = {"centre": world.centre.key, "service": world.service.code, "start": start, **more}
    return System().get("slots/free/", asked)


def test_the_earliest_time_of_every_centre_is_told_with_its_distance_in_one_statement() -> None:
    load_reference(tell=lambda _line: None)
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_step_free=True)
    answer, sql = statements(
        lambda: System().get(
            "earliest/",
            {"service": "new_mitid", "near": "8000", "region": "Region Midtjylland",
             "step_free": "1"},
        )
    )  # fmt: skip
    told = answer.json()
    assert told == {
        "results": [
            {
                "centre": world.centre.key,
                "name": "Borgerservice Herning",
                "municipality": "Herning",
                "address": "Torvet 5",
                "postal_code": "7400",
                "city": "Herning",
                "is_demo": False,
                "is_step_free": True,
                "start": "2026-11-23T10:00:00+01:00",
                "end": "2026-11-23T10:30:00+01:00",
                "distance_km": told["results"][0]["distance_km"],
            }
        ],
        "next": None,
        "measured_from": {"postal_code": "8000", "city": "Aarhus C", "is_about": False},
    }
    assert 70 < told["results"][0]["distance_km"] < 80
    assert len(sql) == 1


def test_a_postal_code_we_do_not_know_is_measured_from_the_nearest_number() -> None:
    load_reference(tell=lambda _line: None)
    build_world()
    told = System().get("earliest/", {"service": "new_mitid", "near": "8001"}).json()
    assert told["measured_from"] == {
        "postal_code": "8000", "city": "Aarhus C", "is_about": True,
    }  # fmt: skip


def test_evening_and_party_are_asked_for() -> None:
    build_world(opens=9 * 60, closes=17 * 60)
    asked = {"service": "new_mitid", "evening": "1", "participants": "2"}
    (found,) = System().get("earliest/", asked).json()["results"]
    assert found["start"] == "2026-11-23T16:00:00+01:00"
    assert found["end"] == "2026-11-23T17:00:00+01:00"
    assert found["distance_km"] is None


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"service": "nothing"}, 404, "service_not_found"),
        ({"service": "new_mitid", "region": "Skåne"}, 404, "region_not_found"),
        ({"service": "new_mitid", "near": "0001"}, 422, "no_such_postal_code"),
        ({"service": "new_mitid", "near": "12345"}, 422, "no_such_postal_code"),
        ({"service": "new_mitid", "participants": "9"}, 400, "invalid_request"),
        ({"service": "new_mitid", "evening": "yes"}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
    ],
)
def test_what_does_not_exist_is_said(asked: dict[str, str], status: int, code: str) -> None:
    build_world()
    assert problem(System().get("earliest/", asked))[:2] == (status, code)


def test_a_time_is_free_until_somebody_books_it() -> None:
    world = build_world()
    start = instant(TODAY, 600).isoformat()
    answer, sql = statements(lambda: still_free(world, start))
    assert answer.json() == {"is_free": True}
    assert len(sql) <= 3
    build_visit(world, minute=600)
    assert still_free(world, start).json() == {"is_free": False}
    assert still_free(world, instant(TODAY, 570).isoformat(), participants=1).status_code == 409


@pytest.mark.parametrize(
    ("start", "status", "code"),
    [
        (NOW - timedelta(hours=1), 409, "in_the_past"),
        (NOW + timedelta(minutes=30), 409, "too_soon"),
        (NOW + timedelta(days=70), 409, "too_far_ahead"),
        (instant(TODAY, 607), 422, "off_grid"),
    ],
)
def test_a_time_nobody_could_book_is_refused(start: Any, status: int, code: str) -> None:
    assert problem(still_free(build_world(), start.isoformat()))[:2] == (status, code)


def test_a_visit_past_midnight_is_not_free() -> None:
    world = build_world(opens=9 * 60, closes=1440)
    start = instant(TODAY, 23 * 60).isoformat()
    assert still_free(world, start, participants=2).json() == {"is_free": True}
    assert still_free(world, start, participants=4).json() == {"is_free": False}
