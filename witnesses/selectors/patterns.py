"""The part of the ledger in which patterns are looked for, and those that are found there.

Every decision that enters a witnessing looks here, so the two statements are written out by hand:
the same through the ORM took many times as long, nearly all of it to put them together.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import connection

from borgerservice.database.planned import planned
from witnesses.models import Witnessing
from witnesses.rules.figures import Quota
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.signals import Found, Seen, longest_look, patterns, reversal_patterns

_LINKED = "SELECT person_id, root_id FROM people_personlink WHERE root_id IN ({places})"
_AROUND = """
SELECT w.id, w.witness_id, w.applicant_id, w.on_date, w.municipality_id, r.reversed_on,
  (SELECT min(root_id) FROM people_personlink WHERE person_id = w.witness_id),
  (SELECT min(root_id) FROM people_personlink WHERE person_id = w.applicant_id)
FROM witnesses_witnessing w
LEFT JOIN witnesses_reversal r ON r.witnessing_id = w.id AND r.recorded_at <= %s
WHERE (w.witness_id IN ({places}) OR w.applicant_id IN ({places}))
  AND w.on_date BETWEEN %s AND %s AND w.recorded_at <= %s AND w.id <= %s
ORDER BY w.on_date, w.id
"""
_ALWAYS: Final = datetime(9999, 1, 1, tzinfo=UTC)
_ALL: Final = 2**63 - 1


def witnessings_around(
    persons: Collection[int],
    *,
    first: date,
    last: date,
    as_of: datetime = _ALWAYS,
    newest: int = _ALL,
) -> list[Seen]:
    """Every witnessing between two days in which somebody took part, in either role. Two SELECTs.

    `persons` are who they turned out to be; municipalities and ids do not matter. `as_of` leaves
    out what was not recorded yet, `newest` what was entered after that row. For the patterns alone.
    """
    adapt = connection.ops
    moment, days = adapt.adapt_datetimefield_value(as_of), (first, last)
    with planned() as cursor:
        cursor.execute(_LINKED.format(places=_places(persons)), list(persons))
        ids = list({*persons, *(person for person, _root in cursor.fetchall())})
        cursor.execute(
            _AROUND.format(places=_places(ids)),
            [moment, *ids, *ids, *map(adapt.adapt_datefield_value, days), moment, newest],
        )
        return [
            Seen(
                id=pk,
                witness=witness_root or witness,
                applicant=applicant_root or applicant,
                on=_day(on),
                municipality=municipality,
                reversed_on=_day(reversed_on) if reversed_on else None,
            )
            for (
                pk,
                witness,
                applicant,
                on,
                municipality,
                reversed_on,
                witness_root,
                applicant_root,
            ) in cursor.fetchall()
        ]


def quota_of(witnessing: Witnessing) -> Quota:
    """The limit in force on the day of a witnessing."""
    return rule_set(witnessing.rule_set).witness_quota


def found_by_witnessing(
    new: Witnessing,
    *,
    witness: int,
    applicant: int,
    as_of: datetime = _ALWAYS,
    newest: int = _ALL,
) -> list[Found]:
    """The patterns a witnessing completes; its two persons given as who they turned out to be."""
    look = longest_look(quota_of(new))
    around = witnessings_around(
        (witness, applicant),
        first=days_away(new.on_date, -look),
        last=days_away(new.on_date, look),
        as_of=as_of,
        newest=newest,
    )
    return found_among(around, new, witness=witness, applicant=applicant)


def found_among(
    around: Iterable[Seen], new: Witnessing, *, witness: int, applicant: int
) -> list[Found]:
    """The patterns a witnessing completes with those of its two persons."""
    seen = Seen(new.pk, witness, applicant, new.on_date, new.municipality_id)
    return patterns(seen, around, quota=quota_of(new))


def found_by_reversal(
    reversed_now: Witnessing, *, witness: int, as_of: datetime = _ALWAYS
) -> list[Found]:
    """The patterns that the reversal of a witnessing completes; none where it has none."""
    around = witnessings_around((witness,), first=date.min, last=date.max, as_of=as_of)
    seen = next((one for one in around if one.id == reversed_now.pk), None)
    if seen is None or seen.reversed_on is None:
        return []
    return reversal_patterns(seen, around, quota=quota_of(reversed_now))


def days_away(day: date, by: timedelta) -> date:
    """A day so far away, or the calendar's end."""
    try:
        return day + by
    except OverflowError:
        return date.min if by < timedelta(0) else date.max


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _day(value: date | str) -> date:
    """SQLite tells days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
