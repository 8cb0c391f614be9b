"""The desk-days of a centre as somebody finds them: what a hold kept is free once it is over."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from django.db import connection

from appointments.models import Hold
from appointments.rules.availability import (
    Audience,
    DeskDay,
    FreeDay,
    HeldDeskDay,
    free_starts,
    ticks_of,
    with_holds_over,
)
from appointments.rules.ticks import from_words, to_words
from appointments.selectors.national.statement import DIALECT
from borgerservice.database.planned import planned

_WITHOUT_HOLD = itemgetter(slice(0, 8))
_DAY = itemgetter(0)
_DAY_AND_DESK = itemgetter(0, 8)


class Visiting(NamedTuple):
    """What decides where a visit has room: its length, the desk's abilities, the grid of starts."""

    minutes: int
    caps: int
    step_minutes: int


def desk_days(*, centre_id: int, first: date, last: date, now: datetime) -> list[DeskDay]:
    """Every desk's day from one day to another, as staff see it, ordered by day. One statement.

    Holds that are over count as free although their ticks are still set.
    """
    rows = held_desk_days(
        centre_id=centre_id, first=first, last=last, now=now, audience=Audience.STAFF
    )
    if not (held := [row for row in rows if row[9]]):
        return list(map(_WITHOUT_HOLD, rows))
    days = [_WITHOUT_HOLD(row) for row in rows if not row[9]]
    days += [day for _desk, day in with_holds_over(held)]
    days.sort(key=_DAY)
    return days


def held_desk_days(
    *, centre_id: int, first: date, last: date, now: datetime, audience: Audience
) -> list[HeldDeskDay]:
    """The same with the desk, as the bits are set, beside each hold that is over."""
    asked = DeskDaysAsked(centre_id, first, last, now, audience=audience)
    with planned() as cursor:
        cursor.execute(f"SELECT {asked.as_text}", asked.parameters)
        desks, holds = cursor.fetchone()
    return told_desk_days(desks, holds)


def starts_by_day(
    *,
    centre_id: int,
    first: date,
    last: date,
    now: datetime,
    audience: Audience,
    own_hold: int | None,
    visit: Visiting,
) -> tuple[FreeDay, ...]:
    """The days with room for a visit, and the ticks at which it may start. One statement.

    All comes as one text, and what follows from a text is known while nothing changes there.
    """
    asked = DeskDaysAsked(centre_id, first, last, now, audience=audience, own_hold=own_hold)
    with planned() as cursor:
        cursor.execute(f"SELECT {asked.as_text}", asked.parameters)
        told, holds = cursor.fetchone()
    return free_days(told, holds, visit)


_BY_KEY: Final = "(SELECT id FROM municipalities_centre WHERE key = %(centre)s)"
_HOLD: Final = (
    "CAST(h.day AS text) || ',' || h.desk_id || ','"
    " || CAST(h.starts_at AS text) || ',' || CAST(h.busy_until AS text)"
)


@lru_cache(maxsize=256)
def free_days(told: str | None, holds: str | None, visit: Visiting) -> tuple[FreeDay, ...]:
    """The days with room, all desks told as `DeskDaysAsked.as_text` tells them.

    Each day is known by its own text, too.
    """
    desks: dict[str, list[str]] = {}
    for row in told.split(";") if told else ():
        day, _comma, desk = row.partition(",")
        desks.setdefault(day, []).append(desk)
    held = _holds_over(holds)
    found = []
    for day in sorted(desks):
        one = ";".join(desks[day])
        bits = _around(one, held[day], visit) if day in held else _starts(one, visit)
        if bits:
            found.append(FreeDay(date.fromisoformat(day), bits))
    return tuple(found)


@lru_cache(maxsize=8192)
def _starts(told: str, visit: Visiting) -> int:
    """The starts on a day, its desks told as the statement tells them."""
    return _around(told, {}, visit)


def _around(told: str, held: Mapping[int, int], visit: Visiting) -> int:
    """The same where ticks of some desks are free again."""
    rows: list[DeskDay] = []
    for desk in told.split(";"):
        number, caps, *words = map(int, desk.split(","))
        busy = from_words(tuple(words)) & ~held.get(number, 0)  # type: ignore[arg-type]
        rows.append((date.min, caps, *to_words(busy)))
    found = free_starts(
        rows, minutes=visit.minutes, needed_caps=visit.caps, step=visit.step_minutes
    )
    return found[0].bits if found else 0


def told_desk_days(told: str | None, holds: str | None) -> list[HeldDeskDay]:
    """Desk-days as `held_desk_days` has them, told as `DeskDaysAsked.as_text` tells them."""
    over: dict[tuple[str, str], list[tuple[datetime | None, datetime | None]]] = {}
    for hold in holds.split(";") if holds else ():
        day, desk, starts_at, busy_until = hold.split(",")
        over.setdefault((day, desk), []).append((_moment(starts_at), _moment(busy_until)))
    rows: list[Any] = []
    for row in told.split(";") if told else ():
        day, desk, *numbers = row.split(",")
        desk_day = (date.fromisoformat(day), *map(int, numbers), int(desk))
        rows += [(*desk_day, *hours) for hours in over.get((day, desk), [(None, None)])]
    rows.sort(key=_DAY_AND_DESK)
    return rows


def _holds_over(told: str | None) -> dict[str, dict[int, int]]:
    """The ticks that are free again by day and desk."""
    over: dict[str, dict[int, int]] = {}
    for hold in told.split(";") if told else ():
        day, number, starts_at, busy_until = hold.split(",")
        desks = over.setdefault(day, {})
        ticks = ticks_of(_moment(starts_at), _moment(busy_until))
        desks[int(number)] = desks.get(int(number), 0) | ticks
    return over


def _moment(text: str) -> datetime:
    """A moment as the database writes it: PostgreSQL with its offset, SQLite in UTC unsaid."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class DeskDaysAsked:
    """Which desk-days of a centre one may see, and which holds there are over for who asks.

    The centre is known by its row or by its key.
    """

    def __init__(
        self,
        centre: int | str,
        first: date,
        last: date,
        now: datetime,
        *,
        audience: Audience,
        own_hold: int | None = None,
    ) -> None:
        moment = connection.ops.adapt_datetimefield_value(now)
        self.parameters: dict[str, Any] = {
            "centre": centre,
            "first": first,
            "last": last,
            "now": moment,
        }
        self.centre = _BY_KEY if isinstance(centre, str) else "%(centre)s"
        self.over = "h.expires_at <= %(now)s"
        self.where = f"d.centre_id = {self.centre} AND d.day BETWEEN %(first)s AND %(last)s"
        if audience is Audience.WALK_IN:
            self.over += " OR h.purpose = %(purpose)s"
            self.parameters["purpose"] = Hold.Purpose.RETURNED.value
        if own_hold is not None:
            self.over += " OR h.id = %(own)s"
            self.parameters["own"] = own_hold
        if audience is Audience.EVERYONE:
            self.where += " AND (d.opens_at IS NULL OR d.opens_at <= %(now)s)"

    @property
    def as_text(self) -> str:
        """Two columns that tell all of it: the desk-days, and the holds over."""
        joined = DIALECT[connection.vendor]["joined"]
        return (
            f"(SELECT {joined}(d.day || ',' || d.told, ';') FROM appointments_deskday d"
            f" WHERE {self.where}) AS desks,"
            f" (SELECT {joined}({_HOLD}, ';') FROM appointments_hold h"
            f" WHERE h.centre_id = {self.centre} AND h.day BETWEEN %(first)s AND %(last)s"
            f" AND ({self.over})) AS holds"
        )
