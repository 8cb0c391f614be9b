"""What is left out of the facts: the table of the contract says what it means."""

from tests.witnesses.rules.builders import DAY
from witnesses.rules.engine import decide
from witnesses.rules.rule_sets import RULE_SETS, rule_set

PAPER = {"type": "passport", "issuer": "DK"}
PAPER_IN_FULL = {
    **PAPER,
    "shows_photo": False,
    "shows_cpr": False,
    "form": "physical",
    "expires_on": None,
    "issued_on": None,
    "provisional": False,
}


def decided(applicant, **more):
    return [decide({"on": DAY, "applicant": applicant, **more}, rule_set(one)) for one in RULE_SETS]


def test_what_is_left_out_of_a_case_is_its_default():
    least = {"birth_date": "1990-01-01"}
    full = {
        **least,
        "person": "applicant",
        "wants_cpr_link": True,
        "documents": [],
        "questions": "not_asked",
    }
    assert decided(least) == decided(full, witness=None)


def test_what_is_left_out_of_a_document_is_its_default():
    least = {"birth_date": "1990-01-01", "documents": [PAPER, {**PAPER, "shows_photo": True}]}
    full = {**least, "documents": [PAPER_IN_FULL, {**PAPER_IN_FULL, "shows_photo": True}]}
    assert decided(least) == decided(full)


def test_what_is_left_out_of_a_witness_is_its_default():
    applicant = {"birth_date": "1990-01-01"}
    least = {"birth_date": "1980-01-01"}
    full = {
        **least,
        "mitid_since": None,
        "brought_mitid": False,
        "documents": [],
        "is_applicant": False,
        "is_clerk": False,
        "earlier_witnessings": [],
    }
    told = decided(applicant, witness=least)
    assert told == decided(applicant, witness=full)
    for answer in told:
        failed = {one["rule"] for one in answer["findings"] if not one["passed"]}
        assert "witness.mitid_brought" in failed
        assert "witness.mitid_held" in failed
        assert "witness.independent" not in failed


def test_a_witnessing_counts_and_is_for_the_unnamed_applicant_unless_the_facts_say_otherwise():
    applicant = {"birth_date": "1990-01-01"}
    for person in ("applicant", "other"):
        past = {"on": DAY, "person": person}
        least = {"birth_date": "1980-01-01", "earlier_witnessings": [past]}
        full = {"birth_date": "1980-01-01", "earlier_witnessings": [{**past, "counted": True}]}
        told = decided(applicant, witness=least)
        assert told == decided({**applicant, "person": "applicant"}, witness=full)
        counts = {answer["rule_set"]: answer["findings"][-1]["observed"] for answer in told}
        assert counts == {
            "mitid-2022": 2,
            "mitid-2025": 2,
            "digst-2023": 1 if person == "applicant" else 2,
        }
