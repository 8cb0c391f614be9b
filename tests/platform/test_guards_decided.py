"""A case that is over stands as it is, with its evidence; only an open one is worked on."""

from datetime import date

import pytest
from django.db import connection

from borgerservice.people.services import new_person
from tests.builders import NOW, build_staff, build_world
from tests.platform.raw import copy_row, decided_proofing, execute, open_proofing, refused, rows_of
from witnesses.models import DocumentEvidence, IdentityProofing, WitnessStatement

CASES = "witnesses_identityproofing"
EVIDENCE = ("witnesses_documentevidence", "witnesses_witnessstatement")
pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world):
    return build_staff(world.municipality)


def add_evidence(case, staff):
    """One document and one witness statement."""
    document = DocumentEvidence.unscoped.create(
        municipality=case.municipality,
        proofing=case,
        holder=DocumentEvidence.Holder.APPLICANT,
        position=0,
        type="passport",
        issuer="UA",
        recorded_at=NOW,
    )
    statement = WitnessStatement.unscoped.create(
        municipality=case.municipality,
        proofing=case,
        position=0,
        person=new_person(now=NOW),
        number_kind="cpr",
        number_sealed=b"sealed",
        name_sealed=b"sealed",
        birth_date_sealed=b"sealed",
        mitid_since=date(2024, 1, 1),
        mitid_established=WitnessStatement.Established.SHOWN,
        brought_mitid=True,
        relationship=WitnessStatement.Relationship.FRIEND,
        recorded_by=staff,
        recorded_at=NOW,
    )
    return {EVIDENCE[0]: document.pk, EVIDENCE[1]: statement.pk}


@pytest.fixture
def over(world, staff):
    """A case with evidence, then decided."""
    case = open_proofing(world, staff=staff)
    evidence = add_evidence(case, staff)
    case.state = IdentityProofing.State.DECIDED
    case.outcome = IdentityProofing.Outcome.NOT_CONFIRMED
    case.rule_set = "mitid-2022"
    case.decided_by, case.decided_at, case.decided_on = staff, NOW, date(2026, 11, 23)
    case.facts_sealed = b"sealed"
    case.save()
    return case, evidence


@pytest.fixture
def going_on(world, staff):
    """A case with evidence, still open."""
    case = open_proofing(world, staff=staff, minute=660)
    return case, add_evidence(case, staff)


@pytest.mark.parametrize(
    "field", IdentityProofing._meta.concrete_fields, ids=lambda field: field.name
)
def test_no_field_of_a_decided_case_changes(over, going_on, field):
    case, _ = over
    before = rows_of(CASES)
    other = {"state": "opened", "outcome": "confirmed", "decided_on": "2026-11-24"}
    value = other.get(field.column, field.get_db_prep_save(_another(field), connection))
    with refused("case that is over|of another municipality|is there already"):
        execute(f"UPDATE {CASES} SET {field.column} = %s WHERE id = %s", value, case.pk)
    assert rows_of(CASES) == before


def _another(field):
    kind = field.get_internal_type()
    if field.is_relation or kind == "BigAutoField":
        return 987654
    return {
        "DateTimeField": NOW.replace(year=2031),
        "DateField": date(2031, 1, 1),
        "BooleanField": False,
        "JSONField": ["changed"],
        "PositiveSmallIntegerField": 7,
        "BinaryField": b"changed",
    }.get(kind, "changed")


def test_a_decided_case_is_not_removed(over):
    case, _ = over
    with refused("case that is over"):
        execute(f"DELETE FROM {CASES} WHERE id = %s", case.pk)


def test_an_abandoned_case_is_over_as_well(going_on):
    case, _ = going_on
    execute(f"UPDATE {CASES} SET state = 'abandoned' WHERE id = %s", case.pk)
    with refused("case that is over"):
        execute(f"UPDATE {CASES} SET state = 'opened' WHERE id = %s", case.pk)


