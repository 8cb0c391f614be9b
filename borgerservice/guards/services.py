"""Guards: what the database itself refuses, kept as SQL in `<app>/guards/<vendor>.sql`.

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

from django.apps import apps
from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper

HEADER = re.compile(r"^-- guard: (trigger|constraint) (\w+) on (\w+)$", re.MULTILINE)
APPEND_ONLY = re.compile(r"^-- append-only: (\w+)$", re.MULTILINE)


class GuardMissing(RuntimeError):
    """A guard is not in the database, or not as its file says. Run `manage.py migrate`."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger or constraint and the SQL that makes it."""

    kind: str
    name: str
    table: str
    sql: str

    @property
    def mark(self) -> str:
        """What is noted in PostgreSQL beside the guard, to see that it is of this version."""
        return "guard " + hashlib.sha256(self.sql.encode()).hexdigest()[:32]


def guards_of(vendor: str) -> list[Guard]:
    """Every guard of every app for `postgresql` or `sqlite`."""
    found = []
    for text in _files(vendor):
        heads = list(HEADER.finditer(text))
        ends = [head.start() for head in heads[1:]] + [len(text)]
        for head, end in zip(heads, ends, strict=True):
            kind, name, table = head.groups()
            found.append(Guard(kind, name, table, text[head.end() : end].strip()))
    return found


def append_only_tables(vendor: str) -> list[str]:
    """Tables whose rows may be added and read, and nothing else."""
    return [table for text in _files(vendor) for table in APPEND_ONLY.findall(text)]


def _files(vendor: str) -> list[str]:
    files = (Path(app.path) / "guards" / f"{vendor}.sql" for app in apps.get_app_configs())
    return [file.read_text() for file in files if file.is_file()]


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger. Constraints stay: no migration loses them, and they are slow to build."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards_of(connection.vendor):
            if guard.kind == "trigger" and guard.table in tables:
                on_table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{on_table}")


def put_up(connection: BaseDatabaseWrapper) -> None:
    """Make every guard whose table exists stand as its file says."""
    tables = set(connection.introspection.table_names())
    standing = _standing(connection)
    with connection.cursor() as cursor:
        for guard in guards_of(connection.vendor):
            if guard.table not in tables or standing.get(guard.name) == _expected(
                connection.vendor, guard
            ):
                continue
            if connection.vendor == "postgresql":
                drop = "TRIGGER" if guard.kind == "trigger" else "CONSTRAINT"
                if guard.kind == "trigger":
                    cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}")
                else:
                    cursor.execute(
                        f"ALTER TABLE {guard.table} DROP CONSTRAINT IF EXISTS {guard.name}"
                    )
                cursor.execute(guard.sql)
                cursor.execute(f"COMMENT ON {drop} {guard.name} ON {guard.table} IS '{guard.mark}'")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
                cursor.execute(guard.sql)


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of guards that do not stand in the database as their files say."""
    standing = _standing(connection)
    return [
        guard.name
        for guard in guards_of(connection.vendor)
        if standing.get(guard.name) != _expected(connection.vendor, guard)
    ]


def require_guards(connection: BaseDatabaseWrapper | None = None) -> None:
    """Raise GuardMissing unless every guard stands; called before anything is served."""
    missing = missing_guards(connection or default_connection)
    if missing:
        raise GuardMissing(", ".join(missing))


def _expected(vendor: str, guard: Guard) -> str:
    return guard.mark if vendor == "postgresql" else guard.sql.rstrip("; \n")


def _standing(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger"
                " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
                " UNION ALL SELECT conname, obj_description(oid, 'pg_constraint')"
                " FROM pg_constraint WHERE contype = 'x'"
            )
        return dict(cursor.fetchall())
