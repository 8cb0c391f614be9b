"""Repeats: the caller names a request with a key, so that sending it again does nothing twice."""

import json
import re
from typing import Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from borgerservice.vault.marks import contact_mark

HEADER: Final = "Idempotency-Key"
PARAMETER: Final = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Your name for this request, 1 to 80 printable ASCII characters. The same key and"
    " body does it once and is answered with the same 201: a booking for 24 hours, a hold as long"
    " as it is there.",
)
_KEY: Final = re.compile(r"[ -~]{1,80}")


def key_of(request: Request) -> str:
    """The key of a request. Raises ParseError where it is missing or cannot be one."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        raise ParseError(code="idempotency_key_missing")
    if not _KEY.fullmatch(key):
        raise ParseError(code="idempotency_key_invalid")
    return key


def body_mark(request: Request) -> str:
    """A keyed mark of the body, equal for equal JSON; nobody can guess the body by it."""
    canonical = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return contact_mark("api.request", canonical)[1]
