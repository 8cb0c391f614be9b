"""Decisions on facts that anyone sends, and the outcome of a municipality's own proofings."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from borgerservice.api.scopes import Scope
from borgerservice.audit.models import AuditEntry
from tests.builders import NOW, TODAY, build_world
from tests.platform.api_calls import System, build_system, problem, statements
from tests.platform.raw import schedule
from tests.witnesses.cases import build_office, witness
from tests.witnesses.rules import test_worked_cases
from witnesses.models import ClientAnswer, IdentityProofing
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.services import abandon_proofing, decide_proofing, record_client_answer

CASES = Path(test_worked_cases.__file__).parent / "cases"
CANARY = "610190-1234"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def lines(name: str) -> list[dict[str, Any]]:
    text = (CASES / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def a_case(**differences: Any) -> dict[str, Any]:
    passport = {"type": "passport", "issuer": "DK", "shows_photo": True, "shows_cpr": True}
    usual = {
        "on": "2026-11-23",
        "applicant": {
            "birth_date": "1990-01-01",
            "documents": [passport],
            "questions": "passed",
        },
    }
    return {**usual, **differences}


def rows() -> dict[type[Model], int]:
    return {model: model._base_manager.count() for model in apps.get_models()}


def test_anyone_gets_a_decision_to_the_letter_and_nothing_is_stored() -> None:
    before = rows()
    answer, sql = statements(lambda: System().post("decisions/", a_case(id="a-1")))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    sources = {finding.pop("source") for finding in told["findings"]}
    assert all(sources)
    assert told == {
        "id": "a-1",
        "rule_set": "mitid-2022",
        "outcome": "confirmed",
        "route": "questions",
        "failed": [],
        "findings": [
            {"rule": "applicant.minimum_age", "passed": True, "required": 13, "observed": 36},
            {
                "rule": "applicant.documents",
                "passed": True,
                "required": "wide",
                "observed": ["passport"],
            },
            {
                "rule": "applicant.proof",
                "passed": True,
                "required": ["questions", "witness"],
                "observed": "questions",
            },
        ],
    }
    assert rows() == before
    assert len(sql) == 1


def test_a_case_that_names_its_rule_set_needs_no_schedule() -> None:
    body = a_case(rule_set="mitid-2025")
    answer, sql = statements(lambda: System().post("decisions/", body))
    assert (answer.json()["rule_set"], answer.json()["id"], sql) == ("mitid-2025", None, [])


def test_the_set_in_force_on_the_day_of_the_meeting_decides() -> None:
    schedule(rule_set="mitid-2025", since=date(2026, 12, 1))
    for on, expected in (("2026-11-30", "mitid-2022"), ("2026-12-01", "mitid-2025")):
        assert System().post("decisions/", a_case(on=on)).json()["rule_set"] == expected


def test_the_worked_cases_are_answered_as_they_say() -> None:
    cases = lines("decisions.jsonl")
    assert len(cases) > 50
    for case in cases:
        facts = {key: value for key, value in case.items() if key not in ("expect", "why")}
        answer = System().post("decisions/", facts)
        assert answer.status_code == 200, case
        told = answer.json()
        assert {key: told[key] for key in case["expect"]} == case["expect"], case["why"]


def test_the_invalid_cases_are_refused_at_the_paths_they_say() -> None:
    cases = lines("invalid.jsonl")
    assert len(cases) > 20
    for case in cases:
        answer = System().post("decisions/", case["line"].encode("utf-8", "surrogatepass"))
        status, code, faults = problem(answer)
        assert (status, code) == (400, "invalid_facts"), case
        told = answer.json()
        paths = {found["path"] for found in told["error"]["detail"]}
        assert paths == set(case["paths"]), case
        pointers = {
            "".join(
                f"/{step}" for step in path.replace("[", ".").replace("]", "").split(".") if path
            )
            for path in paths
        }
        assert {pointer for _code, pointer in faults} == pointers
        assert {code for code, _pointer in faults} == {"invalid_facts"}


def test_invalid_facts_are_told_as_the_command_tells_them_and_as_the_api_does() -> None:
    facts = a_case(id="a-1", applicant={"birth_date": CANARY, "documents": [{"type": CANARY}]})
    answer = System().post("decisions/", facts)
    told = answer.json()
    assert problem(answer)[2] == [
        ("invalid_facts", "/applicant/birth_date"),
        ("invalid_facts", "/applicant/documents/0/type"),
        ("invalid_facts", "/applicant/documents/0/issuer"),
    ]
    assert told["id"] == "a-1"
    assert told["error"]["code"] == "invalid_facts"
    assert told["error"]["detail"][2] == {
        "path": "applicant.documents[0].issuer", "problem": "is missing",
    }  # fmt: skip
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 60_000, b'{"on": NaN}', b'{"a": 1, "a": 1}'],
)
def test_what_is_no_case_is_refused_as_one(body: bytes) -> None:
    answer = System().post("decisions/", body)
    assert problem(answer)[:2] == (400, "invalid_facts")
    assert answer.json()["id"] is None
    assert {pointer for _code, pointer in problem(answer)[2]} >= {""}


def test_facts_of_any_text_come_back_as_they_were() -> None:
    for strange in ("\ud800", "a\0b", "æ\u202e👩", "x" * 20_000, ""):
        answer = System().post("decisions/", a_case(id=strange))
        assert answer.status_code == 200
        assert answer.json()["id"] == strange


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_a_decision_on_any_day_of_the_calendar(on: str) -> None:
    witness_there = {
        "birth_date": on,
        "mitid_since": on,
        "earlier_witnessings": [{"on": on, "person": "x"}],
    }
    applicant = {"birth_date": on}
    answer = System().post("decisions/", a_case(on=on, applicant=applicant, witness=witness_there))
    assert answer.json()["outcome"] == "not_confirmed"


def test_a_decision_takes_no_parameters() -> None:
    assert problem(System().post("decisions/?id=1", a_case()))[1] == "invalid_request"


def test_every_document_type_is_described() -> None:
    described = System().get("schema/").json()["components"]["schemas"]
    types = described["DocumentIn"]["properties"]["type"]
    enum = types.get("enum") or described[types["$ref"].rpartition("/")[2]]["enum"]
    assert enum == list(DOCUMENT_TYPES)


def test_a_municipality_reads_the_outcome_of_its_own_proofing() -> None:
    office = build_office()
    case = office.decided(witness(2))
    system = build_system(office.world.municipality)
    answer = system.get(f"proofings/{case.reference}/")
    told = answer.json()
    visit = case.participant.appointment
    *others, limit = told["findings"]
    *found, quota = case.findings
    assert (others, len(others)) == (found, 8)
    assert (quota["rule"], quota["observed"]) == ("witness.quota", 1)
    assert limit == quota | {"observed": None}
    del told["findings"]
    assert told == {
        "reference": case.reference,
        "appointment": visit.reference,
        "participant": 1,
        "state": "decided",
        "outcome": "confirmed",
        "route": "witness",
        "failed": [],
        "rule_set": "mitid-2022",
        "decided_on": "2026-11-23",
        "assurance_level": "substantial",
        "late_reason": None,
        "client_answer": None,
        "declaration": {"version": "2026-11", "language": "da", "how": "printed"},
    }


def test_what_came_of_a_late_decision_is_told() -> None:
    office = build_office()
    case = office.with_questions(outcome="passed")
    late = NOW + timedelta(days=1)
    decide_proofing(proofing=case, staff=office.clerk, now=late, late_reason="system_down")
    acts = {"proofing": case, "staff": office.clerk}
    record_client_answer(answer=ClientAnswer.Answer.REFUSED, now=late, **acts)
    record_client_answer(answer=ClientAnswer.Answer.ISSUED, now=late, **acts)

    told = build_system(office.world.municipality).get(f"proofings/{case.reference}/").json()

    assert (told["late_reason"], told["client_answer"]) == ("system_down", "issued")
    assert told["declaration"] is None


def test_a_refusal_is_told_with_its_grounds() -> None:
    office = build_office()
    case = office.decided(witness(2, brought_mitid=False))
    told = build_system(office.world.municipality).get(f"proofings/{case.reference}/").json()
    assert (told["outcome"], told["route"]) == ("not_confirmed", None)
    assert told["failed"] == ["applicant.proof", "witness.mitid_brought"]


@pytest.mark.parametrize("earlier", [0, 2, 3])
def test_how_often_a_witness_acted_before_is_not_told(earlier: int) -> None:
    office = build_office()
    for place in range(earlier):
        office.decided(witness(2), applicant=100 + place)
    case = office.decided(witness(2))
    told = build_system(office.world.municipality).get(f"proofings/{case.reference}/").json()
    limit = next(found for found in told["findings"] if found["rule"] == "witness.quota")
    assert (limit["passed"], limit["observed"]) == (earlier < 3, None)


def test_nothing_that_names_a_person_is_told() -> None:
    office = build_office()
    case = office.decided(witness(2))
    answer = build_system(office.world.municipality).get(f"proofings/{case.reference}/")
    text = answer.content.decode()
    for private in ("610190", "1990", "Amina", "Hassan", "Bente", "20304050"):
        assert private not in text


def test_an_undecided_proofing_has_a_state_only() -> None:
    office = build_office()
    case = office.with_documents()
    system = build_system(office.world.municipality)
    undecided = {
        "outcome": None, "route": None, "failed": [], "findings": [], "rule_set": None,
        "decided_on": None, "assurance_level": None, "late_reason": None, "client_answer": None,
        "declaration": None,
    }  # fmt: skip
    told = system.get(f"proofings/{case.reference}/").json()
    assert told["state"] == "documents"
    assert {key: told[key] for key in undecided} == undecided
    abandon_proofing(proofing=case, staff=office.clerk, now=NOW)
    told = system.get(f"proofings/{case.reference}/").json()
    assert told["state"] == "abandoned"
    assert {key: told[key] for key in undecided} == undecided


def test_every_read_of_a_proofing_is_recorded() -> None:
    office = build_office()
    case = office.with_documents()
    system = build_system(office.world.municipality)
    for _ in range(2):
        system.get(f"proofings/{case.reference}/")
    reads = AuditEntry.unscoped.filter(event="proofing.read")
    assert system.client
    assert set(reads.values_list("actor", "subject", "municipality__code")) == {
        (f"client:{system.client.pk}", f"proofing:{case.reference}", "0657")
    }
    assert reads.count() == 2
    assert reads[0].at == NOW


def test_another_municipalitys_proofing_is_as_absent_as_none() -> None:
    office = build_office()
    case = office.decided(witness(2))
    elsewhere = build_system(build_world(code="0101", name="København").municipality)
    found, absent = (
        elsewhere.get(f"proofings/{reference}/") for reference in (case.reference, "K7QF-M3RX-P8")
    )
    assert problem(found) == (404, "not_found", [])
    assert found.content == absent.content
    assert not AuditEntry.unscoped.filter(event="proofing.read").exists()


@pytest.mark.parametrize("reference", ["none", "%00", "610190-1234", "x" * 400])
def test_a_reference_that_cannot_be_one(reference: str) -> None:
    system = build_system(build_world().municipality)
    assert problem(system.get(f"proofings/{reference}/")) == (404, "not_found", [])


def test_a_proofing_is_read_with_its_own_scope_only() -> None:
    office = build_office()
    case = office.with_documents()
    others = [Scope.APPOINTMENTS_READ, Scope.APPOINTMENTS_WRITE]
    answer = build_system(office.world.municipality, others).get(f"proofings/{case.reference}/")
    assert problem(answer)[:2] == (403, "insufficient_scope")
    assert IdentityProofing.unscoped.count() == 1
    assert case.opened_at.date() == TODAY
