"""A municipality's system books: the answer, its repeats, and every refusal."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from appointments.models import Appointment, CentreService, IdempotencyRecord, Participant
from appointments.rules.local_time import instant
from appointments.services import (
    cancel_appointment,
    move_appointment,
)
from borgerservice.audit.models import AuditEntry
from borgerservice.audit.selectors import history_of
from borgerservice.municipalities.models import Centre
from borgerservice.notifications.models import Contact, Message
from borgerservice.vault.links import link_hash
from borgerservice.vault.services import open_data_key
from tests.appointments.api_bookings import NAME, TOMORROW, wanted
from tests.builders import NOW, World, build_service, build_visit
from tests.platform.api_calls import System, build_system, problem, statements

REFERENCE = r"[2-9B-Z]{4}-[2-9B-Z]{4}-[2-9B-Z]{2}"
LINK = r"[A-Za-z0-9_-]{32}"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_booking_is_answered_with_its_reference_and_links(world: World, system: System) -> None:
    answer = system.book(wanted(world))
    told = answer.json()
    reference, visit = told["reference"], told["links"]["visit"]
    here = f"http://testserver/api/v1/appointments/{reference}/"
    assert answer.status_code == 201
    assert re.fullmatch(REFERENCE, reference)
    assert re.fullmatch(rf"http://testserver/en/visit/{LINK}/", visit)
    assert told == {
        "reference": reference,
        "status": "booked",
        "start": "2026-11-24T10:00:00+01:00",
        "end": "2026-11-24T10:30:00+01:00",
        "centre": world.centre.key,
        "services": ["new_mitid"],
        "links": {
            "self": here,
            "cancel": f"{here}cancel/",
            "move": f"{here}move/",
            "visit": visit,
        },
    }
    assert answer["Location"] == here
    assert system.get(f"appointments/{reference}/").status_code == 200
    booked = Appointment.unscoped.get(reference=reference)
    assert booked.link_hash == link_hash(visit.split("/")[-2])


def test_a_booking_is_recorded_sealed_and_told(world: World, system: System) -> None:
    reference = system.book(wanted(world, email="amina@example.com")).json()["reference"]
    booked = Appointment.unscoped.get(reference=reference)
    assert system.client
    actor = f"client:{system.client.pk}"
    assert (booked.origin, booked.booked_by, booked.language) == ("api", actor, "en")
    assert booked.starts_at == instant(TOMORROW, 600)
    [entry] = history_of(municipality=world.municipality, subject=f"appointment:{reference}")
    assert (entry.event, entry.actor) == ("appointment.booked", actor)
    key = open_data_key(booked.contact.data_key)
    assert key
    assert key.open(booked.contact.phone_sealed, "contact.phone") == "+4520304050"
    assert key.open(booked.contact.email_sealed, "contact.email") == "amina@example.com"
    assert set(Message.unscoped.filter(kind="booked").values_list("channel", "language")) == {
        ("sms", "en"), ("email", "en"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("20304050", "+4520304050"),
        ("20 30 40 50", "+4520304050"),
        ("+45 20 30 40 50", "+4520304050"),
        ("0045 20304050", "+4520304050"),
        ("+49 1512 3456789", "+4915123456789"),
        ("+298 211234", "+298211234"),
    ],
)
def test_a_phone_number_is_taken_as_people_write_it(
    world: World, system: System, typed: str, stored: str
) -> None:
    assert system.book(wanted(world, phone=typed)).status_code == 201
    contact = Contact.unscoped.get()
    key = open_data_key(contact.data_key)
    assert key
    assert key.open(contact.phone_sealed, "contact.phone") == stored


def test_a_phone_or_an_e_mail_will_do_and_danish_is_the_default(
    world: World, system: System
) -> None:
    body = wanted(world, phone=None, language=None, email="amina@example.com")
    answer = system.book(body)
    assert answer.status_code == 201
    assert "/visit/" in answer.json()["links"]["visit"]
    assert "/en/" not in answer.json()["links"]["visit"]
    assert Appointment.unscoped.get().language == "da"


def test_several_people_come_each_for_their_own(world: World, system: System) -> None:
    passport = build_service("passport", minutes=15)
    CentreService.objects.create(centre=world.centre, service=passport, minutes=15)
    people = [{"name": NAME}, {"name": "Yusuf Hassan", "service": "passport"}]
    told = system.book(wanted(world, participants=people)).json()
    assert told["services"] == ["new_mitid", "passport"]
    assert told["end"] == "2026-11-24T10:45:00+01:00"
    alone = [{"name": "Bo", "service": "passport"}]
    other = wanted(world, service=None, participants=alone, start="2026-11-24T12:00:00+01:00")
    assert system.book(other).json()["services"] == ["passport"]
    neither = system.book(wanted(world, service=None))
    assert problem(neither) == (400, "invalid_request", [("required", "/service")])


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-24T10:00:00+01:00",
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:00Z",
        "2026-11-24T09:00:00.000Z",
        "2026-11-24t09:00:00z",
        "2026-11-24T04:00:00-05:00",
    ],
)
def test_a_start_is_a_moment_however_its_offset_is_written(
    world: World, system: System, start: str
) -> None:
    assert system.book(wanted(world, start=start)).json()["start"] == "2026-11-24T10:00:00+01:00"


def test_a_repeat_books_once_and_is_answered_with_the_same_bytes(
    world: World, system: System
) -> None:
    answers = [system.book(wanted(world), key="order-7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert Appointment.unscoped.count() == 1
    assert Message.unscoped.filter(kind="booked").count() == 1


def test_a_repeat_is_answered_the_same_after_a_move_and_a_cancellation(
    world: World, system: System
) -> None:
    first = system.book(wanted(world), key="order-7")
    booked = Appointment.unscoped.select_related("centre__municipality", "contact").get()
    moved = move_appointment(
        appointment=booked, start=instant(TOMORROW, 720), actor="citizen", now=NOW
    )
    CentreService.objects.update(minutes=45)
    assert system.book(wanted(world), key="order-7").content == first.content
    cancel_appointment(appointment=moved, actor="citizen", now=NOW)
    Centre.objects.update(is_open_for_booking=False)
    assert system.book(wanted(world), key="order-7").content == first.content
    with time_machine.travel(NOW + timedelta(hours=12), tick=False):
        late = build_system(world.municipality, now=NOW + timedelta(hours=12))
        assert problem(late.book(wanted(world), key="order-7"))[0] == 409


def test_the_same_request_is_the_same_however_it_is_spaced(world: World, system: System) -> None:
    first = system.book(wanted(world), key="order-7")
    turned = dict(reversed(wanted(world).items()))
    spaced = json.dumps(turned, indent=3).encode()
    again = system.post("appointments/", spaced, **{"Idempotency-Key": "order-7"})
    assert again.content == first.content


@pytest.mark.parametrize(
    "difference",
    [
        {"start": "2026-11-24T11:00:00+01:00"},
        {"participants": [{"name": "Bo"}]},
        {"phone": "+4520304051"},
        {"language": "da"},
    ],
)
def test_a_key_names_one_request_only(
    world: World, system: System, difference: dict[str, Any]
) -> None:
    system.book(wanted(world), key="order-7")
    answer = system.book(wanted(world, **difference), key="order-7")
    assert problem(answer) == (422, "idempotency_key_reused", [])
    assert Appointment.unscoped.count() == 1


def test_another_system_may_use_the_same_key(world: World, system: System) -> None:
    assert system.book(wanted(world), key="1").status_code == 201
    other = build_system(world.municipality)
    answer = other.book(wanted(world, start="2026-11-24T11:00:00+01:00"), key="1")
    assert answer.status_code == 201
    assert Appointment.unscoped.count() == 2


def test_a_refused_request_may_be_sent_again_under_its_key(world: World, system: System) -> None:
    taken = build_visit(world, day=TOMORROW)
    assert problem(system.book(wanted(world), key="1"))[1] == "slot_taken"
    cancel_appointment(appointment=taken, actor="citizen", now=NOW)
    assert system.book(wanted(world), key="1").status_code == 201


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "idempotency_key_missing"),
        ({"Idempotency-Key": ""}, "idempotency_key_invalid"),
        ({"Idempotency-Key": "x" * 81}, "idempotency_key_invalid"),
        ({"Idempotency-Key": "nøgle"}, "idempotency_key_invalid"),
        ({"Idempotency-Key": "a\tb"}, "idempotency_key_invalid"),
        ({"Idempotency-Key": "a\0b"}, "idempotency_key_invalid"),
    ],
)
def test_a_booking_needs_a_key(
    world: World, system: System, headers: dict[str, str], code: str
) -> None:
    assert problem(system.post("appointments/", wanted(world), **headers)) == (400, code, [])
    assert Appointment.unscoped.count() == 0


def test_any_printable_key_will_do(world: World, system: System) -> None:
    key = "".join(map(chr, range(33, 113)))
    assert len(key) == 80
    assert system.book(wanted(world), key=key).status_code == 201


def test_what_a_system_asked_for_is_kept_as_a_keyed_mark_only(world: World, system: System) -> None:
    link = system.book(wanted(world)).json()["links"]["visit"]
    record = IdempotencyRecord.objects.get()
    assert re.fullmatch("[0-9a-f]{64}", record.request_hash)
    assert set(record.answer) == {"start", "end", "services", "link_salt"}
    assert link.split("/")[-2] not in str(record.answer)


def test_a_long_or_strange_name_is_kept_as_it_is_meant(world: World, system: System) -> None:
    name = "  Zoë 👩‍👩‍👧 <script>alert(1)</script>\u202e  "
    reference = system.book(wanted(world, participants=[{"name": name}])).json()["reference"]
    [shown] = system.get(f"appointments/{reference}/").json()["participants"]
    assert shown["name"].startswith("Zoë")
    assert "\u202e" not in shown["name"]
    assert "<script>" in shown["name"]


def test_a_refusal_is_told_in_danish_to_those_who_ask(world: World) -> None:
    danish = build_system(world.municipality, **{"Accept-Language": "da"})
    assert problem(danish.book(wanted(world, service="haircut")))[1] == "service_not_offered"
    assert danish.book(wanted(world))["Content-Language"] == "da"


def test_a_booking_takes_a_bounded_number_of_statements(world: World, system: System) -> None:
    _answer, one = statements(lambda: system.book(wanted(world)))
    people = [{"name": name} for name in ("A", "B", "C", "D")]
    body = wanted(world, participants=people, start="2026-11-24T12:00:00+01:00")
    answer, four = statements(lambda: system.book(body))
    assert answer.status_code == 201
    assert len(four) - len(one) == (0 if connection.vendor == "postgresql" else 3)
    assert len(one) == (3 if connection.vendor == "postgresql" else 11)
    assert Participant.unscoped.count() == 5
    assert AuditEntry.unscoped.filter(event="appointment.booked").count() == 2
