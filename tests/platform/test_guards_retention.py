"""Nothing goes before its time, unapproved or while it is kept, whoever asks and in whatever way."""

from datetime import date, timedelta

import pytest
from django.db import connection

from appointments.models import Appointment
from borgerservice.audit.models import AuditHorizon
from borgerservice.database.removal import ONLY_GROWING
from borgerservice.guards.services import append_only_tables
from borgerservice.kernel import clock
from borgerservice.kernel.terms import years_before
from borgerservice.retention.models import Disposal, DisposedVisit, LegalHold
from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import copy_row, execute, insert, refused, rows_of, schedule
from tests.retention.lives import build_lives
from witnesses.models import LedgerHorizon, Witnessing

OLD, BEFORE = date(2020, 3, 1), date(2020, 3, 2)
TABLES_OF_A_VISIT = (
    "witnesses_reversal",
    "witnesses_witnessing",
    "witnesses_reversalproposal",
    "witnesses_fraudsignal",
    "witnesses_clientanswer",
    "witnesses_declaration",
    "witnesses_documentevidence",
    "witnesses_witnessstatement",
    "witnesses_identityproofing",
    "retention_legalhold",
    "appointments_appointment",
)
REFUSED = "append-only|stands|stays|over cannot be changed|permission denied"

pytestmark = pytest.mark.django_db


@pytest.fixture
def lives(world):
    return build_lives(world)


@pytest.fixture
def two(world):
    return build_staff(world.municipality), build_staff(world.municipality)


def a_disposal(world, two, *, before=BEFORE, approved=True):
    insert(
        "retention_disposal",
        municipality_id=world.municipality.pk,
        before=before.isoformat(),
        authority="26/1",
        proposed_by_id=two[0].pk,
        proposed_at=NOW.isoformat(" "),
        **(
            {
                "answered_by_id": two[1].pk,
                "answered_at": NOW.isoformat(" "),
                "is_approved": True,
            }
            if approved
            else {}
        ),
    )
    return Disposal.unscoped.latest("pk")


def dispose(visit, disposal, **changed):
    row = {
        "municipality_id": visit.municipality_id,
        "visit": visit.pk,
        "disposal_id": disposal.pk,
        "disposed_at": NOW.isoformat(" "),
        **changed,
    }
    insert("retention_disposedvisit", **row)


@pytest.mark.parametrize("table", TABLES_OF_A_VISIT)
def test_nothing_of_a_visit_is_deleted_by_hand(lives, table):
    lives.full_visit(OLD)
    before = rows_of(table)
    assert before
    with refused(REFUSED):
        execute(f"DELETE FROM {table}")
    with refused(REFUSED):
        execute(f"DELETE FROM {table} WHERE id = %s", before[0][0])
    assert rows_of(table) == before


@pytest.mark.parametrize("table", TABLES_OF_A_VISIT)
def test_the_approval_of_another_visit_lets_nothing_go(lives, world, two, table):
    lives.full_visit(OLD)
    before = rows_of(table)
    dispose(lives.visit(OLD), a_disposal(world, two))
    with refused(REFUSED):
        execute(f"DELETE FROM {table} WHERE id = %s", before[0][0])


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("table", sorted(append_only_tables("postgresql")))
def test_what_deletes_as_the_owner_deletes_what_is_due_alone(lives, world, two, table):
    lives.full_visit(OLD)
    AuditHorizon.objects.create(before=OLD, set_at=NOW)
    LedgerHorizon.objects.create(before=OLD, set_at=NOW)
    dispose(lives.visit(OLD), a_disposal(world, two))
    before = rows_of(table)
    ids = [row[0] for row in before] or [1]
    with connection.cursor() as cursor, refused("append-only|nothing is ever due"):
        cursor.execute("SELECT remove_due(%s, %s::bigint[])", [table, ids])
        if table in ONLY_GROWING and not before:
            raise AssertionError("nothing was tried")
    assert rows_of(table) == before


@pytest.mark.only("postgresql")
@pytest.mark.parametrize(
    "table", ["witnesses_witnessing w", "pg_class", "django_session", 'audit_auditentry"; --']
)
def test_what_deletes_as_the_owner_takes_no_other_table(table):
    with connection.cursor() as cursor, refused("nothing is ever due"):
        cursor.execute("SELECT remove_due(%s, %s::bigint[])", [table, [1]])


def test_only_tables_that_only_grow_need_their_owner():
    assert set(ONLY_GROWING) < set(append_only_tables(connection.vendor))


@pytest.mark.parametrize("days", [1, 400, 5000])
def test_no_disposal_is_of_young_visits(world, two, days):
    before = years_before(clock.now().date(), 5) + timedelta(days=days)
    with refused("visits stay for 5 years"):
        a_disposal(world, two, before=before)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("before", ["2020", "2020-3-1", "01-03-2020", "2020-02-30", "", 20200301])
