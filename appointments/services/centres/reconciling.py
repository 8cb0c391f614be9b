"""Every bitmap once more from visits and rosters, every summary once more from the bitmaps.

What differs: nothing, always. A summary may say "maybe" of a day without room; that is not told.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max

from appointments.models import CentreDay, DeskDay
from appointments.rules.availability import free_starts
from appointments.rules.local_time import wall_clock
from appointments.selectors.desk_days import desk_days
from appointments.services.centres.desk_days import differences, set_right
from appointments.services.centres.room import room_came
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
_EVERY_HOLD_IS_OVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""A hold ends without a word to the summary, so a day that has one must not be said to be full."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A desk-day that is not what visits and roster say, or that is not there.

    Without a desk: the centre's summary of the day, which says that it is full and there is room.
    """

    centre: str
    desk: int | None
    day: date
    is_missing: bool = False

    @property
    def what(self) -> str:
        """The difference in words, for the operator."""
        if self.desk is None:
            return "says full where there is room"
        return "is missing" if self.is_missing else "differs"


def reconcile(
    *, now: datetime, repair: bool = False, progress: Progress = lambda _done, _all: None
) -> Iterator[Difference]:
    """The days from today on that differ, centre by centre; with `repair` they are set right.

    `progress` is told how many centres of how many are done.
    """
    today = danish_date(now)
    centres = list(Centre.objects.order_by("pk").values_list("pk", flat=True))
    for done, pk in enumerate(centres, start=1):
        yield from _reconciled(pk, today, now, repair=repair)
        progress(done, len(centres))


def log_differences(*, now: datetime) -> None:
    """Write a warning for each day that differs. Whoever reads it repairs it knowingly."""
    for found in reconcile(now=now):
        logger.warning(
            "reconcile.differs centre=%s desk=%s day=%s: %s",
            found.centre,
            found.desk,
            found.day,
            found.what,
        )


def _reconciled(pk: int, today: date, now: datetime, *, repair: bool) -> list[Difference]:
    with transaction.atomic():
        centre = Centre.objects.get(pk=pk)
        last = DeskDay.objects.filter(centre=centre).aggregate(last=Max("day"))["last"]
        if last is None or last < today:
            return []
        found = differences(centre=centre, first=today, last=last)
        if repair:
            set_right(centre=centre, found=found)
        full = _wrongly_full(centre, today, last, now)
        if repair:
            room_came(centre_id=centre.pk, days=full)
    wrong = [
        Difference(centre.key, row.desk.number, row.day, is_missing)
        for rows, is_missing in ((found.missing, True), (found.wrong, False))
        for row in rows
    ]
    return wrong + [Difference(centre.key, None, day) for day in full]


def _wrongly_full(centre: Centre, first: date, last: date, now: datetime) -> list[date]:
    """The days whose summary says that a service finds no room while it does, or may once more.

    In the transaction that holds the desk-days, so that no time comes free while one compares.
    """
    summaries = CentreDay.objects.filter(centre=centre, day__range=(first, last))
    said = dict(summaries.values_list("day", "room"))
    rows = desk_days(centre_id=centre.pk, first=first, last=last, now=_EVERY_HOLD_IS_OVER)
    soonest = wall_clock(now + timedelta(seconds=59))
    full = set()
    for offer in centre.offers.select_related("service"):
        days = free_starts(
            rows,
            minutes=offer.minutes + offer.buffer_minutes,
            needed_caps=1 << offer.service.bit,
            step=centre.start_step_minutes,
            not_before=soonest,
        )
        full |= {day for day, _ in days if not said.get(day, 0) >> offer.service.bit & 1}
    return sorted(full)
