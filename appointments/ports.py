"""What a booking hands on to the guide, which it does not know."""

from datetime import datetime
from typing import Final, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from appointments.models import Appointment

CARRIED: Final = "papers"
"""The cookie in which a browser carries the guide's answer to the booking."""


class KeepPapers(Protocol):
    """Keeps the guide's answer with the visit just booked; what cannot be read is left."""

    def __call__(self, *, appointment: Appointment, said: str, now: datetime) -> None:
        """Keep what was said, and make the visit as long as it needs."""
        ...


def keep_papers() -> KeepPapers:
    """The guide's own act, which the settings name (`KEEP_PAPERS`)."""
    keeper: KeepPapers = import_string(settings.KEEP_PAPERS)
    return keeper
