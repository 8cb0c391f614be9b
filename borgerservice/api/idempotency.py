"""Repeats: the caller names a request with a key, so that sending it again does nothing twice."""

import json
import re
from typing import Final

from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from borgerservice.vault.marks import contact_mark

HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[ -~]{1,80}")


def key_of(request: Request) -> str:
    """The key of a request. Raises ParseError where it is missing or cannot be one."""
    key = request.headers.get(HEADER)
    if key is None:
        raise ParseError(code="idempotency_key_missing")
    if not _KEY.fullmatch(key):
        raise ParseError(code="idempotency_key_invalid")
    return key


def body_mark(request: Request) -> str:
    """A keyed mark of the body, equal for equal JSON; nobody can guess the body by it."""
    canonical = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return contact_mark("api.request", canonical)[1]
