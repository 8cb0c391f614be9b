"""Reads over the whole country: at each centre the first day that may have room, and its desks.

`CentreDay` says which days those are, so that one statement reads a few rows of each centre and
not two months of them. What it says is only "maybe": the desks' own bitmaps answer.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db import connection

from appointments.exceptions import NotFound
from appointments.models import ServiceType
from appointments.rules.distance import Place
from appointments.rules.local_time import wall_clock
from appointments.rules.ticks import from_words, mask, to_words
from borgerservice.kernel.clock import COPENHAGEN
from borgerservice.municipalities.models import Region

DeskRow = tuple[date, int, int, int, int, int, int, int]
FULL_WORD: Final = (1 << 48) - 1

_OFFERS: Final = """
WITH offer AS (
  SELECT c.id, c.key, c.name, m.name AS municipality, c.is_demo, c.is_step_free, c.address,
    c.postal_code, c.city, c.latitude, c.longitude, c.start_step_minutes, s.bit,
    o.minutes, o.buffer_minutes, COALESCE(o.lead_minutes, c.lead_minutes) AS lead_minutes,
    {first_day} AS first_day, {last_day} AS last_day
  FROM appointments_servicetype s
  JOIN appointments_centreservice o ON o.service_id = s.id
  JOIN municipalities_centre c ON c.id = o.centre_id
  JOIN municipalities_municipality m ON m.id = c.municipality_id
  JOIN municipalities_region g ON g.id = m.region_id
  WHERE s.code = %(service)s AND c.is_open_for_booking {offers_asked_for}
), maybe AS (
  SELECT r.centre_id, r.day, f.first_day FROM offer f
  JOIN appointments_centreday r ON r.centre_id = f.id
  WHERE r.day BETWEEN {first_of_all} AND f.last_day AND r.day >= f.first_day
    AND (r.room >> f.bit) & 1 = 1 {days_asked_for}
), wanted AS ({wanted})
"""
_SOONEST: Final = """
  SELECT centre_id, MIN(day) AS day FROM maybe GROUP BY centre_id
  UNION
  SELECT centre_id, MIN(day) AS day FROM maybe WHERE day > first_day GROUP BY centre_id
"""
"""A centre's first day may be over but for its lead time, so the one after it comes along."""
_LATER: Final = (
    "SELECT centre_id, day FROM maybe WHERE day > %(after)s AND centre_id IN ({centres})"
)
_EVENING: Final = """AND EXISTS (
  SELECT 1 FROM appointments_deskday e WHERE e.centre_id = r.centre_id AND e.day = r.day
    AND (e.b4 <> %(full)s OR e.b5 <> %(full)s))
"""
_ROWS: Final = """
SELECT f.id, w.day, d.caps, d.b0, d.b1, d.b2, d.b3, d.b4, d.b5, d.desk_id,
  d.opens_at IS NULL OR d.opens_at <= %(now)s, r.id, r.changes,
  h.starts_at, h.busy_until, h.expires_at <= %(now)s,
  f.key, f.name, f.municipality, f.is_demo, f.is_step_free,
  COALESCE(p.address, f.address), COALESCE(p.postal_code, f.postal_code), COALESCE(p.city, f.city),
  COALESCE(p.latitude, f.latitude, q.latitude), COALESCE(p.longitude, f.longitude, q.longitude),
  f.start_step_minutes, f.bit, f.minutes, f.buffer_minutes, f.lead_minutes,
  n.code, n.city, n.latitude, n.longitude
FROM wanted w
JOIN offer f ON f.id = w.centre_id
JOIN appointments_centreday r ON r.day = w.day AND r.centre_id = w.centre_id
LEFT JOIN appointments_deskday d ON d.centre_id = w.centre_id AND d.day = w.day
LEFT JOIN appointments_hold h
  ON h.centre_id = d.centre_id AND h.day = d.day AND h.desk_id = d.desk_id
LEFT JOIN municipalities_mobilestop p ON p.centre_id = f.id AND p.weekday = {weekday}
LEFT JOIN municipalities_postalcode q ON q.code = COALESCE(p.postal_code, f.postal_code)
LEFT JOIN (
  SELECT code, city, latitude, longitude FROM municipalities_postalcode WHERE %(near)s > 0
  ORDER BY ABS(CAST(code AS integer) - %(near)s), code LIMIT 1
) n ON 1 = 1
ORDER BY f.id, w.day, d.desk_id
"""
_DIALECT: Final = {
    "postgresql": {
        "first_day": "CAST(CAST(%(clock)s AS timestamp)"
        " + COALESCE(o.lead_minutes, c.lead_minutes) * interval '1 minute' AS date)",
        "last_day": "CAST(%(today)s AS date) + COALESCE(o.horizon_days, c.horizon_days)",
        "first_of_all": "CAST(%(today)s AS date)",
        "weekday": "CAST(EXTRACT(ISODOW FROM w.day) AS integer) - 1",
    },
    "sqlite": {
        "first_day": "date(%(clock)s, COALESCE(o.lead_minutes, c.lead_minutes) || ' minutes')",
        "last_day": "date(%(today)s, COALESCE(o.horizon_days, c.horizon_days) || ' days')",
        "first_of_all": "%(today)s",
        "weekday": "(CAST(strftime('%%w', w.day) AS integer) + 6) %% 7",
    },
}


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
    answer = _read(question, wanted=_SOONEST, given={})
    if not answer.centres:
        _require_known(question)
    return answer


