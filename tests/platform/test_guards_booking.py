"""What the database refuses about visits, whoever writes."""

from datetime import timedelta

import pytest
from django.db import connection

from appointments.models import Appointment, Participant
from borgerservice.notifications.models import Contact
from borgerservice.notifications.services import new_contact
from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import (
    copy_row,
    execute,
    plain_message,
    plain_visit,
    refused,
    rows_of,
)

VISITS = "appointments_appointment"
OF_ANOTHER = "of[ _]another[ _](municipality|centre)"
"""A trigger says it, or a key of that name."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build_world(desks=2)


@pytest.fixture
def visit(world):
    return plain_visit(world, minute=600)


@pytest.fixture
def elsewhere():
    return build_world(code="0751", name="Aarhus")


def another(world, **changed):
    """Unique columns of a second visit, and what is changed in it."""
    contact, _key = new_contact(municipality=world.municipality, phone="", email="")
    number = Appointment.unscoped.count()
    return {
        "reference": f"R{number}",
        "link_hash": f"hash {number}",
        "contact_id": contact.pk,
        **changed,
    }


def moved(visit, minutes):
    """The visit's times, so many minutes later, as the database spells them."""
    shift = timedelta(minutes=minutes)
    names = ("starts_at", "ends_at", "busy_until")
    return {
        name: (getattr(visit, name) + shift).strftime("%Y-%m-%d %H:%M:%S")
        + ("+00" if connection.vendor == "postgresql" else "")
        for name in names
    }


@pytest.mark.parametrize("minutes", [0, 15, -15, 29, -29])
def test_two_visits_never_overlap_at_a_desk(world, visit, minutes):
    with refused("one_visit_per_desk_and_time"):
        copy_row(VISITS, visit.pk, **another(world), **moved(visit, minutes))


@pytest.mark.parametrize("minutes", [30, -30])
def test_a_visit_may_begin_when_another_ends(world, visit, minutes):
    assert copy_row(VISITS, visit.pk, **another(world), **moved(visit, minutes)) == 1


def test_the_time_of_a_cancelled_visit_is_free(world, visit):
    execute(f"UPDATE {VISITS} SET status = 'cancelled' WHERE id = %s", visit.pk)
    assert copy_row(VISITS, visit.pk, **another(world, status="booked")) == 1
    with refused("one_visit_per_desk_and_time"):
        execute(f"UPDATE {VISITS} SET status = 'booked' WHERE id = %s", visit.pk)


def test_a_visit_is_not_moved_onto_another(world, visit):
    later = plain_visit(world, minute=660)
    execute(f"UPDATE {VISITS} SET desk_id = %s WHERE id = %s", visit.desk_id, later.pk)
    with refused("one_visit_per_desk_and_time"):
        execute(
            f"UPDATE {VISITS} SET starts_at = %s, ends_at = %s, busy_until = %s WHERE id = %s",
            *moved(visit, 0).values(),
            later.pk,
        )


def test_a_visit_is_not_given_a_desk_that_is_taken(world, visit):
    beside = plain_visit(world, minute=600, desk=1)
    assert beside.desk_id != visit.desk_id
    with refused("one_visit_per_desk_and_time"):
        execute(f"UPDATE {VISITS} SET desk_id = %s WHERE id = %s", visit.desk_id, beside.pk)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "REPLACE"])
def test_no_spelling_of_insert_gets_past_the_guard(world, visit, verb):
    before = rows_of(VISITS)
    with refused("one_visit_per_desk_and_time"):
        copy_row(VISITS, visit.pk, verb=verb, **another(world))
    with refused("visit is there already"):
        copy_row(VISITS, visit.pk, verb=verb, **another(world, id=visit.pk))
    with refused("visit is there already"):
        later = moved(visit, 90)
        copy_row(VISITS, visit.pk, verb=verb, **another(world, reference=visit.reference), **later)
    assert rows_of(VISITS) == before


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["UPDATE OR IGNORE", "UPDATE OR REPLACE"])
def test_no_spelling_of_update_gets_past_the_guard(world, visit, verb):
    beside = plain_visit(world, minute=600, desk=1)
    before = rows_of(VISITS)
    with refused("one_visit_per_desk_and_time"):
        execute(f"{verb} {VISITS} SET desk_id = %s WHERE id = %s", visit.desk_id, beside.pk)
    with refused("visit is there already"):
        execute(f"{verb} {VISITS} SET id = %s WHERE id = %s", visit.pk, beside.pk)
    with refused("the number of a visit or case stays"):
        execute(f"{verb} {VISITS} SET reference = %s WHERE id = %s", visit.reference, beside.pk)
    assert rows_of(VISITS) == before


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    "start",
    [
        "2026-11-23T09:00:00",
        "2026-11-23 09:00",
        "2026-11-23 09:00:00.000",
        "2026-11-23 09:00:30",
        "2026-11-23 09:00:00+00:00",
        "2026-13-23 09:00:00",
        "2026-11-31 09:00:00",
        "2026-11-23 25:00:00",
        "26-11-23 09:00:00",
        "now",
        b"2026-11-23 09:00:00",
        2461367.875,
        None,
    ],
)
def test_a_time_that_would_not_compare_is_refused(world, visit, start):
    later = moved(visit, 90)
    with refused("odd format|NOT NULL"):
        copy_row(VISITS, visit.pk, **another(world), **{**later, "starts_at": start})
    with refused("odd format|NOT NULL"):
        execute(f"UPDATE {VISITS} SET starts_at = %s WHERE id = %s", start, visit.pk)


