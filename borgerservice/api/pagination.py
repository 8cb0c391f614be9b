"""Lists a page at a time: `next` leads on from the last row shown, however many come between."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Final

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

PAGE_ROWS: Final = 20
LONGEST_CURSOR: Final = 80
_PLACE: Final = re.compile(r"(\d{1,11})\.(\d{1,18})", re.ASCII)

Place = tuple[datetime, int]
"""A moment, in whole seconds, and the id of the row that has it."""


def next_address(request: Request, last: Place) -> str:
    """The address of the page after a row."""
    moment, row = last
    place = f"{int(moment.timestamp())}.{row}"
    cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def read_cursor(cursor: str) -> Place:
    """The row a page was left at. Raises ValidationError."""
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found = _PLACE.fullmatch(place.decode())
        if found:
            return datetime.fromtimestamp(int(found[1]), UTC), int(found[2])
    except (ValueError, OverflowError, OSError, binascii.Error):
        pass
    raise ValidationError({"cursor": [ErrorDetail("", code="invalid_cursor")]})
