"""Reminders: two days and two hours before, of visits that stand, to people who need them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment, Desk, Participant
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    check_in,
    move_appointment,
)
from appointments.services.visits.reminders import queue_reminders
from borgerservice.municipalities.models import MobileStop
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.models import Contact, Message
from borgerservice.notifications.services import new_contact
from tests.builders import NOW, TODAY, World, build_visit, build_world

pytestmark = pytest.mark.django_db
FRIDAY = TODAY + timedelta(days=4)
TEN = instant(FRIDAY, 600)
"""Friday 27 November 2026, 10:00 in Copenhagen; it is Monday."""


def before(**time: int) -> datetime:
    """Some time before the visit."""
    return TEN - timedelta(**time)


def written(kind: str = "") -> list[str]:
    """The reminders there are, by their references."""
    rows = Message.unscoped.filter(kind__startswith=f"reminder_{kind}").order_by("pk")
    return list(rows.values_list("dedupe_key", flat=True))


@pytest.mark.parametrize(
    ("moment", "reminders"),
    [
        pytest.param(before(days=2, minutes=1), [], id="two days and a minute before"),
        pytest.param(before(days=2), ["reminder_2d"], id="two days before"),
        pytest.param(before(days=1, minutes=1), ["reminder_2d"], id="late, the day before"),
        pytest.param(before(days=1), [], id="too late for the first"),
        pytest.param(before(hours=2, minutes=1), [], id="two hours and a minute before"),
        pytest.param(before(hours=2), ["reminder_2h"], id="two hours before"),
        pytest.param(before(minutes=31), ["reminder_2h"], id="late, half an hour before"),
        pytest.param(before(minutes=30), [], id="on their way"),
        pytest.param(before(minutes=-1), [], id="begun"),
    ],
)
def test_a_reminder_is_written_when_it_is_due(moment: datetime, reminders: list[str]) -> None:
    visit = build_visit(build_world(), day=FRIDAY)
    assert queue_reminders(now=moment) == len(reminders)
    assert written() == [f"{kind}:{visit.reference}:0:sms" for kind in reminders]


def test_each_is_written_once_however_often_one_looks() -> None:
    build_visit(build_world(), day=FRIDAY, email="amina@example.com")
    made = [
        queue_reminders(now=TEN - timedelta(minutes=15 * step)) for step in range(4 * 24 * 3, 0, -1)
    ]
    assert sum(made) == 4
    assert [key.partition(":")[0] for key in written()] == ["reminder_2d"] * 2 + ["reminder_2h"] * 2


@pytest.mark.parametrize(
    ("booked", "kinds"),
    [
        pytest.param(before(days=3, minutes=1), ["reminder_2d", "reminder_2h"], id="in good time"),
        pytest.param(before(days=2, hours=23), ["reminder_2h"], id="less than three days before"),
        pytest.param(before(days=1), ["reminder_2h"], id="the day before"),
        pytest.param(before(hours=3, minutes=1), ["reminder_2h"], id="the same morning"),
        pytest.param(before(hours=2, minutes=59), [], id="less than three hours before"),
    ],
)
def test_who_booked_a_moment_ago_is_not_reminded(booked: datetime, kinds: list[str]) -> None:
    build_visit(build_world(), day=FRIDAY, now=booked)
    for moment in (before(days=2), before(days=1, minutes=30), before(hours=2), before(hours=1)):
        if moment >= booked:
            queue_reminders(now=moment)
    assert [key.partition(":")[0] for key in written()] == kinds


def test_a_moved_visit_is_reminded_of_at_its_new_time_only() -> None:
    visit = build_visit(build_world(), day=FRIDAY)
    queue_reminders(now=before(days=2))
    monday = FRIDAY + timedelta(days=3)
    move_appointment(
        appointment=visit, start=instant(monday, 600), actor="citizen", now=before(days=1, hours=23)
    )
    for moment in (before(days=1, hours=22), before(hours=2)):
        assert queue_reminders(now=moment) == 0
    assert queue_reminders(now=instant(monday, 600) - timedelta(hours=2)) == 1
    assert written() == [
        f"reminder_2d:{visit.reference}:0:sms",
        f"reminder_2h:{visit.reference}:1:sms",
    ]
    assert dict(Message.unscoped.values_list("kind", "status"))["reminder_2d"] == "dropped"


def test_nobody_is_reminded_of_a_visit_that_is_off_or_has_begun_or_without_an_address() -> None:
    world = build_world(desks=3)
    cancelled = build_visit(world, day=FRIDAY)
    cancel_appointment(appointment=cancelled, actor="citizen", now=NOW)
    early = build_visit(world, day=FRIDAY)
    check_in(appointment=early, actor="staff:1", now=before(hours=3))
    silent = build_visit(world, day=FRIDAY)
    Contact.unscoped.filter(pk=silent.contact_id).update(phone_sealed=None)
    for moment in (before(days=2), before(hours=2)):
        assert queue_reminders(now=moment) == 0


def test_a_reminder_of_a_visit_cancelled_since_is_dropped() -> None:
    visit = build_visit(build_world(), day=FRIDAY)
    deliver(now=NOW)
    queue_reminders(now=before(days=2))
    cancel_appointment(appointment=visit, actor="citizen", now=before(days=2))
    deliver(now=before(days=2))
    assert dict(Message.unscoped.values_list("kind", "status")) == {
        "booked": "sent",
        "reminder_2d": "dropped",
        "cancelled": "sent",
    }


def test_the_reminder_tells_the_time_on_the_wall_after_the_clock_has_changed() -> None:
    """Booked in summer time for a day in winter time, and reminded two times 24 hours before."""
    sunday_change = datetime.fromisoformat("2026-10-25T12:00:00+00:00").date()
    monday = sunday_change + timedelta(days=1)
    booked = instant(sunday_change - timedelta(days=5), 600)
    world = build_world(today=sunday_change - timedelta(days=6))
    visit = build_visit(world, day=monday, now=booked)
    assert queue_reminders(now=visit.starts_at - timedelta(days=2)) == 1
    (facts,) = Message.unscoped.filter(kind="reminder_2d").values_list("facts", flat=True)
    assert facts["starts_at"] == "2026-10-26T09:00:00+00:00"


def test_reminders_of_all_municipalities_go_out_in_each_its_own_name() -> None:
    for code, name in (("0657", "Herning"), ("0751", "Aarhus")):
        build_visit(build_world(code=code, name=name), day=FRIDAY)
    assert queue_reminders(now=before(days=2)) == 2
    told = Message.unscoped.filter(kind="reminder_2d")
    assert {(row.municipality.name, row.facts["centre"]) for row in told} == {
        ("Herning", "Borgerservice Herning"),
        ("Aarhus", "Borgerservice Aarhus"),
    }


def build_many_visits(world: World, count: int) -> None:
    """Booked visits on Friday, five minutes each, written past the services."""
    every_tick = [instant(FRIDAY, minute) for minute in range(0, 24 * 60, 5)]
    desks = Desk.objects.bulk_create(
        Desk(centre=world.centre, number=100 + number, caps=1)
        for number in range(count // len(every_tick) + 1)
    )
    contacts = []
    for number in range(count):
        contact, _key = new_contact(
            municipality=world.municipality, phone=f"+45203{number:05}", email=""
        )
        contacts.append(contact)
    visits = Appointment.unscoped.bulk_create(
        Appointment(
            municipality=world.municipality,
            centre=world.centre,
            desk=desks[number // len(every_tick)],
            reference=f"R{number:06}",
            starts_at=every_tick[number % len(every_tick)],
            ends_at=every_tick[number % len(every_tick)] + timedelta(minutes=5),
            busy_until=every_tick[number % len(every_tick)] + timedelta(minutes=5),
            origin=Appointment.Origin.WEB,
            language="da",
            contact=contact,
            link_hash=f"{number:064}",
            link_salt="1:salt",
            booked_by="citizen",
            created_at=NOW,
        )
        for number, contact in enumerate(contacts)
    )
    Participant.unscoped.bulk_create(
        Participant(
            municipality=world.municipality, appointment=visit, position=0, service=world.service
        )
        for visit in visits
    )


@contextmanager
def at_most(statements: int) -> Iterator[None]:
    """Count what is asked of the database; that a transaction begins and ends asks nothing."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [
        query["sql"]
        for query in captured
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(asked) <= statements, asked


