"""What the whole country knows that a decision rests on, told by the database as one text.

It is told with the record of the case, before anything is locked, and once more under the lock, by
the statement that writes: where both texts are the same nothing has come in between, and what was
decided on the first holds.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from django.db import connection

from borgerservice.audit.events import WORK_ON_A_CASE
from borgerservice.people.roots import root_of
from witnesses.rules.facts import EarlierWitnessing
from witnesses.rules.signals import Seen

PERSONS: Final = ("witness", "applicant", "acts")
"""Whom it is about, and who of the staff acts now."""
JSON: Final = {
    "postgresql": {"array": "json_build_array", "rows": "json_agg"},
    "sqlite": {"array": "json_array", "rows": "json_group_array"},
}
"""The functions that make a list of some values, and a list of all rows."""
_GIVEN: Final = ("CAST(%s AS bigint)",) * len(PERSONS)
_WORK: Final = ", ".join(f"'{event}'" for event in WORK_ON_A_CASE)
_COLUMNS: Final = "w.id, w.witness_id, w.applicant_id, w.on_date, w.municipality_id"
_TOLD: Final = f"""(
  WITH asked (place, id) AS (VALUES {{asked}}),
  known AS (SELECT place, {root_of("asked.id")} AS id FROM asked),
  both_of_them AS (
    SELECT id, id AS root FROM known WHERE place <= 2
    UNION ALL
    SELECT l.person_id, k.id FROM known k JOIN people_personlink l ON l.root_id = k.id
    WHERE k.place <= 2),
  worked AS (
    SELECT DISTINCT b.root AS id FROM both_of_them b
    JOIN municipalities_staffmember m ON m.person_id = b.id
    JOIN audit_auditentry e ON e.actor = 'staff:' || m.id
    WHERE e.subject = 'proofing:' || {{case}} AND e.event IN ({_WORK})
    ORDER BY b.root),
  theirs AS (
    SELECT {_COLUMNS} FROM both_of_them b JOIN witnesses_witnessing w ON w.witness_id = b.id
    UNION ALL
    SELECT {_COLUMNS} FROM both_of_them b JOIN witnesses_witnessing w ON w.applicant_id = b.id),
  seen AS (
    SELECT w.id, {root_of("w.witness_id")} AS witness, {root_of("w.applicant_id")} AS applicant,
      w.on_date, w.municipality_id, r.reversed_on
    FROM theirs w LEFT JOIN witnesses_reversal r ON r.witnessing_id = w.id
    ORDER BY w.on_date, w.id),
  schedule AS (
    SELECT in_force_from, rule_set FROM witnesses_rulesetinforce ORDER BY in_force_from, id)
  SELECT CAST({{array}}(
    (SELECT {{rows}}(id) FROM known),
    (SELECT {{rows}}(id) FROM worked),
    (SELECT {{rows}}({{array}}(in_force_from, rule_set)) FROM schedule),
    (SELECT {{rows}}({{array}}(id, witness, applicant, on_date, municipality_id, reversed_on))
     FROM seen)
  ) AS text))"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Ledger:
    """Who those persons turned out to be, and what they have witnessed.

    `told` is the text itself, `schedule` from which day which rule set is in force. `worked` are
    those of witness and applicant who took a step in the case as staff. `seen` are all witnessings
    of witness and applicant, in either role, the oldest first.
    """

    told: str
    witness: int | None
    applicant: int | None
    acts: int | None
    worked: frozenset[int]
    schedule: tuple[tuple[str, str], ...]
    seen: tuple[Seen, ...]

    def rule_set_on(self, day: date) -> str:
        """The id of the rule set that decides a meeting on a local day."""
        written = day.isoformat()
        return [rule_set for since, rule_set in self.schedule if since <= written][-1]

    @property
    def at_work(self) -> frozenset[int]:
        """Whoever took a step in the case, and who acts now."""
        return self.worked if self.acts is None else self.worked | {self.acts}

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


def ledger_sql(*persons: str, case: str) -> str:
    """SQL for what is known of `PERSONS`, in that order; `case` is the reference of theirs."""
    return _ledger_sql(connection.vendor, persons, case)


def ledger_told(text: str) -> Ledger:
    """The ledger that the database told."""
    (witness, applicant, acts), worked, schedule, seen = json.loads(text)
    once = {row[0]: row for row in seen or ()}  # whoever is in both roles is told twice
    return Ledger(
        text,
        witness,
        applicant,
        acts,
        frozenset(worked or ()),
        tuple((since, rule_set) for since, rule_set in schedule),
        tuple(
            Seen(pk, whose, whom, date.fromisoformat(on), place, _day(reversed_on))
            for pk, whose, whom, on, place, reversed_on in once.values()
        ),
    )


def still_told(persons: Sequence[int | None], text: str, case: str) -> tuple[str, list[object]]:
    """SQL that holds where the ledger still tells the same of a case, and its parameters."""
    return f"{ledger_sql(*_GIVEN, case='CAST(%s AS text)')} = %s", [*persons, case, text]


@cache
def _ledger_sql(vendor: str, persons: tuple[str, ...], case: str) -> str:
    asked = ", ".join(f"({place}, {sql})" for place, sql in enumerate(persons, start=1))
    return _TOLD.format(asked=asked, case=case, **JSON[vendor])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
