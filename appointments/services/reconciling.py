"""Every bitmap once more from visits and rosters, and what differs: nothing, always."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from appointments.models import DeskDay
from appointments.services.desk_days import differences, set_right
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A desk-day that is not what visits and roster say, or that is not there."""

    centre: str
    desk: int
    day: date
    is_missing: bool


def reconcile(
    *, now: datetime, repair: bool = False, progress: Progress = lambda _done, _all: None
) -> Iterator[Difference]:
    """The desk-days from today on that differ, centre by centre; with `repair` they are set right.

    `progress` is told how many centres of how many are done.
    """
    today = danish_date(now)
    centres = list(Centre.objects.order_by("pk").values_list("pk", flat=True))
    for done, pk in enumerate(centres, start=1):
        yield from _reconciled(pk, today, repair=repair)
        progress(done, len(centres))


def log_differences(*, now: datetime) -> None:
    """Write a warning for each desk-day that differs. Whoever reads it repairs it knowingly."""
    for found in reconcile(now=now):
        logger.warning(
            "reconcile.differs centre=%s desk=%s day=%s missing=%s",
            found.centre,
            found.desk,
            found.day,
            found.is_missing,
        )


def _reconciled(pk: int, today: date, *, repair: bool) -> list[Difference]:
    with transaction.atomic():
        centre = Centre.objects.get(pk=pk)
        last = DeskDay.objects.filter(centre=centre).aggregate(last=Max("day"))["last"]
        if last is None or last < today:
            return []
        found = differences(centre=centre, first=today, last=last)
        if repair:
            set_right(centre=centre, found=found)
    return [
        Difference(centre.key, row.desk.number, row.day, is_missing)
        for rows, is_missing in ((found.missing, True), (found.wrong, False))
        for row in rows
    ]