@pytest.mark.only("sqlite")
def test_a_visit_of_more_than_a_day_would_hide_behind_the_look_up(world, visit):
    end = (visit.starts_at + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
    with refused("odd format"):
        execute(f"UPDATE {VISITS} SET busy_until = %s WHERE id = %s", end, visit.pk)


@pytest.mark.parametrize("column", ["municipality_id", "centre_id", "desk_id", "contact_id"])
def test_a_visit_holds_nothing_of_another_municipality(world, visit, elsewhere, column):
    contact, _key = new_contact(municipality=elsewhere.municipality, phone="", email="")
    foreign = {
        "municipality_id": elsewhere.municipality.pk,
        "centre_id": elsewhere.centre.pk,
        "desk_id": elsewhere.desks[0].pk,
        "contact_id": contact.pk,
    }[column]
    with refused(OF_ANOTHER):
        copy_row(VISITS, visit.pk, **{**another(world), **moved(visit, 90), column: foreign})
    with refused(OF_ANOTHER):
        execute(f"UPDATE {VISITS} SET {column} = %s WHERE id = %s", foreign, visit.pk)
    with refused("(?i)not[ -]null|another municipality"):
        copy_row(
            VISITS, visit.pk, **{**another(world), **moved(visit, 90), "municipality_id": None}
        )


def test_a_visit_does_not_move_to_another_municipality_whole(world, visit, elsewhere):
    contact, _key = new_contact(municipality=elsewhere.municipality, phone="", email="")
    with refused("visit of another municipality"):
        execute(
            f"UPDATE {VISITS} SET municipality_id = %s, centre_id = %s, desk_id = %s,"
            " contact_id = %s WHERE id = %s",
            elsewhere.municipality.pk,
            elsewhere.centre.pk,
            elsewhere.desks[0].pk,
            contact.pk,
            visit.pk,
        )


def test_a_participant_belongs_to_the_municipality_of_the_visit(world, visit, elsewhere):
    table = "appointments_participant"
    participant = Participant.unscoped.get(appointment=visit)
    foreign = plain_visit(elsewhere)
    there = elsewhere.municipality.pk
    with refused(OF_ANOTHER):
        copy_row(table, participant.pk, position=1, municipality_id=there)
    with refused(OF_ANOTHER):
        execute(f"UPDATE {table} SET municipality_id = %s WHERE id = %s", there, participant.pk)
    with refused(f"{OF_ANOTHER}|stays as booked"):
        execute(
            f"UPDATE {table} SET municipality_id = %s, appointment_id = %s WHERE id = %s",
            there,
            foreign.pk,
            participant.pk,
        )


def test_a_message_goes_to_a_contact_of_its_municipality(world, visit, elsewhere):
    message = plain_message(visit)
    foreign, _key = new_contact(municipality=elsewhere.municipality, phone="", email="")
    with refused(OF_ANOTHER):
        copy_row("notifications_message", message.pk, dedupe_key="x", contact_id=foreign.pk)
    with refused(OF_ANOTHER):
        execute(
            "UPDATE notifications_message SET contact_id = %s WHERE id = %s", foreign.pk, message.pk
        )


def test_what_visits_hang_on_stays_in_its_municipality(world, visit, elsewhere):
    there = elsewhere.municipality.pk
    with refused("a desk stays in its centre"):
        execute("UPDATE appointments_desk SET centre_id = %s", elsewhere.centre.pk)
    with refused("a centre stays in its municipality"):
        execute(
            "UPDATE municipalities_centre SET municipality_id = %s WHERE id = %s",
            there,
            world.centre.pk,
        )
    with refused("a contact stays in its municipality"):
        execute(
            "UPDATE notifications_contact SET municipality_id = %s WHERE id = %s",
            there,
            visit.contact_id,
        )
    assert Contact.objects.for_municipality(world.municipality).filter(appointment=visit).exists()


def test_a_role_at_a_centre_is_a_role_where_the_centre_lies(world, elsewhere):
    staff = build_staff(world.municipality, now=NOW)
    role = staff.roles.get()
    with refused("role at a centre of another municipality"):
        execute(
            "UPDATE municipalities_staffrole SET centre_id = %s WHERE id = %s",
            elsewhere.centre.pk,
            role.pk,
        )
    with refused("role at a centre of another municipality"):
        copy_row("municipalities_staffrole", role.pk, role="lead", centre_id=elsewhere.centre.pk)
    assert copy_row("municipalities_staffrole", role.pk, role="lead", centre_id=world.centre.pk)
