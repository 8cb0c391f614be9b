"""Rows of several tables as one hand-written statement reads them, made into the models they are.

The ORM takes longer to word a wide statement than the database to answer it. Where an act is
measured by its rate, the statement stands written, and its columns come from the models.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from borgerservice.database.rows import read_row

M = TypeVar("M", bound=Model)
Needed = Sequence[tuple[int, Sequence[Callable[..., Any]]]]


class Columns(Generic[M]):
    """The columns of a model under an alias; those left out are read when they are asked for."""

    def __init__(self, model: type[M], alias: str, *names: str) -> None:
        fields = model._meta.concrete_fields
        self._fields = [
            field for field in fields if not names or field.primary_key or field.name in names
        ]
        self._model = model
        self._names = [field.attname for field in self._fields]
        self._converters: dict[str, Needed] = {}
        self._as_columns = [field.get_col(model._meta.db_table) for field in self._fields]
        self.sql = ", ".join(f"{alias}.{field.column}" for field in self._fields)

    def __str__(self) -> str:
        return self.sql

    @property
    def width(self) -> int:
        """How many values make a row."""
        return len(self._fields)

    def read(self, values: Iterator[Any]) -> M | None:
        """The row that the next values make; None where an outer join found none."""
        told = self.told(values)
        if told[0] is None:
            return None
        return read_row(self._model, self._names, told)

    def told(self, values: Iterator[Any]) -> list[Any]:
        """The next values as the model would hold them, its primary key first; no row is made."""
        told = list(islice(values, len(self._fields)))
        if told[0] is not None:
            database = connections[DEFAULT_DB_ALIAS]  # found once, not once a column
            for place, converters in self._needed(database):
                for convert in converters:
                    told[place] = convert(told[place], self._as_columns[place], database)
        return told

    def found(self, values: Iterator[Any]) -> M:
        """The row that the next values make, where there is always one."""
        row = self.read(values)
        if row is None:
            raise ValueError("no row")
        return row

    def _needed(self, connection: BaseDatabaseWrapper) -> Needed:
        """The columns whose values the database at hand does not give as the model holds them."""
        known = self._converters.get(connection.vendor)
        if known is None:
            known = [
                (place, converters)
                for place, column in enumerate(self._as_columns)
                if (
                    converters := [
                        *connection.ops.get_db_converters(column),
                        *column.get_db_converters(connection),
                    ]
                )
            ]
            self._converters[connection.vendor] = known
        return known
