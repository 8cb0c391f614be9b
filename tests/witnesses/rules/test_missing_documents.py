"""What one document more would do, under criteria of the tests' own."""

from dataclasses import replace
from datetime import date

import pytest

from tests.witnesses.rules.builders import DAY, document
from witnesses.rules.explain_documents import accepted_documents, missing_document
from witnesses.rules.figures import Clause, TwoPapers, Way
from witnesses.rules.rule_sets import rule_set

pytestmark = pytest.mark.once
RULES = rule_set("mitid-2022")
NOTHING = ""


def clause(*types, issuers=None, photo=False, cpr=False):
    return Clause(types, issuers, (), photo, cpr)


def papers(*types, core, issuers=None):
    return Way("papers", (), (), "never", TwoPapers(types, core, issuers))


def beside(*others, first="passport", cpr="never"):
    return Way("beside", (clause(first),), others, cpr, None)


def missing(*shown, ways, wants_cpr=True):
    return missing_document(
        shown,
        replace(RULES.applicant_documents, ways=ways),
        on=date.fromisoformat(DAY),
        usable=RULES.usable,
        wants_cpr=wants_cpr,
        language="en",
    )


PLAIN = document("passport", "SY", shows_photo=False, shows_cpr=False)


@pytest.mark.parametrize("issuers", [None, ("GL",), ("DK", "GL")])
def test_the_document_beside_the_first_is_named_whoever_must_have_issued_it(issuers):
    way = beside(clause("health_card", "police_id", issuers=issuers, photo=True, cpr=True))
    assert missing(PLAIN, ways=(way,)).startswith("Only one more document is missing: health card")
    assert missing(document("police_id"), ways=(way,)) == NOTHING
    assert missing(ways=(way,)) == NOTHING


def test_all_kinds_that_may_stand_beside_the_first_are_named():
    way = beside(clause("health_card"), clause("police_id", issuers=("SE",)))
    assert missing(PLAIN, ways=(way,)) == (
        "Only one more document is missing: health card, issued in any country; "
        "police ID card, issued in SE."
    )


@pytest.mark.parametrize("issuers", [None, ("GL",), ("DK", "GL")])
def test_the_second_paper_is_named_whoever_must_have_issued_it(issuers):
    way = papers("health_card", "tax_assessment", core=("health_card",), issuers=issuers)
    shown = document("tax_assessment", "GL")
    assert missing(shown, ways=(way,)).startswith("Only one more paper is missing: health card")
    assert missing(PLAIN, ways=(way,)) == NOTHING
    assert missing(document("health_card", "GL"), ways=(way,)).startswith(
        "Only one more paper is missing: tax"
    )


def test_what_helps_by_another_way_is_told_as_that_way():
    """A health card beside the tax assessment makes two papers; of the first way two are missing."""
    ways = (
        beside(clause("health_card")),
        papers("health_card", "tax_assessment", core=("health_card",)),
    )
    assert missing(document("tax_assessment"), ways=ways).startswith(
        "Only one more paper is missing: health card"
    )


def test_the_cpr_number_is_missing_only_where_it_is_wanted():
    way = beside(clause("police_id"), cpr="if_wanted")
    assert missing(PLAIN, ways=(way,)) == NOTHING
    assert missing(PLAIN, ways=(way,), wants_cpr=False).startswith("Only one more document")
    alone = beside(cpr="if_wanted")
    assert "a valid document that shows the CPR number" in missing(PLAIN, ways=(alone,))


def accepted(way):
    criterion = replace(RULES.applicant_documents, ways=(way,))
    (told,) = accepted_documents(criterion, "en", usable=RULES.usable)
    return told


def test_how_old_a_paper_may_be_is_told_only_of_papers_that_the_way_takes():
    kinds = ("health_card", "tax_assessment")
    assert "months old" not in accepted(papers(*kinds, core=("health_card",)))
    told = accepted(papers(*kinds, "benefit_letter", core=("health_card",)))
    assert told.endswith("At most 3 months old: letter about a public benefit.")


def test_every_kind_that_may_stand_beside_another_is_told():
    told = accepted(beside(clause("health_card"), clause("police_id", issuers=("SE",))))
    assert "health card, issued in any country; police ID card, issued in SE" in told


def test_what_does_not_count_helps_with_nothing():
    way = beside(clause("health_card"))
    assert missing({**PLAIN, "form": "copy"}, ways=(way,)) == NOTHING
