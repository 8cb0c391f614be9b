"""Places, services and free times: what anyone reads over the API, to the letter."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from appointments.api.v1.slot_rows import slot_rows
from appointments.models import CentreService
from appointments.rules.availability import FreeDay
from appointments.rules.local_time import instant
from appointments.services.centres.desk_days import open_days
from appointments.services.centres.reference import load_reference
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import Centre, Closure, OpeningHours
from tests.builders import (
    TODAY,
    World,
    build_municipality,
    build_service,
    build_visit,
    build_world,
)
from tests.platform.api_calls import System, problem, statements

TOMORROW = TODAY + timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def slots(world: World, **query: Any) -> Any:
    asked = {"centre": world.centre.key, "service": world.service.code, **query}
    return System().get("slots/", asked)


def starts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [slot["start"] for slot in answer.json()["results"]]


def test_all_of_denmarks_municipalities_are_listed_by_code() -> None:
    load_reference(tell=lambda _line: None)
    answer, sql = statements(lambda: System().get("municipalities/"))
    told = answer.json()
    assert list(told) == ["results", "next"]
    assert told["next"] is None
    assert len(told["results"]) == 98
    assert told["results"][0] == {
        "code": "0101", "name": "København", "region": "Region Hovedstaden",
    }  # fmt: skip
    codes = [place["code"] for place in told["results"]]
    assert codes == sorted(codes)
    assert len(sql) == 1


def test_a_centre_is_told_with_its_hours_and_services() -> None:
    world = build_world()
    OpeningHours.objects.all().delete()
    OpeningHours.objects.create(
        centre=world.centre, weekday=0, opens_minute=600, closes_minute=960,
        valid_from=date(2026, 9, 1), valid_to=date(2026, 12, 31),
    )  # fmt: skip
    OpeningHours.objects.create(centre=world.centre, weekday=6, opens_minute=5, closes_minute=1440)
    passport = build_service("passport", minutes=15)
    CentreService.objects.create(centre=world.centre, service=passport, minutes=20)
    world.centre.serves.add(build_municipality("0751", "Aarhus"))
    answer = System().get("centres/", {"municipality": "0657"})
    assert answer.json() == {
        "results": [
            {
                "id": world.centre.key,
                "municipality": "0657",
                "name": "Borgerservice Herning",
                "address": "Torvet 5",
                "postal_code": "7400",
                "city": "Herning",
                "phone": "+45 96 28 24 00",
                "is_demo": False,
                "is_open_for_booking": True,
                "hours": [
                    {
                        "weekday": 1,
                        "opens": "10:00",
                        "closes": "16:00",
                        "valid_from": "2026-09-01",
                        "valid_to": "2026-12-31",
                        "use": "booking",
                    },
                    {
                        "weekday": 7,
                        "opens": "00:05",
                        "closes": "24:00",
                        "valid_from": None,
                        "valid_to": None,
                        "use": "booking",
                    },
                ],
                "stops": [],
                "serves": ["0751"],
                "services": [
                    {"code": "new_mitid", "name": "New MitID", "minutes": 30},
                    {"code": "passport", "name": "New MitID", "minutes": 20},
                ],
            }
        ],
        "next": None,
    }


def test_centres_cost_five_statements_however_many_there_are() -> None:
    for code in ("0657", "0101", "0751"):
        build_world(code=code, name=f"By {code}")
    answer, sql = statements(lambda: System().get("centres/"))
    assert [centre["municipality"] for centre in answer.json()["results"]] == [
        "0101", "0657", "0751",
    ]  # fmt: skip
    assert len(sql) == 5


def test_a_municipality_has_its_own_centres_and_those_that_serve_it() -> None:
    here, there = build_world(), build_world(code="0101", name="København")
    other = build_world(code="0751", name="Aarhus")
    there.centre.serves.add(here.municipality, other.municipality)
    found = System().get("centres/", {"municipality": "0657"}).json()["results"]
    assert [centre["municipality"] for centre in found] == ["0101", "0657"]


def test_a_municipality_without_a_centre_has_an_empty_list() -> None:
    build_municipality()
    assert System().get("centres/", {"municipality": "0657"}).json()["results"] == []
    assert problem(System().get("centres/", {"municipality": "0999"})) == (
        404, "municipality_not_found", [("municipality_not_found", "/municipality")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "name", "applicant"),
    [
        ("da", "Nyt MitID", "Pas."),
        ("en", "New MitID", "Passport."),
        ("fr", "Nyt MitID", "Pas."),
        ("en-GB, da;q=0.5", "New MitID", "Passport."),
    ],
)
def test_services_are_told_in_the_callers_language(
    language: str, name: str, applicant: str
) -> None:
    build_service()
    answer, sql = statements(lambda: System(**{"Accept-Language": language}).get("services/"))
    [service] = answer.json()["results"]
    assert (service["code"], service["name"], service["minutes"]) == ("new_mitid", name, 30)
    assert service["bring"]["applicant"] == [applicant]
    assert set(service) == {"code", "name", "minutes", "bring"}
    assert set(service["bring"]) == {"applicant", "witness"}
    assert len(sql) == 1


def test_what_is_no_paper_is_told_with_the_rest_of_what_to_bring() -> None:
    service = build_service()
    service.bring = {"en": {"applicant": ["Passport."], "besides": ["Your phone."], "witness": []}}
    service.save()
    [told] = System(**{"Accept-Language": "en"}).get("services/").json()["results"]
    assert told["bring"] == {"applicant": ["Passport.", "Your phone."], "witness": []}


def test_free_times_carry_denmarks_offset() -> None:
    world = build_world(opens=540, closes=660)
    answer, sql = statements(lambda: slots(world, **{"from": TOMORROW, "to": TOMORROW}))
    assert answer.json() == {
        "results": [
            {"start": "2026-11-24T09:00:00+01:00", "end": "2026-11-24T09:30:00+01:00"},
            {"start": "2026-11-24T09:15:00+01:00", "end": "2026-11-24T09:45:00+01:00"},
            {"start": "2026-11-24T09:30:00+01:00", "end": "2026-11-24T10:00:00+01:00"},
            {"start": "2026-11-24T09:45:00+01:00", "end": "2026-11-24T10:15:00+01:00"},
            {"start": "2026-11-24T10:00:00+01:00", "end": "2026-11-24T10:30:00+01:00"},
            {"start": "2026-11-24T10:15:00+01:00", "end": "2026-11-24T10:45:00+01:00"},
            {"start": "2026-11-24T10:30:00+01:00", "end": "2026-11-24T11:00:00+01:00"},
        ],
        "next": None,
    }
    assert len(sql) == 1


def test_in_summer_the_offset_is_summers() -> None:
    summer = date(2027, 3, 30)  # the day before was Easter Monday
    world = build_world()
    open_days(centre=world.centre, first=summer, last=summer)
    Centre.objects.update(horizon_days=200)
    found = starts(slots(world, **{"from": summer, "to": summer}))
    assert found[0] == "2027-03-30T09:00:00+02:00"


def test_free_times_begin_today_after_the_lead_time() -> None:
    world = build_world()
    found = starts(slots(world))
    assert found[0] == "2026-11-23T10:00:00+01:00"
    assert len(found) == len(set(found))
    assert found == sorted(found)


def test_without_a_last_day_a_call_reaches_62_days_or_the_horizon() -> None:
    world = build_world(days=90)
    Centre.objects.update(horizon_days=90)
    assert starts(slots(world))[-1][:10] == "2027-01-22"
    assert starts(slots(world, to="2027-01-23")) == starts(slots(world))
    assert problem(slots(world, to="2027-01-24")) == (
        422, "period_too_long", [("period_too_long", "/to")],
    )  # fmt: skip
    Centre.objects.update(horizon_days=3)
    assert starts(slots(world))[-1][:10] == "2026-11-26"


def test_a_period_ends_no_earlier_than_it_begins() -> None:
    world = build_world()
    query = {"from": "2026-11-25", "to": "2026-11-24"}
    assert problem(slots(world, **query)) == (
        422, "period_reversed", [("period_reversed", "/to")],
    )  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"from": "0001-01-01", "to": "0001-01-01"},
        {"from": "0001-01-01"},
        {"from": "9999-12-31"},
        {"from": "9999-12-31", "to": "9999-12-31"},
        {"from": "9999-11-01", "to": "9999-12-31"},
        {"from": "2020-01-01", "to": "2020-02-01"},
    ],
)
def test_far_off_days_have_no_times(query: dict[str, str]) -> None:
    assert starts(slots(build_world(), **query)) == []


def test_a_visit_of_several_people_needs_a_longer_time() -> None:
    world = build_world(opens=540, closes=660)
    day = {"from": TOMORROW, "to": TOMORROW}
    assert len(starts(slots(world, participants=1, **day))) == 7
    three = slots(world, participants=3, **day).json()["results"]
    assert [(slot["start"][11:16], slot["end"][11:16]) for slot in three] == [
        ("09:00", "10:30"), ("09:15", "10:45"), ("09:30", "11:00"),
    ]  # fmt: skip
    assert starts(slots(world, service=["new_mitid"] * 3, **day)) == [s["start"] for s in three]
    assert problem(slots(world, service=["new_mitid"] * 5, **day))[1] == "invalid_request"


def test_a_booked_time_is_not_offered() -> None:
    world = build_world()
    build_visit(world, day=TOMORROW, minute=600)
    found = starts(slots(world, **{"from": TOMORROW, "to": TOMORROW}))
    assert instant(TOMORROW, 600).strftime("%H") == "09"
    assert not {"2026-11-24T09:45:00+01:00", "2026-11-24T10:00:00+01:00"} & set(found)
    assert "2026-11-24T10:30:00+01:00" in found


def test_a_closed_centre_offers_nothing() -> None:
    world = build_world()
    Centre.objects.update(is_open_for_booking=False)
    assert starts(slots(world)) == []
    empty = build_world(code="0101", days=0, today=date(2026, 11, 22))
    Closure.objects.create(centre=empty.centre, first_day=TODAY, last_day=TODAY)
    assert starts(slots(empty)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"centre": "nowhere"}, (404, "centre_not_found", [("centre_not_found", "/centre")])),
        (
            {"service": "haircut"},
            (422, "service_not_offered", [("service_not_offered", "/service")]),
        ),
    ],
)
def test_times_are_asked_for_at_a_known_centre_and_service(
    query: dict[str, str], expected: Any
) -> None:
    assert problem(slots(build_world(), **query)) == expected


def test_a_service_that_exists_but_not_here() -> None:
    world = build_world()
    build_service("passport", minutes=15)
    assert problem(slots(world, service=["new_mitid", "passport"]))[1:] == (
        "service_not_offered", [("service_not_offered", "/service")],
    )  # fmt: skip


@pytest.mark.parametrize(
    "day", [date(2026, 11, 24), date(2027, 3, 28), date(2027, 6, 1), date(2026, 10, 25)]
)
@pytest.mark.parametrize("minutes", [5, 7, 30, 480])
def test_rows_written_by_the_day_say_what_the_moments_say(day: date, minutes: int) -> None:
    clear = tuple(minute for minute in range(0, 1440, 5) if not 115 < minute < 185)
    for chosen in (clear, clear[:50], ()):
        free = FreeDay(day, sum(1 << minute // 5 for minute in chosen))
        length = timedelta(minutes=minutes)
        assert json.loads(f"[{slot_rows(free, minutes)}]") == [
            {
                "start": start.astimezone(COPENHAGEN).isoformat(),
                "end": (start + length).astimezone(COPENHAGEN).isoformat(),
            }
            for start in free.starts
        ]
