"""What the rules hand out is fixed: nobody changes an answer or a figure under a reader."""

import pkgutil
from dataclasses import is_dataclass
from importlib import import_module

import pytest

import witnesses.rules

pytestmark = pytest.mark.once
MODULES = [
    import_module(found.name)
    for found in pkgutil.walk_packages(witnesses.rules.__path__, "witnesses.rules.")
]
VALUES = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
    },
    key=lambda value: value.__qualname__,
)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_does_not_change_and_takes_nothing_that_it_does_not_name(value):
    assert value.__dataclass_params__.frozen
    assert not hasattr(object.__new__(value), "__dict__")


def test_the_values_are_found():
    assert len(VALUES) > 20
