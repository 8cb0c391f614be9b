"""What callers may send: fields that take a value as it stands or refuse it, never bend it."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_YEARS: Final = range(2000, 3000)


class Text(serializers.CharField):
    """A string. A number is none, and spaces around it stay."""

    def __init__(self, **options: Any) -> None:
        shortest = None if options.get("allow_blank") else 1
        super().__init__(trim_whitespace=False, min_length=shortest, **options)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Choice(serializers.ChoiceField):
    """One of some strings."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            raise ValidationError(code="wrong_type")
        if data not in self.choices:
            raise ValidationError(code="unknown_value")
        return data


class YesNo(serializers.BooleanField):
    """true or false; 1, "yes" and null are neither."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            raise ValidationError(code="wrong_type")
        return data


class Day(serializers.DateField):
    """A day of the calendar, written YYYY-MM-DD."""

    def to_internal_value(self, value: object) -> date:
        if isinstance(value, str) and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise ValidationError(code="not_a_date")


class Moment(serializers.DateTimeField):
    """A moment, written with its offset; turned to UTC, its year within reach of any database."""

    def to_internal_value(self, value: object) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValidationError(code="not_a_moment")
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except ValueError:
            raise ValidationError(code="not_a_moment") from None
        except OverflowError:
            raise ValidationError(code="out_of_range") from None
        if moment.year not in _YEARS:
            raise ValidationError(code="out_of_range")
        return moment


class Strict(serializers.Serializer):
    """An object with the keys it declares and no others."""

    def to_internal_value(self, data: Any) -> Any:
        """Check every field, and point at an object that holds a key nobody knows."""
        faults: dict[str, Any] = {}
        value: Any = None
        try:
            value = super().to_internal_value(data)
        except ValidationError as wrong:
            if not isinstance(wrong.detail, dict):
                raise
            faults.update(wrong.detail)
        if isinstance(data, Mapping) and not set(data) <= set(self.fields):
            unknown = ErrorDetail("", code="unknown_key")
            faults["non_field_errors"] = [*faults.get("non_field_errors", []), unknown]
        if faults:
            raise ValidationError(faults)
        return value


class Nothing(Strict):
    """No parameters; an empty object, or no body at all."""


def read_body(request: Request, shape: type[Strict]) -> dict[str, Any]:
    """The checked body. An empty one counts as `{}`. Raises ValidationError."""
    sent = request.data
    return _checked(shape, {} if isinstance(sent, QueryDict) else sent)


def read_query(request: Request, shape: type[Strict]) -> dict[str, Any]:
    """The checked query parameters; only a list may come more than once. Raises ValidationError."""
    return dict(_read(shape, request.META["QUERY_STRING"]))


@lru_cache(maxsize=1024)
def _read(shape: type[Strict], written: str) -> dict[str, Any]:
    """What was written in the address, read once: in a rush all ask for the same."""
    fields = _reader(shape).fields
    sent: dict[str, Any] = {}
    for name, values in QueryDict(written.encode("latin-1")).lists():
        if isinstance(fields.get(name), serializers.ListField):
            sent[name] = values
        elif len(values) == 1 or name not in fields:
            sent[name] = values[0]
        else:
            raise ValidationError({name: [ErrorDetail("", code="sent_twice")]})
    return _checked(shape, sent)


def _checked(shape: type[Strict], sent: object) -> dict[str, Any]:
    checked: dict[str, Any] = _reader(shape).run_validation(sent)
    return checked


@cache
def _reader(shape: type[Strict]) -> Strict:
    """One for all requests: it holds nothing of what it reads, and its fields are dear to make."""
    return shape()
