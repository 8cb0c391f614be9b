"""Rows made into models without asking each field how it is set.

Django's own way takes longer for a row than the database to write it. Where an act is measured by
its rate, its rows are made here. They are models like all others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


class _Defaults(NamedTuple):
    """What columns hold where nothing is said: the same each time, or made each time."""

    constant: dict[str, Any]
    made: dict[str, Callable[[], Any]]
    names: frozenset[str]


def new_row(model: type[M], **values: object) -> M:
    """A row yet to be written, of columns by their attribute: `centre_id`, not `centre`.

    Raises TypeError for one that there is not.
    """
    constant, made, names = _defaults(model)
    if not names >= values.keys():
        raise TypeError(f"no column {sorted(values.keys() - names)}")
    row = _bare(model, ModelState())
    held = vars(row)
    held.update(constant)
    held.update(values)
    for name, default in made.items():
        if name not in values:
            held[name] = default()
    return row


def read_row(model: type[M], names: Iterable[str], values: Iterable[Any]) -> M:
    """A row as it was read; columns that are not named are read when they are asked for."""
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row = _bare(model, state)
    vars(row).update(zip(names, values, strict=True))
    return row


def read_joined(rows: QuerySet[Any], *names: str) -> Iterator[tuple[Any, ...]]:
    """Each row that is read, with the rows it is joined to and what is annotated, by their names.

    The rows do not know of each other.
    """
    compiler = rows.query.get_compiler(rows.db)
    found = compiler.results_iter()
    own: dict[str, Any] = compiler.klass_info or {}
    joined = {part["field"].name: part for part in own["related_klass_infos"]}
    annotated = compiler.annotation_col_map or {}
    read: list[Callable[[Sequence[Any]], Any]] = [_reader(own, compiler.select)]
    for name in names:
        is_row = name in joined
        read.append(
            _reader(joined[name], compiler.select) if is_row else itemgetter(annotated[name])
        )
    for row in found:
        yield tuple([one(row) for one in read])


def _reader(part: dict[str, Any], select: Sequence[Any]) -> Callable[[Sequence[Any]], Model]:
    places = part["select_fields"]
    names = [select[place][0].target.attname for place in places]
    columns = slice(places[0], places[-1] + 1)
    return lambda row: read_row(part["model"], names, row[columns])


def _bare(model: type[M], state: ModelState) -> M:
    row = model.__new__(model)
    row._state = state  # noqa: SLF001 - where Django keeps it
    return row


@cache
def _defaults(model: type[Model]) -> _Defaults:
    constant: dict[str, Any] = {}
    made: dict[str, Callable[[], Any]] = {}
    for field in model._meta.concrete_fields:  # noqa: SLF001 - Django documents it
        if field.generated:
            continue
        if field.has_default() and callable(field.default):
            made[field.attname] = field.default
        else:
            constant[field.attname] = field.get_default()
    return _Defaults(constant, made, frozenset([*constant, *made]))
