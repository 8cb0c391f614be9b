"""Guards: what the database itself refuses, kept as SQL in `<app>/guards/*<vendor>.sql`.

A file is a list of blocks. Each starts with a line such as

    -- guard: trigger audit_is_append_only on audit_auditentry
    -- guard: constraint one_visit_per_desk_and_time on appointments_appointment

and holds the statements that put it up. On SQLite a block is one `CREATE TRIGGER`. A line
`-- append-only: table` tells which tables the application's own role may only add to.

SQLite rebuilds a table for many migrations and drops its triggers without a word, so `migrate`
takes guards down first and puts them up last (`management/commands/migrate.py`).
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

HEADER = re.compile(r"^-- guard: (trigger|constraint) (\w+) on (\w+)$", re.MULTILINE)
APPEND_ONLY = re.compile(r"^-- append-only: (\w+)$", re.MULTILINE)


class GuardMissing(RuntimeError):
    """A guard is not in the database, or not as its file says. Run `manage.py migrate`."""


class Place(NamedTuple):
    """Where a guard stands."""

    kind: str
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger or constraint and the SQL that makes it."""

    place: Place
    sql: str

    def mark(self, vendor: str) -> str:
        """What shows that the guard in the database is this one.

        SQLite keeps the statement itself; in PostgreSQL we note a digest beside the guard.
        """
        if vendor == "sqlite":
            return self.sql.rstrip("; \n")
        return "guard " + hashlib.sha256(self.sql.encode()).hexdigest()[:32]


def guards_of(vendor: str) -> list[Guard]:
    """Every guard of every app for `postgresql` or `sqlite`."""
    found = []
    for text in _files(vendor):
        heads = list(HEADER.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            kind, name, table = head.groups()
            found.append(Guard(Place(kind, table, name), text[head.end() : end].strip()))
    return found


def append_only_tables(vendor: str) -> list[str]:
    """Tables whose rows may be added and read, and nothing else."""
    return [table for text in _files(vendor) for table in APPEND_ONLY.findall(text)]


def _files(vendor: str) -> list[str]:
    folders = [Path(app.path) / "guards" for app in apps.get_app_configs()]
    return [
        file.read_text() for folder in folders for file in sorted(folder.glob(f"*{vendor}.sql"))
    ]


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger of ours, also one whose file is gone.

    Constraints stay: no migration loses them, and they are slow to build.
    """
    with connection.cursor() as cursor:
        for place in _standing(connection):
            if place.kind == "trigger":
                cursor.execute(_drop(connection.vendor, place))


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Make every guard whose table exists stand as its file says, and no other of ours."""
    vendor = connection.vendor
    tables = set(connection.introspection.table_names())
    wanted = {guard.place: guard for guard in guards_of(vendor) if guard.place.table in tables}
    standing = _standing(connection)
    stale = [place for place in standing if place not in wanted]
    due = [guard for place, guard in wanted.items() if standing.get(place) != guard.mark(vendor)]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for place in [*stale, *(guard.place for guard in reversed(due))]:  # a key before its aim
            cursor.execute(_drop(vendor, place))
        for guard in due:
            cursor.execute(guard.sql)
        if due and vendor == "postgresql":
            for guard in wanted.values():  # some share a function that was made anew
                _note(cursor, guard)


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of guards that do not stand in the database as their files say."""
    standing = _standing(connection)
    return [
        guard.place.name
        for guard in guards_of(connection.vendor)
        if standing.get(guard.place) != guard.mark(connection.vendor)
    ]


def require_guards() -> None:
    """Raise GuardMissing unless every guard stands; called before anything is served."""
    missing = missing_guards(connection)
    if missing:
        named = ", ".join(missing)
        msg = f"The database lacks guards, or has others. Run manage.py migrate. They are: {named}"
        raise GuardMissing(msg)


def _drop(vendor: str, place: Place) -> str:
    if place.kind == "constraint":
        return f"ALTER TABLE {place.table} DROP CONSTRAINT IF EXISTS {place.name}"
    on_table = f" ON {place.table}" if vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {place.name}{on_table}"


def _note(cursor: CursorWrapper, guard: Guard) -> None:
    """Write the guard's mark beside it, and for a trigger the digest of its function's body."""
    kind, table, name = guard.place
    note = guard.mark("postgresql")
    if kind == "trigger":
        cursor.execute(
            "SELECT md5(prosrc) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgname = %s AND t.tgrelid = %s::regclass",
            [name, table],
        )
        note += f" {cursor.fetchone()[0]}"
    cursor.execute(f"COMMENT ON {kind} {name} ON {table} IS '{note}'")


def _standing(connection: BaseDatabaseWrapper) -> dict[Place, str]:
    """Our guards in the database with their marks; empty for one whose function was changed."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT 'trigger', tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
            )
        else:
            cursor.execute(
                "SELECT 'trigger', tgrelid::regclass::text, tgname,"
                "   CASE WHEN tgenabled IN ('O', 'A') AND substr(note, 40) = md5(prosrc)"
                "   THEN left(note, 38) ELSE '' END"
                " FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid,"
                "   obj_description(t.oid, 'pg_trigger') note WHERE note LIKE 'guard %'"
                " UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, note"
                " FROM pg_constraint c, obj_description(c.oid, 'pg_constraint') note"
                " WHERE note LIKE 'guard %'"
            )
        return {Place(*place): mark for *place, mark in cursor.fetchall()}