def test_no_day_is_written_oddly(world, two, before):
    for table, row in (
        ("audit_audithorizon", {}),
        ("witnesses_ledgerhorizon", {}),
        (
            "retention_disposal",
            {
                "municipality_id": world.municipality.pk,
                "authority": "26/1",
                "proposed_by_id": two[0].pk,
                "proposed_at": NOW.isoformat(" "),
            },
        ),
    ):
        moment = {"set_at": NOW.isoformat(" ")} if not row else {}
        with refused("24 months|5 years"):
            insert(table, before=before, **row, **moment)


def test_a_disposal_takes_two(world, two):
    with refused("disposal_takes_two"):
        a_disposal(world, (two[0], two[0]))


def test_an_unapproved_disposal_lets_nothing_go(lives, world, two):
    visit, proposal = lives.visit(OLD), a_disposal(world, two, approved=False)
    with refused("not approved"):
        dispose(visit, proposal)
    Disposal.unscoped.filter(pk=proposal.pk).update(
        answered_by=two[1], answered_at=NOW, is_approved=False
    )
    with refused("not approved"):
        dispose(visit, proposal)


def test_a_disposal_is_of_its_municipalitys_visits_and_of_its_day(lives, world, two):
    disposal = a_disposal(world, two)
    elsewhere = build_lives(build_world(code="0101", name="København"))
    theirs, young = elsewhere.visit(OLD), lives.visit(BEFORE)
    with refused("not approved"):
        dispose(theirs, disposal)
    with refused("no such visit"):
        dispose(theirs, disposal, municipality_id=world.municipality.pk)
    with refused("no such visit"):
        dispose(young, disposal)
    dispose(lives.visit(OLD), disposal)


def test_an_answered_disposal_stands(world, two):
    disposal = a_disposal(world, two)
    for change in ("before = '2019-01-01'", "is_approved = false", "authority = '26/2'"):
        with refused("stands"):
            execute(f"UPDATE retention_disposal SET {change} WHERE id = %s", disposal.pk)
    with refused("stands"):
        execute("DELETE FROM retention_disposal WHERE id = %s", disposal.pk)


def test_a_proposal_is_answered_and_not_changed(world, two):
    disposal = a_disposal(world, two, approved=False)
    with refused("stands"):
        execute("UPDATE retention_disposal SET before = '2019-01-01' WHERE id = %s", disposal.pk)


def test_a_hold_is_lifted_and_not_changed(lives):
    visit, other = lives.visit(OLD), lives.visit(OLD)
    hold = lives.hold(visit)
    for change in (f"appointment_id = {other.pk}", "reason = 'court'", "placed_at = '2001-01-01'"):
        with refused("stands"):
            execute(f"UPDATE retention_legalhold SET {change} WHERE id = %s", hold.pk)
    with refused("stands"):
        execute("DELETE FROM retention_legalhold WHERE id = %s", hold.pk)
    lives.lift(hold)
    with refused("stands"):
        execute("UPDATE retention_legalhold SET lifted_at = NULL, lifted_by_id = NULL")


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_neither_hold_nor_disposal_is_replaced(lives, world, two, verb):
    hold, disposal = lives.hold(lives.visit(OLD)), a_disposal(world, two, approved=False)
    for table, row in (("retention_legalhold", hold), ("retention_disposal", disposal)):
        with refused("stands"):
            copy_row(table, row.pk, verb=verb, id=row.pk)
        with refused("stands"):
            copy_row(table, row.pk, verb=verb)


def test_a_hold_is_of_its_municipalitys_visit(lives):
    visit = lives.visit(OLD)
    elsewhere = build_lives(build_world(code="0101", name="København"))
    with refused("another municipality"):
        LegalHold.unscoped.create(
            municipality=elsewhere.world.municipality,
            appointment=visit,
            reason="court",
            placed_by=elsewhere.lead,
            placed_at=NOW,
        )


def test_a_visit_goes_only_once_all_that_hangs_on_it_has(lives, world, two):
    """The row that says so does not let it go alone: what points to it holds it."""
    visit = lives.full_visit(OLD)
    dispose(visit, a_disposal(world, two))
    with refused("(?i)foreign key"):
        execute("DELETE FROM appointments_appointment WHERE id = %s", visit.pk)
        connection.check_constraints()
    assert DisposedVisit.unscoped.get().visit == visit.pk
    assert Appointment.unscoped.filter(pk=visit.pk).exists()


def test_the_ledgers_horizon_lets_no_reversed_witnessing_go(lives):
    lives.full_visit(OLD)
    LedgerHorizon.objects.create(before=BEFORE, set_at=NOW)
    witnessing = Witnessing.unscoped.get()
    with refused("append-only|permission denied"):
        execute("DELETE FROM witnesses_reversal")
    with refused("(?i)foreign key|permission denied"):
        execute("DELETE FROM witnesses_witnessing WHERE id = %s", witnessing.pk)
        connection.check_constraints()


def test_the_past_is_not_scheduled_anew_once_it_is_forgotten():
    LedgerHorizon.objects.create(before=BEFORE, set_at=NOW)
    with refused("schedule_spares_the_past"):
        schedule(rule_set="mitid-2025", since=OLD)
    schedule(rule_set="mitid-2025", since=BEFORE)
