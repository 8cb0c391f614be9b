"""Many rows of a model at once: like one given row, but for some columns.

PostgreSQL takes them with COPY, SQLite with one prepared statement; both in one transaction.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Field, Model
from psycopg import sql

Values = tuple[Any, ...]
ROWS_AT_ONCE = 10_000


class Bulk:
    """Fills tables of the private database, and then brings it up to date.

    On PostgreSQL the address in BENCH_LOADER is used. A role that may do so leaves triggers and
    foreign keys out while loading; constraints hold in any case.
    """

    def __init__(self) -> None:
        self._filled: list[type[Model]] = []

    def add(self, like: Model, columns: Sequence[str], rows: Iterable[Values]) -> None:
        """Add rows like a given one (not saved itself); each names what the columns hold."""
        concrete = like._meta.concrete_fields  # noqa: SLF001 - Django documents it
        fields = [field for field in concrete if not field.generated]
        names = [str(field.column) for field in fields]
        base = [field.get_db_prep_save(_held(like, field), connection) for field in fields]
        places = [names.index(column) for column in columns]
        self._filled.append(type(like))
        table = like._meta.db_table  # noqa: SLF001
        write = _copy if connection.vendor == "postgresql" else _insert
        write(table, names, _whole(base, places, rows))

    def finish(self) -> None:
        """Let new rows get the next ids, and PostgreSQL know what is there, as it soon would.

        SQLite is left without statistics, as every installation is: nothing there runs ANALYZE.
        """
        if connection.vendor == "sqlite":
            return
        with psycopg.connect(os.environ["BENCH_LOADER"], autocommit=True) as loader:
            for statement in connection.ops.sequence_reset_sql(no_style(), self._filled):
                loader.execute(statement)
            loader.execute("VACUUM (ANALYZE)")


def _held(row: Model, field: Field) -> object:
    value = getattr(row, field.attname)
    return bytes(value) if isinstance(value, memoryview) else value


def _whole(base: list[Any], places: list[int], rows: Iterable[Values]) -> Iterator[Values]:
    whole = list(base)
    for row in rows:
        for place, value in zip(places, row, strict=True):
            whole[place] = value
        yield tuple(whole)


def _insert(table: str, names: Sequence[str], rows: Iterator[Values]) -> None:
    quoted = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["%s"] * len(names))
    with transaction.atomic(), connection.cursor() as cursor:
        statement = f'INSERT INTO "{table}" ({quoted}) VALUES ({marks})'  # noqa: S608
        while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
            cursor.executemany(statement, some)


def _copy(table: str, names: Sequence[str], rows: Iterator[Values]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with psycopg.connect(os.environ["BENCH_LOADER"], autocommit=True) as loader:
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            loader.execute("SET session_replication_role = replica")
        with loader.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