def later_days(question: Question, centres: Collection[int], *, after: date) -> list[CentreDays]:
    """Every day after a day that may have room, of these centres. One statement."""
    names = {f"centre_{place}": pk for place, pk in enumerate(sorted(centres))}
    wanted = _LATER.format(centres=", ".join(f"%({name})s" for name in names))
    return _read(question, wanted=wanted, given={**names, "after": _stored_day(after)}).centres


def _require_known(question: Question) -> None:
    """Raise NotFound for what there is not at all; else it is only that no centre offers it."""
    if not ServiceType.objects.filter(code=question.service).exists():
        raise NotFound("service_not_found", field="service")
    if question.region and not Region.objects.filter(name=question.region).exists():
        raise NotFound("region_not_found", field="region")


def _read(question: Question, *, wanted: str, given: Mapping[str, Any]) -> Answer:
    step_free = "AND c.is_step_free" if question.step_free else ""
    region = "AND g.name = %(region)s" if question.region else ""
    statement = (_OFFERS + _ROWS).format(
        **_DIALECT[connection.vendor],
        wanted=wanted,
        offers_asked_for=f"{step_free} {region}",
        days_asked_for=_EVENING if question.evening else "",
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
        "today": _stored_day(question.today),
        **given,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    return Answer(list(_centres(rows)), _origin(rows))


def _centres(rows: list[tuple[Any, ...]]) -> Iterator[CentreDays]:
    for pk, of_centre in groupby(rows, itemgetter(0)):
        own = list(of_centre)
        key, name, municipality, is_demo, is_step_free = own[0][16:21]
        step, bit, minutes, buffer, lead = own[0][26:31]
        yield CentreDays(
            pk=pk,
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
            days=[_open_day(day, list(of_day)) for day, of_day in groupby(own, itemgetter(1))],
        )


def _open_day(stored: object, rows: list[tuple[Any, ...]]) -> OpenDay:
    day = stored if isinstance(stored, date) else date.fromisoformat(str(stored))
    address, postal_code, city, latitude, longitude = rows[0][21:26]
    place = None if latitude is None or longitude is None else (latitude, longitude)
    summary, changes = rows[0][11:13]
    desks: dict[int, DeskRow] = {}
    may_still_open = False
    for row in rows:
        desk_id, is_open_to_all, held_from, held_until, is_over = row[9], row[10], *row[13:16]
        if desk_id is None:
            continue
        if is_open_to_all:
            desk = desks.setdefault(desk_id, (day, *row[2:9]))
            if is_over:
                desks[desk_id] = _without(desk, _moment(held_from), _moment(held_until))
        if not is_open_to_all or (held_from is not None and not is_over):
            may_still_open = True
    stand = Stand(address, postal_code, city, place)
    return OpenDay(day, stand, summary, changes, list(desks.values()), may_still_open)


def _without(desk: DeskRow, held_from: datetime, held_until: datetime) -> DeskRow:
    """The desk without a hold that is over."""
    day, caps, w0, w1, w2, w3, w4, w5 = desk
    minutes = int((held_until - held_from).total_seconds()) // 60
    held = mask(wall_clock(held_from)[1], minutes)
    return (day, caps, *to_words(from_words((w0, w1, w2, w3, w4, w5)) & ~held))


def _origin(rows: list[tuple[Any, ...]]) -> Origin | None:
    if not rows or rows[0][31] is None:
        return None
    code, city, latitude, longitude = rows[0][31:35]
    return Origin(code, city, (latitude, longitude))


def _moment(stored: datetime | str) -> datetime:
    """A moment as the database at hand gives it: SQLite a text or a moment, in UTC unsaid."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _stored_day(day: date) -> object:
    return connection.ops.adapt_datefield_value(day)
