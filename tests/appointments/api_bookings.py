"""A booking as a municipality's system sends it."""

from datetime import timedelta
from typing import Any

from tests.builders import TODAY, World

TOMORROW = TODAY + timedelta(days=1)
NAME = "Amina Hassan"


def wanted(world: World, **differences: Any) -> dict[str, Any]:
    """A booking that can be had, but for what the test is about. None leaves a key out."""
    usual = {
        "centre": world.centre.key,
        "service": world.service.code,
        "start": "2026-11-24T10:00:00+01:00",
        "participants": [{"name": NAME}],
        "phone": "+4520304050",
        "language": "en",
    }
    return {key: value for key, value in {**usual, **differences}.items() if value is not None}
