"""Rows of several tables written together: one statement on PostgreSQL, one transaction on SQLite.

What decides stands first, a guarded UPDATE; the rest is written only where it changed a row. On
PostgreSQL all of it goes over in one message, so no lock is held while the network carries another.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.backends.utils import CursorWrapper

from borgerservice.planned import planned


@dataclass(frozen=True, slots=True)
class Guarded:
    """The UPDATE that decides: SQL that changes one row or none, and its parameters."""

    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True, slots=True)
class New:
    """A row to be written: its name in this act, the row, and which columns hold others' ids.

    `ids` says for a column such as `contact_id` by which name the row it points to was given.
    """

    name: str
    row: models.Model
    ids: Mapping[str, str] = field(default_factory=dict)


def changing(row: models.Model, *names: str, counted_by: str, before: int) -> Guarded:
    """The UPDATE of some fields of a row, if the counter of its changes stands where it stood."""
    values = _values(row, names)
    assignments = ", ".join(f"{column} = %s" for column in values)
    return Guarded(
        f"UPDATE {row._meta.db_table} SET {assignments} WHERE id = %s AND {counted_by} = %s",
        [*values.values(), row.pk, before],
    )


class Act:
    """What is to be written together, made ready as the database takes it: no lock waits for that.

    A row stands after those it points to.
    """

    def __init__(self, guarded: Guarded, news: Sequence[New]) -> None:
        self._guarded = guarded
        self._news = [(new, _values(new.row)) for new in news]

    def write(self, *, savepoint: bool = True) -> bool:
        """Whether the guarded UPDATE changed its row; then the new rows are written and have ids.

        Raises IntegrityError where the database refuses one of them; then nothing is written.
        Without `savepoint` the transaction around it is then lost.
        """
        is_postgresql = connection.vendor == "postgresql"
        alone = is_postgresql and not connection.in_atomic_block
        write = self._in_one_statement if is_postgresql else self._one_after_another
        with (
            nullcontext() if alone else transaction.atomic(savepoint=savepoint),
            planned() as cursor,
        ):
            ids = write(cursor)
        if ids is None:
            return False
        for new, _row in self._news:
            new.row.pk = ids[new.name]
            for column, name in new.ids.items():
                setattr(new.row, column, ids[name])
        return True

    def _in_one_statement(self, cursor: CursorWrapper) -> dict[str, int] | None:
        parts = [f"won AS ({self._guarded.sql} RETURNING 1)"]
        parameters = list(self._guarded.parameters)
        for new, values in self._news:
            told = [f"{new.ids[name]}.id" if name in new.ids else "%s" for name in values]
            parameters += [value for name, value in values.items() if name not in new.ids]
            sources = ", ".join(dict.fromkeys(("won", *new.ids.values())))
            parts.append(
                f"{new.name} AS (INSERT INTO {_table(new)} ({', '.join(values)})"
                f" SELECT {', '.join(told)} FROM {sources} RETURNING id)"
            )
        names = [new.name for new, _values in self._news]
        ids = ", ".join(["1", *(f"{name}.id" for name in names)])
        written_in = ", ".join(["won", *names])
        cursor.execute(f"WITH {', '.join(parts)} SELECT {ids} FROM {written_in}", parameters)
        written = cursor.fetchone()
        return dict(zip(names, written[1:], strict=True)) if written else None

    def _one_after_another(self, cursor: CursorWrapper) -> dict[str, int] | None:
        cursor.execute(self._guarded.sql, self._guarded.parameters)
        if cursor.rowcount != 1:
            return None
        ids: dict[str, int] = {}
        for new, values in self._news:
            row = {**values, **{column: ids[name] for column, name in new.ids.items()}}
            places = ", ".join(["%s"] * len(row))
            cursor.execute(
                f"INSERT INTO {_table(new)} ({', '.join(row)}) VALUES ({places})",
                list(row.values()),
            )
            ids[new.name] = cursor.lastrowid
        return ids


def write_together(guarded: Guarded, news: Sequence[New]) -> bool:
    """Make an act ready and write it: whether the guarded UPDATE changed its row."""
    return Act(guarded, news).write()


def _table(new: New) -> str:
    return new.row._meta.db_table


def _values(row: models.Model, names: Collection[str] = ()) -> dict[str, Any]:
    """What goes into some columns, or into every one but the id, as the database takes it."""
    database = connections[DEFAULT_DB_ALIAS]  # found once, not once a column
    return {
        str(column.column): column.get_db_prep_save(getattr(row, column.attname), database)
        for column in row._meta.concrete_fields
        if (column.name in names if names else not column.primary_key)
    }
