"""Which refusal is which HTTP status: 404 where nothing is, 409 where the present state forbids it.

All others are 422: what was sent would be refused in any state.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

STATUSES: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (
            "not_found",
            "centre_not_found",
            "municipality_not_found",
            "service_not_found",
            "region_not_found",
        ),
        HTTPStatus.NOT_FOUND,
    ),
    **dict.fromkeys(
        (
            "slot_taken",
            "hold_over",
            "closed",
            "in_the_past",
            "too_soon",
            "too_far_ahead",
            "centre_not_open_for_booking",
            "cannot_move",
            "cannot_cancel",
            "cannot_be_longer",
        ),
        HTTPStatus.CONFLICT,
    ),
    "too_many_tries": HTTPStatus.TOO_MANY_REQUESTS,
}
NO_CENTRE: Final = {404: "`centre_not_found`"}
