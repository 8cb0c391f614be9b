"""Audit, ledger and schedule only grow: no statement changes or removes what stands in them."""

import pytest
from django.db import connection

from borgerservice.audit.models import AuditEntry
from tests.builders import NOW, build_world
from tests.platform.raw import Ledger, copy_row, day, execute, refused, rows_of

TABLES = {
    "audit_auditentry": "subject = 'appointment:gone'",
    "witnesses_witnessing": "on_date = '2001-01-01'",
    "witnesses_rulesetinforce": "quota_at_most = 30000",
}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=TABLES)
def table(request):
    """A table that only grows, with something in it."""
    world = build_world()
    if request.param == "witnesses_witnessing":
        ledger = Ledger(world)
        witness = ledger.person("witness")
        ledger.add(witness, day(0))
        ledger.add(witness, day(0))
    elif request.param == "audit_auditentry":
        AuditEntry.unscoped.create(event="e", actor="a", subject="s", at=NOW)
    assert rows_of(request.param)
    return request.param


def first_id(table):
    return rows_of(table)[0][0]


def test_no_row_is_changed(table):
    before = rows_of(table)
    with refused("append-only|permission denied"):
        execute(f"UPDATE {table} SET {TABLES[table]}")
    with refused("append-only|permission denied"):
        execute(f"UPDATE {table} SET id = id + 1000")
    assert rows_of(table) == before


def test_no_row_is_removed(table):
    before = rows_of(table)
    with refused("append-only|permission denied"):
        execute(f"DELETE FROM {table}")
    with refused("append-only|permission denied"):
        execute(f"DELETE FROM {table} WHERE id = %s", first_id(table))
    assert rows_of(table) == before


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_no_row_is_replaced(table, verb):
    before = rows_of(table)
    with refused("append-only|witness_quota"):
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
    with refused("append-only|witness_quota"):
        execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true"
            f" ON CONFLICT (id) DO UPDATE SET {TABLES[table]}"
        )
    assert rows_of(table) == before


@pytest.mark.only("postgresql")
def test_an_upsert_is_refused_as_well(table):
    before = rows_of(table)
    with refused("append-only|permission denied"):
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
    ours = {"witnesses_rulesetinforce": {"in_force_from": "2030-01-01"}}
    if table == "witnesses_witnessing":
        return  # `test_guards_quota.py` adds many
    assert copy_row(table, first_id(table), **ours.get(table, {})) == 1
