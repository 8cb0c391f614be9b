"""Holding a time through the API: used, repeated, over, somebody else's."""

from datetime import timedelta

import pytest

from appointments.models import Appointment, Hold
from tests.appointments.api_bookings import wanted
from tests.builders import build_world
from tests.platform.api_calls import build_system, problem, statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
AT_TEN = "2026-11-24T10:00:00+01:00"
AT_TWELVE = "2026-11-24T12:00:00+01:00"


def hold(system, world, start=AT_TEN, *, key="one", **differences):
    body = {
        "centre": world.centre.key,
        "start": start,
        "services": [world.service.code],
        **differences,
    }
    return system.post("holds/", body, **{"Idempotency-Key": key})


def test_a_time_is_held_for_ten_minutes_and_booked_with_its_secret(world, system):
    answer = hold(system, world)
    held = answer.json()
    assert answer.status_code == 201
    assert (held["start"], held["end"]) == (AT_TEN, "2026-11-24T10:30:00+01:00")
    assert held["expires_at"] == "2026-11-23T08:10:00+01:00"
    assert problem(system.book(wanted(world)))[1] == "slot_taken"
    booked = system.book(wanted(world, hold=held["hold"]))
    assert booked.status_code == 201
    assert not Hold.unscoped.exists()
    assert Appointment.unscoped.count() == 1


def test_only_the_hash_of_the_secret_is_kept(world, system):
    secret = hold(system, world).json()["hold"]
    kept = Hold.unscoped.get().secret_hash
    assert secret not in kept
    assert len(kept) == 64


def test_the_same_key_holds_once_and_not_longer(world, system, clock):
    first = hold(system, world)
    clock.shift(timedelta(minutes=5))
    again = hold(system, world)
    assert (again.status_code, again.json()) == (201, first.json())
    assert Hold.unscoped.count() == 1
    other = hold(system, world, AT_TWELVE)
    assert problem(other)[:2] == (422, "idempotency_key_reused")


def test_a_repeat_of_a_booking_with_a_hold_is_answered_as_the_first_time(world, system):
    body = wanted(world, hold=hold(system, world).json()["hold"])
    first, again = system.book(body, "k"), system.book(body, "k")
    assert (again.status_code, again.content) == (201, first.content)
    assert Appointment.unscoped.count() == 1


def test_a_hold_that_is_over_used_of_another_or_made_up_is_told_alike(world, system, clock):
    secret = hold(system, world).json()["hold"]
    elsewhere = build_world(code="0751", name="Aarhus")
    stranger = build_system(elsewhere.municipality)
    told = {
        stranger.book(wanted(elsewhere, hold=secret)).content,
        system.book(wanted(world, hold="x" * 32)).content,
        system.book(wanted(world, hold=secret, start=AT_TWELVE)).content,
        stranger.post("holds/release/", {"hold": secret}).content,
    }
    assert system.book(wanted(world, hold=secret), "used").status_code == 201
    told.add(system.book(wanted(world, hold=secret)).content)
    secret = hold(system, world, AT_TWELVE, key="two").json()["hold"]
    clock.shift(timedelta(minutes=10))
    over = system.book(wanted(world, hold=secret, start=AT_TWELVE))
    told.add(over.content)
    assert problem(over) == (409, "hold_over", [("hold_over", "/hold")])
    assert len(told) == 1
    assert system.book(wanted(world, start=AT_TWELVE)).status_code == 201


def test_a_hold_is_given_up_once(world, system):
    secret = hold(system, world).json()["hold"]
    released = system.post("holds/release/", {"hold": secret})
    assert (released.status_code, released.json()["start"]) == (200, AT_TEN)
    assert problem(system.post("holds/release/", {"hold": secret}))[:2] == (409, "hold_over")
    assert system.book(wanted(world)).status_code == 201


@pytest.mark.parametrize(
    ("differences", "code"),
    [
        ({"start": "2026-11-24T10:07:00+01:00"}, "off_grid"),
        ({"start": "2026-11-28T10:00:00+01:00"}, "closed"),
        ({"start": "2026-11-20T10:00:00+01:00"}, "in_the_past"),
        ({"start": "2027-10-31T02:30:00+01:00"}, "no_such_time"),
        ({"start": "2029-11-24T10:00:00+01:00"}, "too_far_ahead"),
        ({"services": ["haircut"]}, "service_not_offered"),
        ({"services": []}, "invalid_request"),
        ({"centre": "nowhere"}, "centre_not_found"),
        ({"name": "Amina"}, "invalid_request"),
    ],
)
def test_what_cannot_be_held_is_refused_and_holds_nothing(world, system, differences, code):
    body = {
        "centre": world.centre.key,
        "start": AT_TEN,
        "services": [world.service.code],
        **differences,
    }
    assert problem(system.post("holds/", body, **{"Idempotency-Key": "k"}))[1] == code
    assert not Hold.unscoped.exists()


def test_a_time_that_is_held_or_booked_is_not_held_again(world, system):
    assert hold(system, world).status_code == 201
    assert problem(hold(system, world, key="two"))[:2] == (409, "slot_taken")


def test_nobody_holds_at_another_municipality(world, system):
    elsewhere = build_world(code="0751", name="Aarhus")
    assert problem(hold(system, elsewhere))[:2] == (404, "centre_not_found")


def test_holding_costs_at_most_eight_statements(world, system):
    answer, sql = statements(lambda: hold(system, world))
    assert answer.status_code == 201
    assert len(sql) <= 8, sql
