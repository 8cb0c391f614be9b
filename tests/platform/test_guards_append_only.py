"""Tables that only grow: no statement changes or removes what stands in them."""

from datetime import date

import pytest
from django.db import connection

from borgerservice.audit.models import AuditEntry, AuditHorizon
from borgerservice.guards.services import append_only_tables
from borgerservice.people.services import new_person
from borgerservice.retention.models import Disposal, DisposedVisit
from borgerservice.vault.models import PseudonymKey, WrappingKey
from tests.builders import NOW, build_staff, build_world
from tests.links import build_link
from tests.platform.raw import (
    Ledger,
    copy_row,
    day,
    decided_proofing,
    execute,
    open_proofing,
    refused,
    rows_of,
)
from tests.retention.lives import build_lives
from witnesses.models import ClientAnswer, Declaration, LedgerHorizon

TABLES = {
    "audit_auditentry": "subject = 'appointment:gone'",
    "audit_audithorizon": "set_at = '2001-01-01'",
    "witnesses_witnessing": "on_date = '2001-01-01'",
    "witnesses_rulesetinforce": "quota_at_most = 30000",
    "witnesses_reversal": "reversed_on = '2001-01-01'",
    "witnesses_declaration": "language = 'xx'",
    "witnesses_clientanswer": "answer = 'issued'",
    "witnesses_ledgerhorizon": "set_at = '2001-01-01'",
    "retention_disposedvisit": "disposed_at = '2001-01-01'",
    "people_personlink": "linked_at = '2001-01-01'",
    "vault_pseudonymkey": "check_value = 'another'",
    "vault_wrappingkey": "check_value = 'another'",
}
REFUSED = "append-only|permission denied"
NOT_COPIED = (
    "append-only|witness_quota|witness_is_somebody_else|reversals_are_few|link the roots|takes_two"
)
pytestmark = pytest.mark.django_db


def two_witnessings(world):
    ledger = Ledger(world)
    witness = ledger.person("witness")
    return ledger, [ledger.add(witness, day(0)) for _ in range(2)]


def one_reversal(world):
    ledger, (case, _other) = two_witnessings(world)
    ledger.reverse(case, day(0))


def one_declaration(world):
    staff = build_staff(world.municipality)
    Declaration.unscoped.create(
        municipality=world.municipality,
        proofing=open_proofing(world, staff=staff),
        person=staff.person,
        version="1",
        language="da",
        text_sha256="0" * 64,
        accepted="printed",
        recorded_by=staff,
        accepted_at=NOW,
    )


def one_client_answer(world):
    staff = build_staff(world.municipality)
    ClientAnswer.unscoped.create(
        municipality=world.municipality,
        proofing=decided_proofing(world, staff=staff),
        answer="refused",
        recorded_by=staff,
        recorded_at=NOW,
    )


def one_disposed_visit(world):
    visit = build_lives(world).visit(date(2020, 1, 1))
    one, other = build_staff(world.municipality), build_staff(world.municipality)
    disposal = Disposal.unscoped.create(
        municipality=world.municipality,
        before=date(2020, 1, 2),
        authority="26/1",
        proposed_by=one,
        proposed_at=NOW,
        answered_by=other,
        answered_at=NOW,
        is_approved=True,
    )
    DisposedVisit.unscoped.create(
        municipality=world.municipality, visit=visit.pk, disposal=disposal, disposed_at=NOW
    )


FILLED_BY = {
    "retention_disposedvisit": one_disposed_visit,
    "audit_audithorizon": lambda _world: AuditHorizon.objects.create(
        before=date(2001, 1, 1), set_at=NOW
    ),
    "witnesses_ledgerhorizon": lambda _world: LedgerHorizon.objects.create(
        before=date(2001, 1, 1), set_at=NOW
    ),
    "witnesses_witnessing": two_witnessings,
    "witnesses_reversal": one_reversal,
    "witnesses_declaration": one_declaration,
    "witnesses_clientanswer": one_client_answer,
    "audit_auditentry": lambda _world: AuditEntry.unscoped.create(
        event="e", actor="a", subject="s", at=NOW
    ),
    "people_personlink": lambda _world: build_link(new_person(now=NOW).pk, new_person(now=NOW).pk),
    "vault_pseudonymkey": lambda _world: PseudonymKey.objects.create(
        version=1, check_value="check", first_used_at=NOW
    ),
    "vault_wrappingkey": lambda _world: WrappingKey.objects.create(
        version=1, check_value="check", first_used_at=NOW
    ),
}


def test_every_table_that_only_grows_is_tried():
    assert set(TABLES) == set(append_only_tables(connection.vendor))


@pytest.fixture(params=TABLES)
def table(request):
    """A table that only grows, with something in it."""
    world = build_world()
    if request.param in FILLED_BY:
        FILLED_BY[request.param](world)
    assert rows_of(request.param)
    return request.param


def first_id(table):
    return rows_of(table)[0][0]


def test_no_row_is_changed(table):
    before = rows_of(table)
    with refused(REFUSED):
        execute(f"UPDATE {table} SET {TABLES[table]}")
    with refused(REFUSED):
        execute(f"UPDATE {table} SET id = id + 1000")
    assert rows_of(table) == before


def test_no_row_is_removed(table):
    before = rows_of(table)
    with refused(REFUSED):
        execute(f"DELETE FROM {table}")
    with refused(REFUSED):
        execute(f"DELETE FROM {table} WHERE id = %s", first_id(table))
    assert rows_of(table) == before


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_no_row_is_replaced(table, verb):
    before = rows_of(table)
    with refused(NOT_COPIED):
        copy_row(table, first_id(table), verb=verb, id=first_id(table))
    assert rows_of(table) == before


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["UPDATE OR IGNORE", "UPDATE OR REPLACE"])
def test_no_row_is_changed_by_another_spelling(table, verb):
    before = rows_of(table)
    with refused("append-only"):
        execute(f"{verb} {table} SET {TABLES[table]}")
    assert rows_of(table) == before


@pytest.mark.only("sqlite")
def test_an_upsert_changes_no_row(table):
    before = rows_of(table)
    names = [
        column.name
        for column in connection.introspection.get_table_description(connection.cursor(), table)
    ]
    columns = ", ".join(names)
    with refused(NOT_COPIED):
        execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true"
            f" ON CONFLICT (id) DO UPDATE SET {TABLES[table]}"
        )
    assert rows_of(table) == before


@pytest.mark.only("postgresql")
def test_an_upsert_is_refused_as_well(table):
    before = rows_of(table)
    with refused(REFUSED):
        execute(
            f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1"
            f" ON CONFLICT (id) DO UPDATE SET {TABLES[table]}"
        )
    assert rows_of(table) == before


@pytest.mark.only("postgresql")
def test_the_table_is_not_emptied(table):
    before = rows_of(table)
    with refused("permission denied"):
        execute(f"TRUNCATE {table} CASCADE")
    assert rows_of(table) == before


def test_rows_are_added(table):
    """Where a copy of what is there may stand beside it; the others' own tests add many."""
    ours = {
        "witnesses_rulesetinforce": None,
        "vault_pseudonymkey": {"version": 2},
        "vault_wrappingkey": {"version": 2},
        "people_personlink": None,
        "audit_audithorizon": {"before": "2001-01-02"},
        "witnesses_ledgerhorizon": {"before": "2001-01-02"},
        "retention_disposedvisit": None,
        "witnesses_witnessing": None,
        "witnesses_reversal": None,
    }
    changed = ours.get(table, {})
    if changed is not None:
        assert copy_row(table, first_id(table), **changed) == 1
