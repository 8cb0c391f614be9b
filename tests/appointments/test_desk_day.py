"""The day list: what a clerk sees of a day, and finds in it."""

import re
from datetime import timedelta

import pytest

from appointments.models import Appointment, Participant
from appointments.services import (
    cancel_appointment,
    check_in,
)
from borgerservice.municipalities.models import StaffMember, StaffRole
from tests.appointments.desk import at_work, centre_page, signed_in, visit_page, words
from tests.builders import NOW, TODAY, build_staff, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NO_ROLE = "You have no role in a municipality yet. Ask an administrator in your municipality."


def rows(response):
    """The references of the lines, in order."""
    return re.findall(r'<tr id="([^"]+)"', response.content.decode())


def test_a_clerk_with_one_centre_lands_on_its_day_list():
    world = build_world()
    clerk = at_work(world.municipality)
    assert clerk.get("/admin/").headers["Location"] == centre_page(world, "day")


def test_somebody_whose_roles_have_ended_sees_no_place():
    world = build_world()
    staff = build_staff(world.municipality)
    clerk = signed_in(staff)
    assert clerk.get(centre_page(world, "day")).status_code == 200
    staff.roles.update(ended_at=NOW)
    assert clerk.get(centre_page(world, "day")).status_code == 404
    page = clerk.get("/admin/").content.decode()
    assert world.municipality.name not in page
    assert words(NO_ROLE) in page


def test_superuser_opens_no_municipality():
    world = build_world()
    staff = build_staff(world.municipality)
    staff.roles.update(ended_at=NOW)
    StaffMember.objects.filter(pk=staff.pk).update(is_superuser=True)
    assert signed_in(staff).get(centre_page(world, "day")).status_code == 404


def test_the_list_shows_the_day_in_the_order_of_the_clock():
    world = build_world(desks=2)
    late = build_visit(world, minute=13 * 60, names=["Bo Berg"])
    early = build_visit(world, minute=10 * 60 + 30, names=["Amina Hassan"])
    build_visit(world, day=TODAY + timedelta(days=1), names=["Not Today"])
    page = at_work(world.municipality).get(centre_page(world, "day"))
    assert rows(page) == [early.reference, late.reference]
    text = page.content.decode()
    assert "Amina Hassan" in text
    assert "Bo Berg" in text
    assert "Not Today" not in text


def test_a_protected_person_shows_as_a_number_and_is_not_found_by_name():
    world = build_world()
    visit = build_visit(world, names=["Zenobia Palmyra"])
    Participant.unscoped.filter(appointment=visit).update(is_protected=True)
    clerk = at_work(world.municipality)
    number = visit.reference.split("-")[-1]
    day = clerk.get(centre_page(world, "day")).content.decode()
    assert "Zenobia" not in day
    assert number in day
    assert rows(clerk.post(centre_page(world, "day"), {"q": "zenobia"})) == []
    assert "Zenobia" not in clerk.get(visit_page(world, visit.reference)).content.decode()


def drawn(monkeypatch, *references):
    """The next visits get these references, as if they had been drawn."""
    to_come = iter(references)
    draw = "appointments.services.booking.new_visit.reference_from"
    monkeypatch.setattr(draw, lambda _randomness: next(to_come))


def test_two_visits_with_the_same_last_part_get_numbers_that_tell_them_apart(monkeypatch):
    world = build_world(desks=2)
    drawn(monkeypatch, "BBBB-CCCC-D2", "BBBB-FFFF-D2")
    build_visit(world)
    build_visit(world)
    text = at_work(world.municipality).get(centre_page(world, "day")).content.decode()
    assert ">CCCC-D2<" in text
    assert ">FFFF-D2<" in text


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("hassan", id="part of the name"),
        pytest.param("  AMINA   hassan ", id="the name with other spaces and capitals"),
        pytest.param("4050", id="the end of the phone number"),
        pytest.param("20 30 40 50", id="the phone number as people write it"),
    ],
)
def test_a_clerk_finds_somebody_in_the_day_by(typed):
    world = build_world(desks=2)
    visit = build_visit(world, names=["Amina Hassan"], phone="+4520304050")
    build_visit(world, names=["Bo Berg"], phone="+4521222324")
    found = at_work(world.municipality).post(centre_page(world, "day"), {"q": typed})
    assert rows(found) == [visit.reference]


def test_the_waiting_number_finds_the_visit_of_the_day(monkeypatch):
    world = build_world(desks=2)
    drawn(monkeypatch, "BBBB-CCCC-D2", "BBBB-FFFF-G3")
    build_visit(world)
    build_visit(world)
    found = at_work(world.municipality).post(centre_page(world, "day"), {"q": "d2"})
    assert rows(found) == ["BBBB-CCCC-D2"]


