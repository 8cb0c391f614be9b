"""Rows made into models without asking each field how it is set.

Django's own way takes longer for a row than the database to write it. Where an act is measured by
its rate, its rows are made here. They are models like all others.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
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
