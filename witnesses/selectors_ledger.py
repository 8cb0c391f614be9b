"""What the whole country knows that a decision rests on, in one statement.

Asked before anything is locked, and once more under the lock: where both answers are the same,
nothing has come in between, and what was decided on the first holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from borgerservice.people.roots import root_of
from borgerservice.planned import planned
from witnesses.rules.facts import EarlierWitnessing
from witnesses.rules.signals import Seen

_PERSONS: Final = ("witness", "applicant", "opened", "acts", "recorded")
_ASKED: Final = ", ".join(f"CAST(%s AS bigint) AS {name}" for name in _PERSONS)
_ROOTS: Final = ", ".join(f"{root_of(f'asked.{name}')} AS {name}" for name in _PERSONS)
_COLUMNS: Final = "w.id, w.witness_id, w.applicant_id, w.on_date, w.municipality_id"
_LEDGER: Final = f"""
  WITH known AS (
    SELECT {_ROOTS}, (SELECT rule_set FROM witnesses_rulesetinforce WHERE in_force_from <= %s
                      ORDER BY in_force_from DESC, id DESC LIMIT 1) AS in_force
    FROM (SELECT {_ASKED}) asked),
  both_of_them AS (
    SELECT witness AS id FROM known UNION SELECT applicant FROM known
    UNION SELECT l.person_id FROM known JOIN people_personlink l ON l.root_id = known.witness
    UNION SELECT l.person_id FROM known JOIN people_personlink l ON l.root_id = known.applicant),
  theirs AS (
    SELECT {_COLUMNS} FROM both_of_them b JOIN witnesses_witnessing w ON w.witness_id = b.id
    UNION
    SELECT {_COLUMNS} FROM both_of_them b JOIN witnesses_witnessing w ON w.applicant_id = b.id)
  SELECT known.*, w.id, {root_of("w.witness_id")}, {root_of("w.applicant_id")},
    w.on_date, w.municipality_id, r.reversed_on
  FROM known LEFT JOIN theirs w ON true
  LEFT JOIN witnesses_reversal r ON r.witnessing_id = w.id
  ORDER BY w.on_date, w.id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a decision is about, who works on it, and the day of the meeting."""

    witness: int | None
    applicant: int | None
    opened: int | None
    acts: int | None
    recorded: int | None
    on: date


@dataclass(frozen=True, slots=True)
class Ledger:
    """Who those persons turned out to be, and the id of the rule set in force on the day.

    `seen` are all witnessings of witness and applicant, in either role, the oldest first.
    """

    witness: int | None
    applicant: int | None
    opened: int | None
    acts: int | None
    recorded: int | None
    rule_set: str
    seen: tuple[Seen, ...]

    @property
    def earlier(self) -> list[EarlierWitnessing]:
        """What the witness has witnessed, as the engine takes it. Reversed, it does not count."""
        return [
            {
                "on": one.on.isoformat(),
                "person": str(one.applicant),
                "counted": one.reversed_on is None,
            }
            for one in self.seen
            if one.witness == self.witness
        ]


def ledger_of(asked: Asked) -> Ledger:
    """What is known now of those a decision is about. One statement."""
    persons = [getattr(asked, name) for name in _PERSONS]
    with planned() as cursor:
        cursor.execute(_LEDGER, [connection.ops.adapt_datefield_value(asked.on), *persons])
        rows = cursor.fetchall()
    witness, applicant, opened, acts, recorded, in_force = rows[0][:6]
    return Ledger(witness, applicant, opened, acts, recorded, in_force, tuple(_seen(rows)))


def _seen(rows: list[tuple[Any, ...]]) -> Iterator[Seen]:
    for *_known, pk, witness, applicant, on, municipality, reversed_on in rows:
        if pk is not None:
            yield Seen(
                pk, witness, applicant, _day(on), municipality, reversed_on and _day(reversed_on)
            )


def _day(value: date | str) -> date:
    """SQLite tells days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
