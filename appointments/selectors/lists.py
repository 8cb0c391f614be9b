"""Visits as lists show them, with who comes: one plain statement, since there are many rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from appointments.models import Appointment
from appointments.rules.local_time import instant
from borgerservice.database.planned import planned
from borgerservice.vault.reading import read_sealed
from borgerservice.vault.services import OpenKey, open_wrapped
from borgerservice.vault.wrapping import wrapping_keys

Place = tuple[datetime, int]
"""Where a list was left: a start, and the id of the visit that had it."""


@dataclass(slots=True, repr=False)
class Comer:
    """One who comes; `name` is None for a protected person, once it is shredded, and if unreadable.

    `witness` is a `Participant.WitnessState`; `papers` is "worse" where they come to less than
    before, "not_yet" where they never were enough, else empty.

    Not frozen, as the visits are not: there are many, and each field would cost a call.
    """

    number: int
    name: str | None
    service: str
    service_names_json: str
    is_protected: bool
    lacks_time: bool
    witness: str
    papers: str
    is_unreadable: bool

    @property
    def service_names(self) -> dict[str, str]:
        """What the service is called, by language."""
        return _texts(self.service_names_json)


@dataclass(slots=True, repr=False)
class ListedVisit:
    """A visit with who comes; the phone number stays sealed."""

    pk: int
    reference: str
    status: str
    origin: str
    language: str
    starts_at: datetime
    ends_at: datetime
    centre: str
    desk: int
    comers: list[Comer]
    phone_sealed: bytes | None
    key: OpenKey | None


def list_visits(
    *,
    municipality: int,
    reference: str = "",
    centre: str = "",
    day: date | None = None,
    after: Place | None = None,
    at_most: int | None = None,
) -> list[ListedVisit]:
    """A municipality's visits as they begin, those after a place in that order. One statement.

    `reference` is one visit's, as it is stored; `centre` a key; `day` is Danish.
    """
    wanted: list[str] = ["municipality_id = %s"]
    asked: list[Any] = [municipality]
    if reference:
        wanted.append("reference = %s")
        asked.append(reference)
    if centre:
        wanted.append("centre_id = (SELECT id FROM municipalities_centre WHERE key = %s)")
        asked.append(centre)
    if day:
        wanted.append("starts_at >= %s AND starts_at < %s")
        asked += [_stored(instant(day, 0)), _stored(instant(day + timedelta(days=1), 0))]
    if after:
        wanted.append("(starts_at, id) > (%s, %s)")
        asked += [_stored(after[0]), after[1]]
    limit = f"LIMIT {at_most:d}" if at_most is not None else ""  # told: it decides the plan
    with planned() as cursor:
        cursor.execute(_LISTED.format(" AND ".join(wanted), limit), asked)
        return _visits(cursor.fetchall())


_LISTED: Final = """
SELECT a.id, a.reference, a.status, a.origin, a.language,
  CAST(a.starts_at AS text), CAST(a.ends_at AS text), c.key, d.number,
  n.phone_sealed, k.wrapped, k.key_version,
  p.position, p.name_sealed, p.is_protected, p.lacks_time, p.witness_state,
  CASE WHEN p.flagged_at IS NOT NULL THEN 'worse'
    WHEN p.guide_verdict = 'not_yet' THEN 'not_yet' ELSE '' END,
  s.code, s.names
FROM (
  SELECT id, reference, status, origin, language, starts_at, ends_at, centre_id, desk_id, contact_id
  FROM appointments_appointment WHERE {} ORDER BY starts_at, id {}
) a
JOIN municipalities_centre c ON c.id = a.centre_id
JOIN appointments_desk d ON d.id = a.desk_id
JOIN notifications_contact n ON n.id = a.contact_id
JOIN vault_datakey k ON k.id = n.data_key_id
LEFT JOIN appointments_participant p ON p.appointment_id = a.id
LEFT JOIN appointments_servicetype s ON s.id = p.service_id
ORDER BY a.starts_at, a.id, p.position
"""


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _visits(rows: Iterable[tuple[Any, ...]]) -> list[ListedVisit]:
    """The visits of rows that stand together, one row for each who comes."""
    ring = wrapping_keys()
    visits: list[ListedVisit] = []
    current = None
    for row in rows:
        if row[0] != current:
            current = row[0]
            visits.append(_visit(row, ring))
        if row[12] is not None:
            visits[-1].comers.append(_comer(visits[-1], row[12:]))
    return visits


def _visit(row: tuple[Any, ...], ring: Mapping[int, bytes]) -> ListedVisit:
    pk, reference, status, origin, language, starts_at, ends_at, centre, desk = row[:9]
    phone_sealed, wrapped, key_version = row[9:12]
    return ListedVisit(
        pk,
        reference,
        status,
        origin,
        language,
        _moment(starts_at),
        _moment(ends_at),
        centre,
        desk,
        [],
        phone_sealed,
        open_wrapped(wrapped, key_version, ring),
    )


def _comer(visit: ListedVisit, told: tuple[Any, ...]) -> Comer:
    position, name_sealed, is_protected, lacks_time, witness, papers, service, names = told
    name = None
    if visit.key and not is_protected:
        place = f"participant.name:{position}"
        name = read_sealed(visit.key, name_sealed, place, of=Appointment, pk=visit.pk)
    return Comer(
        position + 1,
        name or None,
        service,
        names,
        bool(is_protected),
        bool(lacks_time),
        witness,
        papers,
        name is None and visit.key is not None and not is_protected,
    )


@lru_cache(maxsize=256)
def _texts(stored: str) -> dict[str, str]:
    """The texts of a service by language; many rows hold the same."""
    texts: dict[str, str] = json.loads(stored)
    return texts


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    """A moment as the database writes it, SQLite without its zone; many rows hold the same."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
