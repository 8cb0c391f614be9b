"""How many witnessings of one person may be reversed, looked at both ways in time."""

from collections.abc import Iterable
from datetime import date


def highest_count(earlier: Iterable[date], *, on: date, days: int) -> int:
    """The highest count in any span of so many days that holds a reversal added on `on`.

    `earlier` are the days on which witnessings of the same person were reversed; the new one is
    counted with them.

    Law: our own limit, no published one. A reversal gives a witnessing back, so without a limit of
    its own the quota would be none.
    Reading: a span is that of the quota, [s, s + days], both ends included. What counts is the day
    of the reversal, not that of the meeting.
    """
    reach = [day.toordinal() - on.toordinal() for day in earlier]
    near = [distance for distance in reach if -days <= distance <= days]
    starts = {0, *(distance for distance in near if distance < 0)}
    return 1 + max(sum(start <= other <= start + days for other in near) for start in starts)


def within_limit(earlier: Iterable[date], *, on: date, at_most: int, days: int) -> bool:
    """With this reversal added, no span that holds it has more than the limit."""
    return highest_count(earlier, on=on, days=days) <= at_most
