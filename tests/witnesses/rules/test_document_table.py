"""Every kind of document from every kind of issuer, alone and beside another, under every set.

The lists are data. A word too many or too few in one of them shows here, whichever it is.
"""

from itertools import product

import pytest

from tests.witnesses.rules import oracle
from tests.witnesses.rules.builders import DAY, document
from witnesses.rules.engine import decide
from witnesses.rules.facts import DOCUMENT_FORMS, DOCUMENT_TYPES
from witnesses.rules.rule_sets import RULE_SETS, rule_set

ISSUERS = ("DK", "GL", "FO", "SE")
RULES = ("applicant.documents", "witness.documents")
BESIDE = {
    "nothing": [],
    "a foreign passport": [document(issuer="SE", shows_cpr=False)],
    "a health card": [document("health_card", shows_photo=False)],
    "a tax assessment": [document("tax_assessment", "GL", shows_photo=False)],
    "a silent birth certificate": [
        document("birth_certificate", shows_photo=False, shows_cpr=False)
    ],
}


def judged(answer):
    """What the answer says of the documents: passed, and which of them count."""
    return [
        (one["rule"], one["passed"], one["observed"])
        for one in answer["findings"]
        if one["rule"] in RULES
    ]


def compare(name, documents, *, wants_cpr=True):
    facts = {
        "on": DAY,
        "rule_set": name,
        "applicant": {
            "birth_date": "1990-01-01", "documents": documents, "wants_cpr_link": wants_cpr,
        },
        "witness": {"birth_date": "1980-01-01", "documents": documents},
    }  # fmt: skip
    assert judged(decide(facts, rule_set(name))) == judged(oracle.decide(facts)), documents


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("beside", BESIDE)
def test_every_document_counts_as_the_oracle_has_it(name, beside):
    for kind, issuer, photo, cpr in product(DOCUMENT_TYPES, ISSUERS, (True, False), (True, False)):
        shown = document(kind, issuer, shows_photo=photo, shows_cpr=cpr, issued_on=DAY)
        compare(name, [shown, *BESIDE[beside]], wants_cpr=True)
        compare(name, [*BESIDE[beside], shown], wants_cpr=False)


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("form", DOCUMENT_FORMS)
def test_a_document_in_another_form_counts_as_the_oracle_has_it(name, form):
    for kind, issuer, photo in product(DOCUMENT_TYPES, ISSUERS, (True, False)):
        compare(name, [document(kind, issuer, form=form, shows_photo=photo, issued_on=DAY)])


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("issued_on", ["2026-01-14", "2026-01-15", "2026-04-16", None])
def test_an_old_document_counts_as_the_oracle_has_it(name, issued_on):
    for kind, issuer in product(DOCUMENT_TYPES, ISSUERS):
        compare(name, [document(kind, issuer, issued_on=issued_on)])