@pytest.mark.parametrize("table", EVIDENCE)
def test_evidence_of_a_decided_case_is_not_added_changed_or_removed(over, going_on, table):
    case, evidence = over
    open_case, open_evidence = going_on
    before = rows_of(table)
    with refused("evidence of a case that is over"):
        copy_row(table, evidence[table], position=7)
    with refused("evidence of a case that is over"):
        execute(f"UPDATE {table} SET position = 7 WHERE id = %s", evidence[table])
    with refused("evidence of a case that is over"):
        execute(f"DELETE FROM {table} WHERE id = %s", evidence[table])
    with refused("evidence of a case that is over"):
        execute(f"UPDATE {table} SET proofing_id = %s WHERE id = %s", open_case.pk, evidence[table])
    with refused("evidence of a case that is over"):
        execute(f"UPDATE {table} SET proofing_id = %s WHERE id = %s", case.pk, open_evidence[table])
    assert rows_of(table) == before


@pytest.mark.parametrize("table", EVIDENCE)
def test_evidence_of_an_open_case_may_be_corrected(going_on, table):
    _, evidence = going_on
    assert execute(f"UPDATE {table} SET position = 7 WHERE id = %s", evidence[table]) == 1


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_a_decided_case_is_not_replaced(over, going_on, verb):
    case, evidence = over
    open_case, open_evidence = going_on
    before = rows_of(CASES)
    for same in ("id", "reference", "data_key_id"):
        value = getattr(case, same)
        with refused("case that is over"):
            copy_row(CASES, open_case.pk, verb=verb, **{same: value})
    assert rows_of(CASES) == before
    for table in EVIDENCE:
        with refused("evidence of a case that is over"):
            copy_row(table, open_evidence[table], verb=verb, id=evidence[table])


@pytest.mark.only("sqlite")
def test_a_decided_case_is_not_overwritten_by_renaming_another(over, going_on):
    case, evidence = over
    open_case, open_evidence = going_on
    for same in ("id", "reference", "data_key_id"):
        with refused("case that is over|of another municipality|number of a visit or case stays"):
            execute(
                f"UPDATE OR REPLACE {CASES} SET {same} = %s WHERE id = %s",
                getattr(case, same),
                open_case.pk,
            )
    for table in EVIDENCE:
        with refused("of another municipality"):
            execute(
                f"UPDATE OR REPLACE {table} SET id = %s WHERE id = %s",
                evidence[table],
                open_evidence[table],
            )


def test_half_a_decision_cannot_be_written(going_on):
    case, _ = going_on
    with refused("a_decision_is_whole"):
        execute(f"UPDATE {CASES} SET state = 'decided' WHERE id = %s", case.pk)
    with refused("a_decision_is_whole"):
        execute(f"UPDATE {CASES} SET outcome = 'confirmed' WHERE id = %s", case.pk)


def test_a_case_and_its_evidence_stay_in_their_municipality(going_on, staff):
    case, evidence = going_on
    elsewhere = build_world(code="0751", name="Aarhus")
    foreign = open_proofing(elsewhere, staff=staff)
    with refused("of another municipality"):
        execute(
            f"UPDATE {CASES} SET municipality_id = %s, participant_id = %s WHERE id = %s",
            elsewhere.municipality.pk,
            foreign.participant_id,
            case.pk,
        )
    with refused("of another municipality"):
        copy_row(
            CASES, foreign.pk, reference="X", data_key_id=0, municipality_id=case.municipality_id
        )
    for table in EVIDENCE:
        with refused("of another municipality"):
            execute(
                f"UPDATE {table} SET proofing_id = %s WHERE id = %s", foreign.pk, evidence[table]
            )
        with refused("(?i)of another municipality|not[ -]null"):
            copy_row(table, evidence[table], position=9, municipality_id=None)


def test_a_decision_written_whole_is_accepted(world, staff):
    assert decided_proofing(world, staff=staff).pk
