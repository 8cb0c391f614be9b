"""What the answer says of each paper, and of what to bring, word for word."""

from datetime import date

import pytest

from witnesses.rules.guide.additions import Act, Change
from witnesses.rules.guide.answers import Answers, Paper
from witnesses.rules.guide.papers import countries
from witnesses.rules.guide.words import items, notes
from witnesses.rules.rule_sets import rule_set

pytestmark = pytest.mark.once
ON = date(2026, 12, 1)
RULES = rule_set("mitid-2022")
EXPIRED = Paper("passport", "DK", "physical", True, True, date(2026, 11, 30), None)
VALID = Paper("driving_licence", "DK", "physical", True, True, ON, None)


def told(*papers: Paper, language: str = "en"):
    answers = Answers(ON, True, "settled", True, papers)
    return [(note.type, note.name, note.why_not) for note in notes(answers, RULES, language)]


def bring(kind: str, *issuers: str, shows_cpr: bool = False) -> list[Change]:
    return [Change("bring", kind, issuer, shows_cpr) for issuer in issuers]


def texts(changes: list[Change], language: str = "en") -> list[str]:
    return [item.text for item in items(changes, language)]


def test_each_paper_has_a_note_in_order_and_only_one_that_does_not_count_says_why():
    assert told(VALID, EXPIRED) == [
        ("driving_licence", "Driving licence", ""),
        ("passport", "Passport", "Passport does not count: it has expired."),
    ]
    assert told() == []


def test_every_reason_is_told_in_the_language_read():
    copied = Paper("benefit_letter", "SE", "copy", False, False, None, date(2026, 8, 31))
    (note,) = told(copied)
    assert note[2] == (
        "Letter about a public benefit does not count: it is a copy and it is more than 3 months"
        " old."
    )
    assert told(EXPIRED, language="da") == [
        ("passport", "Pas", "Pas tæller ikke, for det er udløbet.")
    ]
    assert told(VALID, language="de") == [("driving_licence", "Führerschein", "")]


def test_a_paper_that_anybody_can_have_issued_is_told_by_its_name():
    assert texts(bring("national_id_card", *countries())) == ["national ID card"]
    assert texts(bring("municipal_id_card", "DK", "GL")) == ["municipal ID card"]


def test_whose_paper_will_do_is_told_where_not_everybodys_will():
    assert texts(bring("driving_licence", "DK", "GL", "ZZ")) == [
        "driving licence, issued in any country but the Faroe Islands"
    ]
    assert texts(bring("driving_licence", "ZZ")) == [
        "driving licence, issued in any country but Denmark, Greenland or the Faroe Islands"
    ]
    assert texts(bring("passport", "DK", "GL", "FO")) == [
        "passport, issued in Denmark, Greenland or the Faroe Islands"
    ]
    assert texts(bring("residence_card", "DK")) == ["residence card, issued in Denmark"]
    assert texts(bring("health_card", "DK", "GL"), "da") == [
        "sundhedskort, udstedt i Danmark eller Grønland"
    ]


def test_a_country_that_has_no_name_here_is_told_by_its_letters():
    assert texts(bring("passport", "DK", "SE")) == ["passport, issued in Denmark or SE"]


def test_the_number_is_asked_for_on_papers_that_may_be_without_it():
    """Who may print it at all is the kingdom: nobody is told to find another country's."""
    kingdom = ("DK", "GL", "FO")
    assert texts(bring("passport", *kingdom, shows_cpr=True)) == ["passport with the CPR number"]
    assert texts(bring("passport", "DK", shows_cpr=True)) == [
        "passport with the CPR number, issued in Denmark"
    ]
    assert texts(bring("health_card", *kingdom, shows_cpr=True)) == ["health card"]


@pytest.mark.parametrize("act", ["original", "renew"])
def test_ones_own_paper_is_named_and_nothing_said_of_issuer_or_number(act: Act):
    own = Change(act, "passport", "DK", shows_cpr=True, place=0)
    (item,) = items([own], "en")
    assert (item.act, item.type, item.text) == (act, "passport", "passport")


def test_only_what_differs_in_nothing_but_the_issuer_is_told_once():
    changes = [
        Change("renew", "passport", "DK", shows_cpr=True, place=0),
        Change("renew", "passport", "DK", shows_cpr=True, place=1),
        Change("original", "passport", "DK", shows_cpr=True, place=0),
        *bring("passport", *countries()),
        *bring("passport", "DK", "GL", "FO", shows_cpr=True),
        *bring("police_id", *countries()),
    ]
    assert [(item.act, item.text) for item in items(changes, "en")] == [
        ("renew", "passport"),
        ("renew", "passport"),
        ("original", "passport"),
        ("bring", "passport"),
        ("bring", "passport with the CPR number"),
        ("bring", "police ID card"),
    ]
