"""Ways round the guards of what is kept: rows moved, renamed or written anew, and other clocks."""

from datetime import date, timedelta

import pytest

from appointments.models import Participant
from borgerservice.audit.models import AuditEntry, AuditHorizon
from borgerservice.database.removal import remove
from borgerservice.kernel import clock
from borgerservice.kernel.terms import years_before
from tests.builders import NOW, TODAY, build_staff
from tests.platform.raw import copy_row, execute, refused
from tests.platform.test_guards_retention import BEFORE, OLD, a_disposal, dispose
from tests.retention.lives import build_lives, noon
from witnesses.models import IdentityProofing, LedgerHorizon, Witnessing

YOUNG = TODAY - timedelta(days=3)
LONG_AGO = date(2020, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives(world):
    return build_lives(world)


@pytest.fixture
def two(world):
    return build_staff(world.municipality), build_staff(world.municipality)


def witnessed(lives, visit):
    return lives.case(visit, witness=lives.person(visit.starts_at))


def write_down_as(visit, day):
    """The visit is written as if it had been that day."""
    begins = noon(day).replace(tzinfo=None)
    ends = (begins + timedelta(minutes=5)).isoformat(" ")
    execute(
        "UPDATE appointments_appointment SET starts_at = %s, ends_at = %s, busy_until = %s"
        " WHERE id = %s",
        begins.isoformat(" "),
        ends,
        ends,
        visit.pk,
    )


def test_a_young_case_goes_with_no_visit_that_was_disposed_of(lives, world, two):
    visit = lives.visit(OLD)
    dispose(visit, a_disposal(world, two))
    visit.starts_at = noon(YOUNG)
    case = witnessed(lives, visit)
    witnessing = Witnessing.unscoped.get()
    evidence = [
        *case.documents.all(),
        *case.statements.all(),
        *case.client_answers.all(),
        witnessing,
        case,
    ]
    assert len(evidence) == 5
    for row in evidence:
        with refused("append-only|over cannot be changed"):
            remove(type(row), [row.pk])


def test_a_hold_keeps_a_case_whose_visit_was_disposed_of_before(lives, world, two):
    visit = lives.visit(OLD)
    case = witnessed(lives, visit)
    dispose(visit, a_disposal(world, two))
    hold = lives.hold(visit)
    rows = [*case.documents.all(), *case.client_answers.all(), Witnessing.unscoped.get(), case]
    for row in rows:
        with refused("append-only|over cannot be changed"):
            remove(type(row), [row.pk])
    lives.lift(hold)
    remove(Witnessing, [Witnessing.unscoped.get().pk])


def test_a_young_visit_with_a_case_cannot_be_dated_back_and_disposed_of(lives, world, two):
    visit = lives.visit(YOUNG)
    left = lives.open_case(visit)
    IdentityProofing.unscoped.filter(pk=left.pk).update(state="abandoned")
    write_down_as(visit, LONG_AGO)
    with refused("still needed"):
        dispose(visit, a_disposal(world, two))


def test_a_visit_that_is_no_longer_old_does_not_go(lives, world, two):
    visit = lives.visit(OLD)
    dispose(visit, a_disposal(world, two))
    execute("DELETE FROM appointments_participant WHERE appointment_id = %s", visit.pk)
    write_down_as(visit, YOUNG)
    with refused("a visit stays"):
        execute("DELETE FROM appointments_appointment WHERE id = %s", visit.pk)


def test_who_has_a_case_is_not_written_anew_at_a_visit_that_is_not_held(lives, world):
    visit, other = lives.visit(OLD), lives.visit(OLD)
    witnessed(lives, visit)
    lives.hold(visit)
    LedgerHorizon.objects.create(before=BEFORE, set_at=NOW)
    participant = visit.participants.get()
    with refused("who has a case stays"):
        execute("DELETE FROM appointments_participant WHERE id = %s", participant.pk)
        Participant.unscoped.create(
            pk=participant.pk,
            municipality=world.municipality,
            appointment=other,
            position=1,
            service=world.service,
        )
    with refused("who has a case stays|a name stays as booked"):
        execute("UPDATE appointments_participant SET id = 999999 WHERE id = %s", participant.pk)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_who_has_a_case_is_not_replaced(lives, verb):
    visit, other = lives.visit(OLD), lives.visit(OLD)
    witnessed(lives, visit)
    participant = visit.participants.get().pk
    with refused("who has a case stays"):
        copy_row(
            "appointments_participant",
            participant,
            verb=verb,
            id=participant,
            appointment_id=other.pk,
            position=1,
        )


def test_entries_about_what_is_held_do_not_lose_it_by_its_number(lives, world):
    visit, other = lives.visit(OLD), lives.visit(OLD)
    still_open = lives.open_case(visit)
    lives.hold(visit)
    AuditHorizon.objects.create(before=BEFORE, set_at=NOW)
    for table, row in (
        ("appointments_appointment", visit),
        ("witnesses_identityproofing", still_open),
    ):
        with refused("the number of a visit or case stays"):
            execute(f"UPDATE {table} SET reference = 'ANOTHER' WHERE id = %s", row.pk)
    gone = AuditEntry.unscoped.get(subject=f"appointment:{other.reference}")
    assert remove(AuditEntry, [gone.pk]) == 1


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("zone", ["INTERVAL '+167:59' HOUR TO MINUTE", "'Pacific/Kiritimati'"])
def test_the_clients_time_zone_makes_nothing_older(world, two, zone):
    execute(f"SET LOCAL TIME ZONE {zone}")
    today = clock.now().date()
    for horizon in (AuditHorizon, LedgerHorizon):
        with refused("24 months"):
            horizon.objects.create(before=years_before(today, 2) + timedelta(days=1), set_at=NOW)
    with refused("5 years"):
        a_disposal(world, two, before=years_before(today, 5) + timedelta(days=1))


def test_what_nobody_answered_stays_beyond_the_horizon(lives):
    case = witnessed(lives, lives.visit(OLD))
    witnessing = Witnessing.unscoped.get(proofing=case)
    signal, proposal = lives.suspect(witnessing), lives.propose_reversal(witnessing)
    LedgerHorizon.objects.create(before=BEFORE, set_at=NOW)
    for row in (signal, proposal):
        with refused("stands"):
            remove(type(row), [row.pk])
    lives.look_into(signal)
    assert remove(type(signal), [signal.pk]) == 1


def test_an_open_hold_stays_also_where_its_visit_was_disposed_of(lives, world, two):
    visit = lives.visit(OLD)
    dispose(visit, a_disposal(world, two))
    hold = lives.hold(visit)
    with refused("stands"):
        remove(type(hold), [hold.pk])
    lives.lift(hold)
    assert remove(type(hold), [hold.pk]) == 1
