"""Rows of several tables written together: one statement on PostgreSQL, one transaction on SQLite.

What decides stands first, a guarded UPDATE; the rest is written only where it changed a row. On
PostgreSQL all of it goes over in one message, so no lock is held while the network carries another.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

from borgerservice.database.planned import planned, sent_at_once

_AS_IT_STANDS = (models.CharField, models.IntegerField, models.BooleanField, models.ForeignKey)
"""What both databases take as the row has it, so that nothing need look at it."""
_Names = tuple[tuple[str, str], ...]
_Told = tuple[tuple[str, type[models.Model], _Names, str], ...]


@dataclass(frozen=True, slots=True)
class Guarded:
    """The UPDATE that decides, one row or none: SQL and its parameters. Or the lock before it."""

    sql: str
    parameters: Sequence[Any]


@dataclass(frozen=True, slots=True)
class New:
    """A row to be written: its name in this act, the row, and which columns hold others' ids.

    `ids` says for a column such as `contact_id` by which name the row it points to was given.
    `otherwise` is what is done where the row is there already, as `(column) DO UPDATE SET …`;
    no other row can point to such a one. Several are written in their order.
    """

    name: str
    row: models.Model
    ids: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""


class Act:
    """What is to be written together, made ready as the database takes it: no lock waits for that.

    A row stands after those it points to.
    """

    def __init__(self, guarded: Guarded, news: Sequence[New]) -> None:
        self._guarded = guarded
        self._news = news
        self._told: _Told = tuple(
            (new.name, type(new.row), tuple(new.ids.items()), new.otherwise) for new in news
        )
        vendor = connection.vendor
        self._values = [_values(new, vendor) for new in news]

    def write(self, *, lock: Guarded | None = None) -> bool:
        """Whether the guarded UPDATE changed its row; then the new rows are written and have ids.

        A `lock` is taken in the same transaction, before the guarded UPDATE begins to look; on
        SQLite the transaction is one. Raises IntegrityError where the database refuses a row; then
        nothing is written.
        """
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "postgresql":
            is_alone = lock is None and not database.in_atomic_block
            ids = self._in_one_statement(lock, is_alone=is_alone)
        else:
            ids = self._one_after_another()
        if ids is None:
            return False
        for new in self._news:
            if not new.otherwise:
                new.row.pk = ids[new.name]
            for column, name in new.ids.items():
                setattr(new.row, column, ids[name])
        return True

    def _in_one_statement(self, lock: Guarded | None, *, is_alone: bool) -> dict[str, int] | None:
        parameters = list(self._guarded.parameters)
        for values in self._values:
            parameters += values
        with planned() as cursor, planned() if lock else nullcontext(cursor) as locking:
            with nullcontext() if is_alone else sent_at_once():
                if lock:
                    locking.execute(lock.sql, lock.parameters)
                cursor.execute(_statement(self._guarded.sql, self._told), _of_one_type(parameters))
            written = cursor.fetchone()
        names = [name for name, *_how in self._told]
        return dict(zip(names, written[1:], strict=True)) if written else None

    def _one_after_another(self) -> dict[str, int] | None:
        with transaction.atomic(), planned() as cursor:
            cursor.execute(self._guarded.sql, self._guarded.parameters)
            if cursor.rowcount != 1:
                return None
            ids: dict[str, int] = {}
            for (name, model, pointing, otherwise), values in zip(
                self._told, self._values, strict=True
            ):
                others = [ids[other] for _column, other in pointing]
                cursor.execute(_insert(model, pointing, otherwise), [*values, *others])
                ids[name] = cursor.lastrowid
        return ids


def write_together(guarded: Guarded, news: Sequence[New]) -> bool:
    """Make an act ready and write it: whether the guarded UPDATE changed its row."""
    return Act(guarded, news).write()


def _values(new: New, vendor: str) -> list[Any]:
    """What goes into the columns that hold no other's id, as the database takes it."""
    held = vars(new.row)
    return [
        prepare(held[name]) if prepare else held[name]
        for _column, name, prepare in _columns(type(new.row), tuple(new.ids), vendor)
    ]


def _of_one_type(parameters: list[Any]) -> list[Any]:
    """Numbers as text: PostgreSQL reads them as their columns, small or large, in one plan."""
    return [str(value) if type(value) is int else value for value in parameters]


@lru_cache(maxsize=256)
def _statement(guarded: str, told: _Told) -> str:
    """All of an act in one statement; the same text each time keeps its plan."""
    parts = [f"won AS ({guarded} RETURNING 1)"]
    before = "won"
    for name, model, pointing, otherwise in told:
        others = [column for column, _name in pointing]
        columns = [*_names(model, tuple(others)), *others]
        values = ["%s"] * (len(columns) - len(others)) + [f"{other}.id" for _c, other in pointing]
        sources = dict.fromkeys(("won", *(other for _column, other in pointing)))
        conflict = ""
        if otherwise:  # the row may be another's: locked in the order given, so that none waits
            sources[before], before = None, name
            conflict = f" ON CONFLICT {otherwise}"
        parts.append(
            f"{name} AS (INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
            f" SELECT {', '.join(values)} FROM {', '.join(sources)}{conflict} RETURNING id)"
        )
    names = [name for name, *_how in told]
    ids = ", ".join(["1", *(f"{name}.id" for name in names)])
    return f"WITH {', '.join(parts)} SELECT {ids} FROM {', '.join(['won', *names])}"


@cache
def _insert(model: type[models.Model], pointing: _Names, otherwise: str) -> str:
    others = tuple(column for column, _name in pointing)
    columns = [*_names(model, others), *others]
    places = ", ".join(["%s"] * len(columns))
    conflict = f" ON CONFLICT {otherwise}" if otherwise else ""
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({places}){conflict}"


def _names(model: type[models.Model], others: Collection[str]) -> list[str]:
    return [column for column, *_how in _columns(model, tuple(others), connection.vendor)]


@cache
def _columns(
    model: type[models.Model], others: tuple[str, ...], _vendor: str
) -> list[tuple[str, str, Callable[[Any], Any] | None]]:
    """Every column but the id and some others: its attribute, and what makes a value ready."""
    return [
        (str(column.column), column.attname, _preparing(column))
        for column in model._meta.concrete_fields
        if not (column.primary_key or column.generated) and column.column not in others
    ]


def _preparing(column: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    database = connections[DEFAULT_DB_ALIAS]
    if isinstance(column, _AS_IT_STANDS):
        return None
    if isinstance(column, models.DateTimeField):
        return None if database.vendor == "postgresql" else _moment
    return partial(column.get_db_prep_save, connection=database)


@lru_cache(maxsize=64)
def _moment(moment: datetime | None) -> str | None:
    """A moment as SQLite has it; the rows of an act share most of theirs."""
    return connection.ops.adapt_datetimefield_value(moment)
