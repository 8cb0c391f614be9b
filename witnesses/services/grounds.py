"""A case as the database has it: held, to take a step; with all recorded in it, to decide it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, Final

from django.db import connection

from appointments.models import Appointment, Participant
from borgerservice.database.joined import Columns
from borgerservice.database.planned import planned
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.notifications.models import Contact
from borgerservice.people.models import PersonAlias
from borgerservice.vault.models import DataKey
from witnesses.models import IdentityProofing, WitnessStatement
from witnesses.rules.facts import Document
from witnesses.selectors.ledger import JSON, Ledger, ledger_sql, ledger_told
from witnesses.services.notices import Meeting

CASE: Final = Columns(IdentityProofing, "c")
KEY: Final = Columns(DataKey, "k")
COMER: Final = Columns(Participant, "p", "appointment")
VISIT: Final = Columns(
    Appointment, "v", "municipality", "reference", "language", "checked_in_at", "contact", "centre"
)
CONTACT: Final = Columns(Contact, "r", "municipality", "phone_sealed", "email_sealed")
CENTRE: Final = Columns(Centre, "b", "name", "address", "postal_code", "city", "phone")
MET: Final = Columns(Appointment, "v", "checked_in_at")
STATEMENT: Final = Columns(
    WitnessStatement,
    "s",
    *("position", "person", "birth_date_sealed", "mitid_since", "brought_mitid"),
)
TO_DECIDE: Final = Columns(
    IdentityProofing,
    "c",
    *("municipality", "participant", "reference", "state", "revision", "data_key"),
    *("applicant", "birth_date_sealed", "wants_cpr_link", "questions"),
)
OWN_NUMBER: Final = (PersonAlias.Kind.CPR, PersonAlias.Kind.REPLACEMENT)

_IS_KNOWN: Final = f"""EXISTS (
    SELECT 1 FROM people_personalias n
    JOIN municipalities_staffmember m ON m.person_id = n.person_id
    WHERE m.id = %s AND n.kind IN ('{OWN_NUMBER[0]}', '{OWN_NUMBER[1]}'))"""
_WITH_ITS_VISIT: Final = """
  FROM witnesses_identityproofing c
  JOIN vault_datakey k ON k.id = c.data_key_id
  JOIN appointments_participant p ON p.id = c.participant_id
  JOIN appointments_appointment v ON v.id = p.appointment_id
  JOIN notifications_contact r ON r.id = v.contact_id
  JOIN municipalities_centre b ON b.id = v.centre_id"""
_IT: Final = " WHERE c.municipality_id = %s AND c.id = %s"
_STEP: Final = f"""
  SELECT {CASE}, {KEY}, {COMER}, {VISIT}, {CONTACT}, {CENTRE}, {_IS_KNOWN}
  {_WITH_ITS_VISIT} {_IT}"""
_HELD: Final = {"postgresql": f"{_STEP} FOR UPDATE OF c", "sqlite": _STEP}
_RECORD: Final = f"""
  SELECT {TO_DECIDE}, {KEY}, {CONTACT}, v.reference, v.language, b.name, b.address, b.postal_code,
    b.city, b.phone,
    {MET}, {_IS_KNOWN}, acting.person_id,
    EXISTS (SELECT 1 FROM witnesses_declaration a WHERE a.proofing_id = c.id
            AND a.municipality_id = c.municipality_id AND a.person_id = s.person_id),
    {STATEMENT},
    (SELECT CAST({{rows}}({{array}}(
       d.statement_id, d.type, d.issuer, d.shows_photo, d.shows_cpr, d.form, d.expires_on,
       d.issued_on, d.provisional)) AS text)
     FROM (SELECT * FROM witnesses_documentevidence WHERE proofing_id = c.id
           AND municipality_id = c.municipality_id AND withdrawn_at IS NULL ORDER BY position) d),
    {{ledger}} {_WITH_ITS_VISIT}
  LEFT JOIN municipalities_staffmember acting ON acting.id = %s
  LEFT JOIN witnesses_witnessstatement s ON s.proofing_id = c.id
    AND s.municipality_id = c.municipality_id AND s.withdrawn_at IS NULL
  {_IT}"""
_PERSONS: Final = ("s.person_id", "c.applicant_id", "acting.person_id")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the witness's statement says, as far as a decision rests on it."""

    position: int
    person: int
    birth_date_sealed: bytes
    mitid_since: date | None
    brought_mitid: bool


