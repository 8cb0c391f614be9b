"""What the national search is told: on which days a centre may have room, and where it found none.

Nothing here stands in the way of a booking: taking a time leaves `CentreDay` as it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

ANY_SERVICE: Final = (1 << 48) - 1
_ROOM_CAME: Final = """
INSERT INTO appointments_centreday (centre_id, day, room, changes) VALUES {rows}
ON CONFLICT (centre_id, day) DO UPDATE
SET room = excluded.room, changes = appointments_centreday.changes + 1
"""
_NO_ROOM: Final = """
WITH untouched AS (
  SELECT id FROM appointments_centreday WHERE (id, changes) IN (VALUES {seen}) {in_nobodys_way}
)
UPDATE appointments_centreday SET room = room & %s
WHERE id IN (SELECT id FROM untouched) AND (id, changes) IN (VALUES {seen})
"""


@dataclass(frozen=True, slots=True)
class NoRoom:
    """A `CentreDay` on which somebody found no room, as it stood when they looked."""

    summary: int
    changes: int


def room_came(*, centre_id: int, days: Collection[date]) -> None:
    """Say that time may have come free at a centre on some days, for any service.

    To be said in the transaction that frees it, whatever stood there: a reader who saw the days
    full before must not be the last to write.
    """
    if not days:
        return
    rows = ", ".join("(%s, %s, %s, 0)" for _day in days)
    given: list[Any] = []
    for day in sorted(days):
        given += [centre_id, connection.ops.adapt_datefield_value(day), ANY_SERVICE]
    with connection.cursor() as cursor:
        cursor.execute(_ROOM_CAME.format(rows=rows), given)


def no_room_left(*, bit: int, found: Sequence[NoRoom]) -> None:
    """Say that a service finds no room on these days, but where room has come since. One statement.

    Whoever is changing a day just now is not waited for: the next reader finds the same.
    """
    if not found:
        return
    is_server = connection.vendor == "postgresql"
    statement = _NO_ROOM.format(
        seen=", ".join("(%s, %s)" for _one in found),
        in_nobodys_way="FOR UPDATE SKIP LOCKED" if is_server else "",
    )
    seen = [figure for one in found for figure in (one.summary, one.changes)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*seen, ANY_SERVICE ^ 1 << bit, *seen])
