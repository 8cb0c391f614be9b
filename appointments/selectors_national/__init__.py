"""Reads over the whole country: at each centre the first day that may have room, and its desks.

`CentreDay` says which days those are, so that one statement reads a few rows of each centre and
not two months of them. What it says is only "maybe": the desks' own bitmaps answer.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from appointments.exceptions import NotFound
from appointments.models import ServiceType
from appointments.rules.availability import DeskDay as DeskRow
from appointments.rules.availability import ticks_of
from appointments.rules.distance import Place
from appointments.rules.ticks import from_words, to_words
from appointments.selectors_national import statement
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import Region
from borgerservice.planned import planned

Row = tuple[Any, ...]
FULL_WORD: Final = (1 << 48) - 1
_TOLD: Final = 13
"""The column of what is told of a day and its centre once; the rows of its desks hold none."""
_PARAMETER: Final = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Question:
    """Which service, from when on and where; `near` is a postal code as a number, or 0."""

    service: str
    now: datetime
    today: date
    near: int = 0
    region: str = ""
    evening: bool = False
    step_free: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a centre receives on a day: its own house, or the stop of that weekday."""

    address: str
    postal_code: str
    city: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where distances count from: a postal code that we know."""

    code: str
    city: str
    place: Place


@dataclass(slots=True)
class OpenDay:
    """A day of a centre: the desks open to all, and whether more may come free of itself.

    `summary` and `changes` are its `CentreDay` and how often room had come there.
    """

    day: date
    stand: Stand
    summary: int
    changes: int
    desks: list[DeskRow]
    may_still_open: bool


@dataclass(slots=True)
class CentreDays:
    """A centre that offers the service, and those of its days that were asked for, in order."""

    pk: int
    key: str
    name: str
    municipality: str
    is_demo: bool
    is_step_free: bool | None
    step_minutes: int
    bit: int
    minutes: int
    buffer_minutes: int
    lead_minutes: int
    days: list[OpenDay]


@dataclass(frozen=True, slots=True)
class Answer:
    """The centres, and the postal code to measure from, where one was asked for and known."""

    centres: list[CentreDays]
    origin: Origin | None


def soonest_days(question: Question) -> Answer:
    """Each centre's first day that may have room; two of them where lead time may end the first.

    One statement. Raises NotFound `service_not_found`, `region_not_found`.
    """
    answer = _answer(_read(question, wanted=statement.SOONEST, given={}))
    if not answer.centres:
        _require_known(question)
    return answer


def later_days(question: Question, centres: Collection[int], *, after: date) -> list[CentreDays]:
    """Every day after a day that may have room, of these centres. One statement."""
    names = {f"centre_{place}": pk for place, pk in enumerate(sorted(centres))}
    wanted = statement.LATER.replace("{centres}", ", ".join(f"%({name})s" for name in names))
    return _answer(
        _read(question, wanted=wanted, given={**names, "after": after.isoformat()})
    ).centres


def _require_known(question: Question) -> None:
    """Raise NotFound for what there is not at all; else it is only that no centre offers it."""
    if not ServiceType.objects.filter(code=question.service).exists():
        raise NotFound("service_not_found", field="service")
    if question.region and not Region.objects.filter(name=question.region).exists():
        raise NotFound("region_not_found", field="region")


def _read(question: Question, *, wanted: str, given: Mapping[str, Any]) -> list[Row]:
    step_free = "AND c.is_step_free" if question.step_free else ""
    region = "AND g.name = %(region)s" if question.region else ""
    sql = (statement.OFFERS + wanted + statement.ROWS).format(
        **statement.DIALECT[connection.vendor],
        offers_asked_for=f"{step_free} {region}",
        days_asked_for=statement.EVENING if question.evening else "",
    )
    # An hour less, so that no change of the clock leaves out a day; the exact minute comes later.
    clock = question.now.astimezone(COPENHAGEN).replace(tzinfo=None) - timedelta(hours=1)
    parameters: dict[str, Any] = {
        "service": question.service,
        "region": question.region,
        "near": question.near,
        "full": FULL_WORD,
        "now": connection.ops.adapt_datetimefield_value(question.now),
        "clock": clock.isoformat(sep=" ", timespec="seconds"),
        "today": question.today.isoformat(),
        **given,
    }
    with planned() as cursor:
        cursor.execute(sql, {name: parameters[name] for name in _PARAMETER.findall(sql)})
        return list(cursor.fetchall())


def _answer(rows: list[Row]) -> Answer:
    """The centres with their days, in order; rows of desks and of days come mixed."""
    desks: dict[str, list[Row]] = {}
    days = []
    for row in rows:
        if row[_TOLD] is None:
            desks.setdefault(row[0], []).append(row)
        else:
            days.append((row[0], json.loads(row[_TOLD])))
    days.sort(key=itemgetter(0))  # the summary begins with the day
    centres: dict[int, CentreDays] = {}
    for summary, told in days:
        centre = centres.get(told[0]) or centres.setdefault(told[0], _centre(told))
        centre.days.append(_open_day(summary, told, desks.get(summary, [])))
    return Answer(list(centres.values()), _origin(days[0][1]) if days else None)


def _centre(told: list[Any]) -> CentreDays:
    key, name, municipality, is_demo, is_step_free = told[1:6]
    step, bit, minutes, buffer, lead = told[11:16]
    return CentreDays(
        pk=told[0],
        key=key,
        name=name,
        municipality=municipality,
        is_demo=bool(is_demo),
        is_step_free=None if is_step_free is None else bool(is_step_free),
        step_minutes=step,
        bit=bit,
        minutes=minutes,
        buffer_minutes=buffer,
        lead_minutes=lead,
        days=[],
    )


def _open_day(summary: str, told: list[Any], rows: list[Row]) -> OpenDay:
    when, number, changes = summary.split(" ")
    day = date.fromisoformat(when)
    address, postal_code, city, latitude, longitude = told[6:11]
    place = None if latitude is None or longitude is None else (latitude, longitude)
    desks: dict[int, DeskRow] = {}
    may_still_open = False
    for row in rows:
        desk_id, is_open_to_all, held_from, held_until, is_over = row[8:_TOLD]
        if is_open_to_all:
            desk = desks.setdefault(desk_id, (day, *row[1:8]))
            if is_over:
                desks[desk_id] = _without(desk, _moment(held_from), _moment(held_until))
        if not is_open_to_all or (held_from is not None and not is_over):
            may_still_open = True
    stand = Stand(address, postal_code, city, place)
    return OpenDay(day, stand, int(number), int(changes), list(desks.values()), may_still_open)


def _without(desk: DeskRow, held_from: datetime, held_until: datetime) -> DeskRow:
    """The desk without a hold that is over."""
    day, caps, w0, w1, w2, w3, w4, w5 = desk
    held = ticks_of(held_from, held_until)
    return (day, caps, *to_words(from_words((w0, w1, w2, w3, w4, w5)) & ~held))


def _origin(told: list[Any]) -> Origin | None:
    code, city, latitude, longitude = told[16:]
    return None if code is None else Origin(code, city, (latitude, longitude))


def _moment(stored: datetime | str) -> datetime:
    """A moment as the database at hand gives it: SQLite a text or a moment, in UTC unsaid."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
