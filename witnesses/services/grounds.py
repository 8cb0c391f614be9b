"""What a decision rests on, read in two statements: the case and its visit; then everything else.

The second begins when the case is held, so it sees whatever steps were taken while that waited.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from appointments.models import Appointment, Participant
from borgerservice.joined import Columns
from borgerservice.municipalities.models import Centre, StaffMember
from borgerservice.notifications.models import Contact
from borgerservice.people.models import PersonAlias
from borgerservice.people.roots import root_of
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

_CASE = f"""
  SELECT {CASE}, {KEY}, {COMER}, {VISIT}, {CONTACT}, {CENTRE}, EXISTS (
      SELECT 1 FROM people_personalias a
      JOIN municipalities_staffmember m ON m.person_id = a.person_id
      WHERE m.id = %s AND a.kind IN ('{OWN_NUMBER[0]}', '{OWN_NUMBER[1]}'))
  FROM witnesses_identityproofing c
  JOIN vault_datakey k ON k.id = c.data_key_id
  JOIN appointments_participant p ON p.id = c.participant_id
  JOIN appointments_appointment v ON v.id = p.appointment_id
  JOIN notifications_contact r ON r.id = v.contact_id
  JOIN municipalities_centre b ON b.id = v.centre_id
  WHERE c.municipality_id = %s AND c.id = %s"""
_HELD: Final = {"postgresql": f"{_CASE} FOR UPDATE OF c", "sqlite": _CASE}


def _staff_root(staff: str) -> str:
    """Who a member of staff turned out to be."""
    return (
        f"(SELECT {root_of('m.person_id')} FROM municipalities_staffmember m WHERE m.id = {staff})"
    )


_GROUNDS: Final = f"""
  WITH known AS MATERIALIZED (
    SELECT {STATEMENT},
      EXISTS (SELECT 1 FROM witnesses_declaration a WHERE a.proofing_id = c.id
              AND a.municipality_id = c.municipality_id AND a.person_id = s.person_id) AS declared,
      {root_of("c.applicant_id")} AS applicant_root,
      {_staff_root("c.opened_by_id")} AS opened,
      {_staff_root("%s")} AS acts,
      {_staff_root("s.recorded_by_id")} AS recorded,
      (SELECT rule_set FROM witnesses_rulesetinforce WHERE in_force_from <= %s
       ORDER BY in_force_from DESC, id DESC LIMIT 1) AS in_force
    FROM witnesses_identityproofing c
    LEFT JOIN witnesses_witnessstatement s ON s.proofing_id = c.id
      AND s.municipality_id = c.municipality_id AND s.withdrawn_at IS NULL
    WHERE c.municipality_id = %s AND c.id = %s)
  SELECT known.*, {DOCUMENT} FROM known
  LEFT JOIN witnesses_documentevidence d ON d.municipality_id = %s AND d.proofing_id = %s
    AND d.withdrawn_at IS NULL
  ORDER BY d.position"""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What was recorded, who turned out to be whom, and under which rules.

    `at_case` are the persons of the staff who opened the case or act now, `at_statement` also
    whoever took the witness's statement. `applicant` is who the applicant turned out to be.
    """

    statement: WitnessStatement | None
    has_declared: bool
    applicant: int | None
    at_case: frozenset[int]
    at_statement: frozenset[int]
    rule_set: str
    documents: tuple[DocumentEvidence, ...]

    @property
    def is_own_case(self) -> bool:
        """Whether the applicant is one of the staff at work on the case."""
        return self.applicant in self.at_case

    def lacks_declaration(self, case: IdentityProofing) -> bool:
        """Whether the witness has to accept the declaration before the case is decided.

        Reading: with the questions passed the witness is not examined, so need declare nothing.
        """
        is_asked = self.statement and case.questions != IdentityProofing.Questions.PASSED
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
    with connection.cursor() as cursor:
        cursor.execute(_HELD[connection.vendor], asked)
        row = cursor.fetchone()
    if row is None:
        raise IdentityProofing.DoesNotExist
    values = iter(row)
    case = CASE.found(values)
    case.data_key = KEY.found(values)
    case.participant = COMER.found(values)
    visit = case.participant.appointment = VISIT.found(values)
    visit.contact, visit.centre = CONTACT.found(values), CENTRE.found(values)
    return case, bool(next(values))


def grounds_of(case: IdentityProofing, *, staff: StaffMember, met_on: date) -> Grounds:
    """Everything a held case is decided on but the ledger. One statement."""
    here = [case.municipality_id, case.pk]
    with connection.cursor() as cursor:
        day = connection.ops.adapt_datefield_value(met_on)
        cursor.execute(_GROUNDS, [staff.pk, day, *here, *here])
        rows = cursor.fetchall()
    values = iter(rows[0])
    statement = STATEMENT.read(values)
    has_declared, applicant, opened, acts, recorded, rule_set = (next(values) for _ in range(6))
    documents = tuple(filter(None, (DOCUMENT.read(iter(row[-DOCUMENT.width :])) for row in rows)))
    at_case = frozenset({opened, acts} - {None})
    return Grounds(
        statement=statement,
        has_declared=bool(has_declared),
        applicant=applicant,
        at_case=at_case,
        at_statement=at_case | (frozenset({recorded}) - {None}),
        rule_set=rule_set,
        documents=documents,
    )
