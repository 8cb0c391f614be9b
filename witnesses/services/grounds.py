"""A case as the database has it: held, to take a step; with all recorded in it, to decide it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from appointments.models import Appointment, Participant
from borgerservice.joined import Columns
from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.notifications.models import Contact
from borgerservice.people.models import PersonAlias
from borgerservice.planned import planned
from borgerservice.vault.models import DataKey
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement

CASE: Final = Columns(IdentityProofing, "c")
KEY: Final = Columns(DataKey, "k")
COMER: Final = Columns(Participant, "p", "appointment")
VISIT: Final = Columns(
    Appointment, "v", "municipality", "reference", "language", "checked_in_at", "contact", "centre"
)
CONTACT: Final = Columns(Contact, "r", "municipality", "phone_sealed", "email_sealed")
CENTRE: Final = Columns(Centre, "b", "name", "address", "postal_code", "city", "phone")
STATEMENT: Final = Columns(WitnessStatement, "s")
DOCUMENT: Final = Columns(DocumentEvidence, "d")
OWN_NUMBER: Final = (PersonAlias.Kind.CPR, PersonAlias.Kind.REPLACEMENT)

_CASE: Final = f"""
  {CASE}, {KEY}, {COMER}, {VISIT}, {CONTACT}, {CENTRE}, EXISTS (
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
_STEP: Final = f"SELECT {_CASE} {_WITH_ITS_VISIT} {_IT}"
_HELD: Final = {"postgresql": f"{_STEP} FOR UPDATE OF c", "sqlite": _STEP}
_RECORD: Final = f"""
  SELECT {_CASE}, opener.person_id, acting.person_id, recorder.person_id,
    EXISTS (SELECT 1 FROM witnesses_declaration a WHERE a.proofing_id = c.id
            AND a.municipality_id = c.municipality_id AND a.person_id = s.person_id),
    {STATEMENT}, {DOCUMENT} {_WITH_ITS_VISIT}
  JOIN municipalities_staffmember opener ON opener.id = c.opened_by_id
  LEFT JOIN municipalities_staffmember acting ON acting.id = %s
  LEFT JOIN witnesses_witnessstatement s ON s.proofing_id = c.id
    AND s.municipality_id = c.municipality_id AND s.withdrawn_at IS NULL
  LEFT JOIN municipalities_staffmember recorder ON recorder.id = s.recorded_by_id
  LEFT JOIN witnesses_documentevidence d ON d.proofing_id = c.id
    AND d.municipality_id = c.municipality_id AND d.withdrawn_at IS NULL
  {_IT} ORDER BY d.position"""


@dataclass(frozen=True, slots=True)
class Record:
    """What was recorded in a case: all that a decision rests on but the ledger.

    `opened`, `acts` and `recorded` are the persons of the staff who opened the case, act now, and
    took the witness's statement.
    """

    case: IdentityProofing
    is_actor_known: bool
    opened: int | None
    acts: int | None
    recorded: int | None
    has_declared: bool
    statement: WitnessStatement | None
    documents: tuple[DocumentEvidence, ...]

    @property
    def lacks_declaration(self) -> bool:
        """Whether the witness has to accept the declaration before the case is decided.

        Reading: with the questions passed the witness is not examined, so need declare nothing.
        """
        is_asked = self.statement and self.case.questions != IdentityProofing.Questions.PASSED
        return bool(is_asked) and not self.has_declared

    def shown_by(self, statement: WitnessStatement | None) -> list[DocumentEvidence]:
        """The documents of the applicant, or of the witness whose statement is given."""
        of = statement.pk if statement else None
        return [one for one in self.documents if one.statement_id == of]


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
        cursor.execute(_RECORD, [staff.pk, staff.pk, municipality_id, pk])
        rows = cursor.fetchall()
    if not rows:
        raise IdentityProofing.DoesNotExist
    values = iter(rows[0])
    case = _case(values)
    is_actor_known, opened, acts, recorded, has_declared = (next(values) for _ in range(5))
    return Record(
        case=case,
        is_actor_known=bool(is_actor_known),
        opened=opened,
        acts=acts,
        recorded=recorded,
        has_declared=bool(has_declared),
        statement=STATEMENT.read(values),
        documents=tuple(
            filter(None, (DOCUMENT.read(iter(row[-DOCUMENT.width :])) for row in rows))
        ),
    )


def _case(values: Iterator[Any]) -> IdentityProofing:
    case = CASE.found(values)
    case.data_key = KEY.found(values)
    case.participant = COMER.found(values)
    visit = case.participant.appointment = VISIT.found(values)
    visit.contact, visit.centre = CONTACT.found(values), CENTRE.found(values)
    return case
