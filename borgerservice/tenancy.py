"""Rows of a municipality are reached by naming the municipality; every other query is an error."""

from typing import NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class ScopeMissing(RuntimeError):
    """A municipal table was asked without saying whose rows are wanted."""


class MunicipalScope(models.Manager[M]):
    """A manager with one door: `for_municipality`."""

    def __init__(self, path: str = "municipality") -> None:
        super().__init__()
        self.path = path

    def for_municipality(self, municipality: "models.Model | int") -> models.QuerySet[M]:
        """The rows of one municipality, given as a row or its id."""
        return super().get_queryset().filter(**{self.path: municipality})

    def get_queryset(self) -> NoReturn:
        """Refuse: a query without a municipality reads everybody's rows."""
        msg = f"{self.model.__name__}: say whose rows with for_municipality(...)"
        raise ScopeMissing(msg)
