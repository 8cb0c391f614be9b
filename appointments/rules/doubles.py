"""How long somebody has to say which of two visits they keep."""

from datetime import datetime, timedelta
from typing import Final

TIME_TO_ANSWER: Final = timedelta(hours=24)
LEAST_TIME: Final = timedelta(hours=1)
BEFORE_THE_VISIT: Final = timedelta(hours=2)


def answer_by(*, asked_at: datetime, first_start: datetime) -> datetime:
    """A day from the question, or two hours before the first of the two visits; never under one."""
    latest = min(asked_at + TIME_TO_ANSWER, first_start - BEFORE_THE_VISIT)
    return max(latest, asked_at + LEAST_TIME)