def test_a_thousand_reminders_are_made_claimed_and_sent_in_ten_statements() -> None:
    build_many_visits(build_world(), 1000)
    moment = instant(FRIDAY, 24 * 60 - 5) - timedelta(days=2)
    with at_most(10):
        assert queue_reminders(now=moment) == 1000
        assert deliver(now=moment) == 1000
    assert Message.unscoped.filter(kind="reminder_2d", status="sent").count() == 1000


def test_more_reminders_than_one_statement_takes_are_all_made() -> None:
    build_many_visits(build_world(), 1500)
    moment = instant(FRIDAY, 24 * 60 - 5) - timedelta(days=2)
    with at_most(5):
        assert queue_reminders(now=moment) == 1500


def test_more_visits_at_one_moment_than_one_statement_takes_are_all_reminded_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("appointments.services.visits.reminders.VISITS_AT_ONCE", 2)
    world = build_world(desks=5)
    for _ in range(5):
        build_visit(world, day=FRIDAY)
    later = build_visit(world, day=FRIDAY, minute=630)
    assert queue_reminders(now=before(days=1, hours=12)) == 6
    assert written()[-1] == f"reminder_2d:{later.reference}:0:sms"
    assert len(set(written())) == 6


def test_a_reminder_tells_where_a_mobile_centre_stands_that_day_and_that_is_found_out_once() -> (
    None
):
    world = build_world(desks=5)
    MobileStop.objects.create(
        centre=world.centre, weekday=4, address="Torvet 1", postal_code="7451", city="Sunds"
    )
    world.centre.is_mobile = True
    world.centre.save()
    for _ in range(5):
        build_visit(world, day=FRIDAY)
    with at_most(5):
        assert queue_reminders(now=before(days=2)) == 5
    facts = Message.unscoped.filter(kind="reminder_2d").values_list("facts__address", flat=True)
    assert set(facts) == {"Torvet 1, 7451 Sunds"}