@dataclass(frozen=True, slots=True)
class Record:
    """All that a decision rests on: what was recorded in a case, and what the country knows.

    `persons` are those it is about as they were recorded, in the order of the ledger's.
    """

    case: IdentityProofing
    met_on: date
    meeting: Meeting
    contact: Contact
    is_actor_known: bool
    has_declared: bool
    persons: tuple[int | None, ...]
    statement: Stated | None
    applicant_shows: list[Document]
    witness_shows: list[Document]
    ledger: Ledger

    @property
    def lacks_declaration(self) -> bool:
        """Whether the witness has to accept the declaration before the case is decided.

        Reading: with the questions passed the witness is not examined, so need declare nothing.
        """
        is_asked = self.statement and self.case.questions != IdentityProofing.Questions.PASSED
        return bool(is_asked) and not self.has_declared


def case_held(
    *, municipality_id: int, pk: int, staff: StaffMember | None
) -> tuple[IdentityProofing, bool]:
    """A case with its key and visit, kept from everybody else until the transaction ends.

    With it, whether we know the own number of the staff who act. Raises DoesNotExist.
    """
    asked = [staff.pk if staff else None, municipality_id, pk]
    with planned() as cursor:
        cursor.execute(_HELD[connection.vendor], asked)
        row = cursor.fetchone()
    if row is None:
        raise IdentityProofing.DoesNotExist
    values = iter(row)
    return _case(values), bool(next(values))


def record_of(*, municipality_id: int, pk: int, staff: StaffMember) -> Record:
    """A case with all that was recorded in it; nobody is kept waiting. Raises DoesNotExist.

    One statement: all of it is of one moment, the one that the case's `revision` counts.
    """
    with planned() as cursor:
        cursor.execute(_record(connection.vendor), [staff.pk, staff.pk, municipality_id, pk])
        row = cursor.fetchone()
    if row is None:
        raise IdentityProofing.DoesNotExist
    values = iter(row)
    case = TO_DECIDE.found(values)
    case.data_key = KEY.found(values)
    contact = CONTACT.found(values)
    meeting = Meeting(*islice(values, len(Meeting._fields)))
    (checked_in_at,) = MET.told(values)[1:]
    if checked_in_at is None:
        raise ValueError("a case without a meeting")
    is_actor_known, acts, has_declared = islice(values, 3)
    number, *stated = STATEMENT.told(values)
    statement = None if number is None else Stated(*stated)
    applicant_shows, witness_shows = _documents(next(values), statement=number)
    witness = statement.person if statement else None
    return Record(
        case=case,
        met_on=danish_date(checked_in_at),
        meeting=meeting,
        contact=contact,
        is_actor_known=bool(is_actor_known),
        has_declared=bool(has_declared),
        persons=(witness, case.applicant_id, acts),
        statement=statement,
        applicant_shows=applicant_shows,
        witness_shows=witness_shows,
        ledger=ledger_told(next(values)),
    )


@cache
def _record(vendor: str) -> str:
    return _RECORD.format(ledger=ledger_sql(*_PERSONS, case="c.reference"), **JSON[vendor])


def _documents(told: str | None, *, statement: int | None) -> tuple[list[Document], list[Document]]:
    """What the applicant showed, and what the witness of a statement did, in their order."""
    applicant: list[Document] = []
    witness: list[Document] = []
    shown = json.loads(told) if told else ()
    for of, kind, issuer, photo, cpr, form, expires_on, issued_on, provisional in shown:
        if of is not None and of != statement:
            continue
        (applicant if of is None else witness).append(
            {
                "type": kind,
                "issuer": issuer,
                "shows_photo": bool(photo),
                "shows_cpr": bool(cpr),
                "form": form,
                "expires_on": expires_on,
                "issued_on": issued_on,
                "provisional": bool(provisional),
            }
        )
    return applicant, witness


def _case(values: Iterator[Any]) -> IdentityProofing:
    case = CASE.found(values)
    case.data_key = KEY.found(values)
    case.participant = COMER.found(values)
    visit = case.participant.appointment = VISIT.found(values)
    visit.contact, visit.centre = CONTACT.found(values), CENTRE.found(values)
    return case
