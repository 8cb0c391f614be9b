"""What a citizen answers, and what the engine is told of it."""

from dataclasses import replace
from datetime import date

import pytest

from witnesses.rules.engine import decide
from witnesses.rules.guide.advice import advise, case_of, service_for
from witnesses.rules.guide.answers import Answers, documents_of, paper
from witnesses.rules.guide.papers import kinds
from witnesses.rules.rule_sets import RULE_SETS, rule_set

pytestmark = pytest.mark.once
ON = date(2026, 12, 1)
NEXT_YEAR = date(2027, 12, 1)


def described(kind: str, **differences):
    """A paper as a citizen describes it: here, in the hand, with photo and number."""
    usual = {
        "issuer": "DK",
        "form": "physical",
        "photo": True,
        "number": True,
        "has_number": True,
        "expires_on": NEXT_YEAR,
        "issued_on": None,
    }
    return paper(kinds()[kind], **{**usual, **differences})


def answers(*papers, has_number=True, lived="settled", has_address=True):
    return Answers(ON, has_number, lived, has_address, papers)


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ({}, ()),
        ({"has_number": False}, ("no_number",)),
        ({"lived": "new"}, ("new",)),
        ({"lived": "abroad"}, ("abroad",)),
        ({"has_address": False}, ("no_address",)),
        (
            {"has_number": False, "lived": "abroad", "has_address": False},
            ("no_number", "abroad", "no_address"),
        ),
    ],
)
def test_every_reason_for_a_witness_is_told_in_order(said, reasons):
    assert answers(**said).reasons_for_witness == reasons


@pytest.mark.parametrize(
    ("kind", "said", "photo", "number"),
    [
        ("passport", {"photo": False}, True, True),
        ("passport", {"number": False}, True, False),
        ("police_id", {"photo": False}, False, True),
        ("health_card", {"number": False}, False, True),
        ("health_card", {"photo": True}, False, True),
        ("health_card", {"issuer": "ZZ"}, False, False),
        ("passport", {"issuer": "ZZ"}, True, False),
        ("passport", {"has_number": False}, True, False),
        ("health_card", {"has_number": False}, False, False),
    ],
)
def test_a_paper_shows_what_all_of_its_kind_show_and_what_was_said(kind, said, photo, number):
    one = described(kind, **said)
    assert (one.shows_photo, one.shows_cpr) == (photo, number)


def test_a_kind_without_a_day_of_expiry_has_none_whatever_was_typed():
    assert described("birth_certificate").expires_on is None
    assert described("passport").expires_on == NEXT_YEAR


def test_the_engine_is_told_of_each_paper_in_order():
    first = described("passport", form="temporary")
    second = described("benefit_letter", form="copy", issuer="GL", issued_on=ON)
    assert documents_of(answers(first, second)) == [
        {
            "type": "passport",
            "issuer": "DK",
            "shows_photo": True,
            "shows_cpr": True,
            "form": "physical",
            "provisional": True,
            "expires_on": "2027-12-01",
            "issued_on": None,
        },
        {
            "type": "benefit_letter",
            "issuer": "GL",
            "shows_photo": False,
            "shows_cpr": True,
            "form": "copy",
            "provisional": False,
            "expires_on": None,
            "issued_on": "2026-12-01",
        },
    ]


def test_the_engine_is_told_of_a_grown_up_who_passes_the_questions_where_they_can_be_asked():
    rules = rule_set("mitid-2022")
    case = case_of(answers(), rules, with_witness=False)
    assert case["on"] == "2026-12-01"
    assert case["applicant"]["wants_cpr_link"]
    assert case["applicant"]["questions"] == "passed"
    assert case["witness"] is None
    newcomer = case_of(answers(has_number=False), rules, with_witness=True)
    assert not newcomer["applicant"]["wants_cpr_link"]
    assert newcomer["applicant"]["questions"] == "not_available"
    assert newcomer["witness"] is not None


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_case_fails_for_nothing_but_the_papers(rules):
    """Age and witness are good on any day, so that only the papers are judged."""
    for on in (ON, date(2028, 2, 29)):
        bare = Answers(on, True, "abroad", True, ())
        found = decide(case_of(bare, rule_set(rules), with_witness=True), rule_set(rules))
        assert found["failed"] == ["applicant.documents"]


@pytest.mark.parametrize("issuers", [("SE",), None])
def test_the_witness_has_the_papers_that_a_new_rule_set_asks_for(issuers):
    shipped = rule_set("mitid-2022")
    way = shipped.witness_documents.ways[0]
    clause = replace(way.document[0], types=("military_id",), issuers=issuers)
    criterion = replace(shipped.witness_documents, ways=(replace(way, document=(clause,)),))
    rules = replace(shipped, witness_documents=criterion)
    case = case_of(answers(lived="abroad"), rules, with_witness=True)
    assert decide(case, rules)["failed"] == ["applicant.documents"]


@pytest.mark.parametrize("rules", RULE_SETS)
def test_who_lacks_papers_and_needs_no_witness_is_told_so(rules):
    told = advise(answers(), rule_set(rules))
    assert (told.verdict, told.with_witness) == ("not_yet", False)
    assert told.answer["failed"] == ["applicant.documents"]
    helped = advise(answers(lived="new"), rule_set(rules))
    assert (helped.verdict, helped.with_witness) == ("not_yet", True)
    assert helped.answer["failed"] == ["applicant.documents"]


@pytest.mark.parametrize(
    ("said", "service"),
    [
        ({}, "new_mitid"),
        ({"lived": "new"}, "new_mitid_witness"),
        ({"has_number": False}, "mitid_without_cpr"),
    ],
)
def test_the_service_to_book_is_the_one_for_these_answers(said, service):
    rules = rule_set("mitid-2022")
    for papers in ((), (described("passport"),)):
        one = answers(*papers, **said)
        assert service_for(one, advise(one, rules)) == service