def test_a_whole_reference_leads_to_the_visit_on_whatever_day():
    world = build_world()
    visit = build_visit(world, day=TODAY + timedelta(days=2))
    typed = visit.reference.replace("-", " ").lower()
    found = at_work(world.municipality).post(centre_page(world, "day"), {"q": typed})
    assert found.headers["Location"] == visit_page(world, visit.reference)


def test_a_reference_of_another_municipality_leads_nowhere():
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    visit = build_visit(elsewhere)
    found = at_work(world.municipality).post(centre_page(world, "day"), {"q": visit.reference})
    assert found.status_code == 200
    assert rows(found) == []


def test_a_search_that_looks_like_a_cpr_number_is_refused_and_not_shown_back():
    world = build_world()
    page = at_work(world.municipality).post(centre_page(world, "day"), {"q": "610190-1234"})
    assert "610190" not in page.content.decode()


def test_the_list_can_be_narrowed_to_a_status():
    world = build_world(desks=3)
    here = build_visit(world)
    gone = build_visit(world, minute=11 * 60)
    build_visit(world, minute=12 * 60)
    check_in(appointment=here, actor="staff:1", now=NOW)
    cancel_appointment(appointment=gone, actor="citizen", now=NOW)
    clerk = at_work(world.municipality)
    assert rows(clerk.get(centre_page(world, "day"), {"status": "checked_in"})) == [here.reference]
    assert rows(clerk.get(centre_page(world, "day"), {"status": "cancelled"})) == [gone.reference]
    assert len(rows(clerk.get(centre_page(world, "day")))) == 3


@pytest.mark.parametrize("typed", ["", "2026-13-40", "9999-12-31", "tomorrow", "0001-01-01"])
def test_a_day_that_cannot_be_read_is_today(typed):
    world = build_world()
    visit = build_visit(world)
    assert rows(at_work(world.municipality).get(centre_page(world, "day"), {"date": typed})) == [
        visit.reference
    ]


def test_checking_in_from_the_list_returns_to_the_line():
    world = build_world()
    visit = build_visit(world)
    clerk = at_work(world.municipality)
    answer = clerk.post(visit_page(world, visit.reference, "visit_check_in"), {"from": "day"})
    assert answer.headers["Location"].endswith(f"?date=2026-11-23#{visit.reference}")
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.CHECKED_IN


def test_the_day_takes_five_statements_however_many_come(django_assert_max_num_queries):
    world = build_world(desks=5, minutes=15)
    for minute in range(9 * 60, 15 * 60, 15):
        for _desk in range(5):
            build_visit(world, minute=minute, now=NOW - timedelta(days=1))
    clerk = at_work(world.municipality)
    clerk.get(centre_page(world, "day"))
    with django_assert_max_num_queries(5):
        page = clerk.get(centre_page(world, "day"))
    assert len(rows(page)) == 120


@pytest.mark.parametrize(
    "role",
    [StaffRole.Role.ADMINISTRATOR, StaffRole.Role.AUDITOR, StaffRole.Role.FRAUD_REVIEWER],
)
def test_who_does_not_receive_citizens_does_not_find_the_day_list(role):
    world = build_world()
    assert at_work(world.municipality, role).get(centre_page(world, "day")).status_code == 404


def test_another_municipality_s_centre_is_not_found_under_either_code():
    world, elsewhere = build_world(), build_world(code="0751", name="Aarhus")
    clerk = at_work(world.municipality)
    theirs = centre_page(elsewhere, "day")
    assert clerk.get(theirs).status_code == 404
    assert clerk.get(theirs.replace("0751", "0657")).status_code == 404


def test_the_same_day_is_there_as_json_for_the_same_staff_alone():
    world = build_world(desks=2)
    build_visit(world, minute=13 * 60, names=["Bo Berg"])
    protected = build_visit(world, minute=11 * 60, names=["Amina Hassan", "Secret"])
    Participant.unscoped.filter(appointment=protected, position=1).update(is_protected=True)
    clerk = at_work(world.municipality)
    told = clerk.get(centre_page(world, "day_rows"))
    assert told.json()["date"] == TODAY.isoformat()
    visits = told.json()["visits"]
    assert [visit["reference"] for visit in visits] == rows(clerk.get(centre_page(world, "day")))
    assert [visit["names"] for visit in visits] == [["Amina Hassan", None], ["Bo Berg"]]
    assert visits[1]["start"] == "2026-11-23T13:00:00+01:00"
    assert "no-store" in told.headers["Cache-Control"]
    tomorrow = clerk.get(centre_page(world, "day_rows"), {"date": "2026-11-24"})
    assert tomorrow.json() == {"date": "2026-11-24", "visits": []}
    other = at_work(build_world(code="0751", name="Aarhus").municipality)
    assert other.get(centre_page(world, "day_rows")).status_code == 404
    administrator = at_work(world.municipality, StaffRole.Role.ADMINISTRATOR)
    assert administrator.get(centre_page(world, "day_rows")).status_code in {403, 404}
