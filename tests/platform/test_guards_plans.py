"""The guards look rows up: however long the ledger has grown, they read the witness's alone.

PostgreSQL tells what was read within a trigger. SQLite does not, so the form of its statements, one
list of the witness's ids and no OR, is all there is to see.
"""

import pytest

ROWS = 100_000
GROWING = (
    "witnesses_witnessing",
    "witnesses_reversal",
    "people_personlink",
    "witnesses_reversalproposal",
    "witnesses_linkproposal",
)
INSERT = (
    "INSERT INTO witnesses_witnessing (witness_id, applicant_id, on_date, municipality_id,"
    " proofing_id, rule_set, recorded_at, recorded_on, late_reason) VALUES"
    " (20, 5, '2030-01-01', 1, 900001, 'mitid-2022', '2030-01-01', '2030-01-01', '')"
)
REVERSE = (
    "INSERT INTO witnesses_reversal (witnessing_id, municipality_id, proposal_id, reversed_on,"
    " recorded_at) VALUES (777, 1, 900001, '2030-01-01', '2030-01-01')"
)
LINK = (
    "INSERT INTO people_personlink (person_id, root_id, linked_at)"
    f" VALUES ({20 * ROWS + 2}, {20 * ROWS + 1}, '2030-01-01')"
)


def bare(cursor, table):
    """No foreign keys, so that rows can be made without all they point to; the guards rest."""
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def grow(cursor):
    """A ledger of many rows: linked persons in it, reversed rows, and a proposal to reverse."""
    for table in GROWING:
        bare(cursor, table)
    for rows in (
        (
            "witnesses_witnessing (witness_id, applicant_id, on_date, municipality_id, proofing_id,"
            " rule_set, recorded_at, recorded_on, late_reason)"
            f" SELECT 1 + g % {ROWS // 5}, {ROWS} + g, '2020-01-01'::date + g % 3000, 1, g,"
            " 'mitid-2022', now(), '2020-01-01'::date + g % 3000, ''"
            f" FROM generate_series(1, {ROWS}) g"
        ),
        (
            "witnesses_reversal (witnessing_id, municipality_id, proposal_id, reversed_on,"
            f" recorded_at) SELECT g * 20, 1, g, '2029-12-01', now()"
            f" FROM generate_series(1, {ROWS // 20}) g"
        ),
        (
            "people_personlink (person_id, root_id, linked_at) SELECT g * 20, g * 20 - 1, now()"
            f" FROM generate_series(1, {ROWS // 4}) g"
        ),
        (
            "witnesses_reversalproposal (id, proposed_by_id, proposed_at, answered_by_id,"
            " answered_at, is_approved, municipality_id, witnessing_id, reason) SELECT 900000 + g, 1,"
            " '2030-01-01', 2, '2030-01-01 12:00Z', true, 1, 776 + g, 'denied'"
            f" FROM generate_series(1, {ROWS // 20}) g"
        ),
        (
            "witnesses_linkproposal (proposed_by_id, proposed_at, answered_by_id, answered_at,"
            " is_approved, municipality_id, person_id, other_id, reason) SELECT 1, '2030-01-01', 2,"
            f" '2030-01-01 12:00Z', true, 1, {20 * ROWS} + g, {20 * ROWS} + g + 1, 'register'"
            f" FROM generate_series(1, {ROWS // 20}) g"
        ),
    ):
        cursor.execute(f"INSERT INTO {rows}")
    for table in GROWING:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(f"ANALYZE {table}")
    cursor.execute(
        "ALTER TABLE witnesses_witnessing DISABLE TRIGGER witnessing_belongs_to_the_proofing"
    )


@pytest.mark.full
@pytest.mark.only("postgresql")
def test_no_growing_table_is_read_from_end_to_end(fresh_database):
    with (
        fresh_database.opened(as_owner=True) as database,
        database.cursor() as cursor,
    ):
        grow(cursor)
        for statement in (INSERT, REVERSE, LINK):
            cursor.execute("BEGIN")
            cursor.execute(statement)
            cursor.execute(
                "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_xact_user_tables"
                " WHERE relname = ANY(%s)",
                [list(GROWING)],
            )
            read = {name: (scans, rows) for name, scans, rows in cursor.fetchall()}
            cursor.execute("ROLLBACK")
            assert read
            assert set(read.values()) == {(0, 0)}, read
