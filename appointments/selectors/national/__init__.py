"""Reads over the whole country: at each centre the first day that may have room, and its desks.

`CentreDay` says which days those are, so that one statement reads a few rows of each centre and
not two months of them. What it says is only "maybe": the desks' own bitmaps answer.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from appointments.exceptions import NotFound
from appointments.models import ServiceType
from appointments.rules.availability import DeskDay as DeskRow
from appointments.rules.availability import ticks_of
from appointments.rules.distance import Place
from appointments.rules.ticks import from_words, to_words
from appointments.selectors.national import statement
from borgerservice.database.planned import planned
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import Centre, Region

Row = tuple[Any, ...]
FULL_WORD: Final = (1 << 48) - 1
_PK: Final = 6
"""Where in a row the centre's number stands."""
_TRUE: Final = ("true", "1")
"""PostgreSQL's word for it, and SQLite's."""
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


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks open to all on a day, and whether more may come free of itself."""

    rows: tuple[DeskRow, ...]
    may_still_open: bool


@dataclass(frozen=True, slots=True)
class CentreOffer:
    """A centre, and the service there."""

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


@dataclass(frozen=True, slots=True, eq=False)
class OpenDay:
    """A day of a centre; its `CentreDay` is `summary`, where room came `changes` times.

    Rows that say the same are read into the same object, so that what follows from it is known.
    """

    offer: CentreOffer
    day: date
    stand: Stand
    summary: int
    changes: int
    desks: Desks


@dataclass(frozen=True, slots=True)
class Answer:
    """Each centre's days in order, and the postal code to measure from, if asked for and known."""

    centres: list[list[OpenDay]]
    origin: Origin | None


def soonest_days(question: Question) -> Answer:
    """Each centre's first day that may have room; two of them where lead time may end the first.

    One statement. Raises NotFound `service_not_found`, `region_not_found`.
    """
    answer = _answer(_read(question, wanted=statement.SOONEST, given={}))
    if not answer.centres:
        _require_known(question)
    return answer


def later_days(question: Question, centres: Collection[int], *, after: date) -> list[list[OpenDay]]:
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
        "near": f"{question.near:04}" if question.near else "",
        "number": question.near,
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
    """The centres with their days, in order."""
    rows.sort(key=itemgetter(0))  # the summary begins with the day; one row has none
    (_summary, holds, origin, *_none), *days = rows
    held = _by_day(holds) if holds else None
    centres: dict[int, list[OpenDay]] = {}
    for row in days:
        day = _open_day(row, held.get(f"{row[_PK]} {row[0][:10]}", "")) if held else _open_day(row)
        centres.setdefault(day.offer.pk, []).append(day)
    return Answer(list(centres.values()), _origin(origin) if origin else None)


def _by_day(told: str) -> dict[str, str]:
    """The holds by centre and day, each with its desk."""
    held: dict[str, str] = {}
    for hold in told.split(";"):
        place, _comma, rest = hold.partition(",")
        held[place] = f"{held.get(place, '')};{rest}"
    return held


@lru_cache(maxsize=4096)
def _open_day(row: Row, held: str = "") -> OpenDay:
    summary, desks, stop, about, latitude, longitude, pk, told, municipality, *figures = row
    when, number, changes = summary.split(" ")
    key, name, address, code, city, is_demo, step, is_step_free = told.split(Centre.SEPARATOR)
    offer = CentreOffer(
        pk, key, name, municipality, is_demo in _TRUE, _known(is_step_free), int(step), *figures
    )
    own = Stand(
        address, code, city, _place(latitude, longitude) or _place(*json.loads(about or "[]"))
    )
    stand = _stop(*json.loads(stop)) if stop else own
    day = date.fromisoformat(when)
    return OpenDay(offer, day, stand, int(number), int(changes), _desks(day, desks or "", held))


def _known(told: str) -> bool | None:
    return told in _TRUE if told else None


def _stop(address: str, code: str, city: str, *place: float | None) -> Stand:
    return Stand(address, code, city, _place(*place))


def _place(latitude: float | None = None, longitude: float | None = None) -> Place | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def _desks(day: date, told: str, held: str) -> Desks:
    """The desks of a day as the statement tells of them."""
    desks: dict[str, DeskRow] = {}
    may_still_open = False
    for desk in filter(None, told.split(";")):
        if desk == "kept":
            may_still_open = True
            continue
        number, *figures = desk.split(",")
        caps, w0, w1, w2, w3, w4, w5 = map(int, figures)
        desks[number] = (day, caps, w0, w1, w2, w3, w4, w5)
    for one in filter(None, held.split(";")):
        number, _comma, hold = one.partition(",")
        if hold == "held":
            may_still_open = True
        elif number in desks:
            desks[number] = _without(desks[number], hold)
    return Desks(tuple(desks.values()), may_still_open)


def _without(desk: DeskRow, held: str) -> DeskRow:
    """The desk without a hold that is over."""
    day, caps, w0, w1, w2, w3, w4, w5 = desk
    held_from, _, held_until = held.partition("/")
    ticks = ticks_of(_moment(held_from), _moment(held_until))
    return (day, caps, *to_words(from_words((w0, w1, w2, w3, w4, w5)) & ~ticks))


def _origin(told: str) -> Origin:
    code, city, latitude, longitude = json.loads(told)
    return Origin(code, city, (latitude, longitude))


def _moment(written: str) -> datetime:
    """A moment as the database writes it: PostgreSQL with its offset, SQLite in UTC unsaid."""
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
