"""Reading bodies: JSON by the letter, never more than the limit."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from borgerservice.api.problem import TooLarge


class RawJson(BaseParser):
    """The bytes of a JSON body, for a reader of its own."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body. Raises TooLarge."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        return body


class StrictJson(RawJson):
    """JSON as its grammar has it: UTF-8, no NaN, no key twice in one object."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read the body. Raises TooLarge, or ParseError `not_json` or `key_twice`."""
        body = super().parse(stream, media_type, parser_context)
        try:
            return json.loads(
                body.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant
            )
        except (ValueError, RecursionError) as refused:
            raise ParseError(code="not_json") from refused


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError(code="key_twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
