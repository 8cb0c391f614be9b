"""Accounts in plain words: every rule, both languages, and never more of a witness than needed."""

import re
import string

import pytest

from tests.witnesses.rules.builders import case, document, line, lines_of, witness
from tests.witnesses.rules.random_cases import facts, generator
from witnesses.rules.answers import RULE_IDS
from witnesses.rules.engine import decide
from witnesses.rules.explain import explain, explain_invalid
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.lines import explain_line
from witnesses.rules.rule_sets import RULE_SETS, rule_set
from witnesses.rules.validity import _PROBLEM
from witnesses.rules.wording import words_in

THREE = [{"on": day, "person": "p"} for day in ("2026-04-01", "2026-03-01", "2026-02-01")]


def account(language, *, told=True, **changes):
    sent = case(**changes)
    rules = rule_set(sent["rule_set"])
    answer = decide(sent, rules)
    return explain(answer, rules, language, facts=sent if told else None)


def ground(rule, language, **changes):
    (found,) = [one for one in account(language, **changes).grounds if one.rule == rule]
    return found


FAILURES = {
    "applicant.minimum_age": {"applicant": {"birth_date": "2013-04-16"}},
    "applicant.documents": {"applicant": {"documents": []}},
    "applicant.proof": {},
    "witness.minimum_age": {"witness": witness(birth_date="2008-04-16")},
    "witness.mitid_held": {"witness": witness(mitid_since="2026-04-14")},
    "witness.mitid_brought": {"witness": witness(brought_mitid=False)},
    "witness.documents": {"witness": witness(documents=[])},
    "witness.independent": {"witness": witness(is_clerk=True, is_applicant=True)},
    "witness.quota": {"witness": witness(earlier_witnessings=THREE)},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_rule_is_told_passed_and_failed_with_its_source_and_what_helps(rule, language):
    failing = ground(rule, language, **FAILURES[rule])
    assert not failing.passed
    assert failing.help
    assert failing.source
    passing = ground(rule, language, witness=witness())
    assert passing.passed
    assert passing.help == ()
    assert passing.text != failing.text
    other = "en" if language == "da" else "da"
    assert ground(rule, other, **FAILURES[rule]).text != failing.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RULE_SETS)
def test_every_figure_of_the_set_stands_in_the_account(name, language):
    rules = rule_set(name)
    text = account(
        language, rule_set=name, applicant={"birth_date": "2020-01-01"},
        witness=witness(birth_date="2020-01-01", mitid_since=None, earlier_witnessings=THREE),
    ).as_text()  # fmt: skip
    for figure in (13, 18, rules.witness_mitid_held.days, 120):
        assert str(figure) in text
    assert rules.title[language] in text
    assert name in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_place_is_left_unfilled_whatever_the_case(language):
    rng = generator(7)
    for _ in range(1_500):
        sent = facts(rng)
        rules = rule_set(sent.get("rule_set", "mitid-2022"))
        for told in (sent, None):
            text = explain(decide(sent, rules), rules, language, facts=told).as_text()
            assert "{" not in text
            assert "}" not in text
            assert "None" not in text
            assert "_" not in text.replace("?language", "")
            assert "\n\n" not in text


def test_both_languages_have_the_same_sentences_with_the_same_places():
    danish, english = (words_in(language).texts for language in LANGUAGES)
    assert set(danish) == set(english)
    for key, text in danish.items():
        assert places(text) == places(english[key]), key
        assert text.strip() == text != ""


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_document_flaw_and_problem_has_its_words(language):
    words = words_in(language)
    assert all(words.has(f"documents.{kind}") for kind in DOCUMENT_TYPES)
    for text in (*_PROBLEM.values(), "is missing", "is not JSON", "is not UTF-8"):
        assert words.problem(text)
    shown = [
        document(provisional=True), document("temporary_health_card"), document(form="copy"),
        document(form="app"), document(expires_on="2020-01-01"), document(issued_on="2027-01-01"),
        document("benefit_letter"), document("benefit_letter", issued_on="2025-01-01"),
    ]  # fmt: skip
    said = ground("applicant.documents", language, applicant={"documents": shown}).text
    assert all(words.say(f"flaws.{flaw}", months=words.count("month", 3)) in said for flaw in (
        "provisional", "never_counts", "copy", "not_as_app", "expired", "issued_later",
        "issue_unknown", "too_old",
    ))  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RULE_SETS)
def test_what_suffices_is_told_in_whole_sentences(name, language):
    rules = rule_set(name)
    for criterion in (rules.applicant_documents, rules.witness_documents):
        lines = accepted_documents(criterion, language)
        assert len(lines) == len(criterion.ways)
        assert all(text.endswith(".") and text[0].isupper() for text in lines)


def test_waiting_is_told_with_its_day():
    assert (
        "16. april 2026"
        in ground("applicant.minimum_age", "da", **FAILURES["applicant.minimum_age"]).help[0]
    )
    assert (
        "24 April 2026"
        in ground("witness.mitid_held", "en", **FAILURES["witness.mitid_held"]).help[0]
    )
    assert "2. juni 2026" in ground("witness.quota", "da", **FAILURES["witness.quota"]).help[0]
    untold = account("da", told=False, **FAILURES["witness.quota"]).grounds[-1]
    assert "frit igen" in untold.help[0]


def test_dates_in_an_odd_order_are_told_as_such():
    late = {"birth_date": "2030-01-01"}
    assert "after the meeting" in ground("applicant.minimum_age", "en", applicant=late).text
    assert "after the meeting" in ground("witness.minimum_age", "en", witness=witness(**late)).text
    since = witness(mitid_since="2030-01-01")
    assert "after the meeting" in ground("witness.mitid_held", "en", witness=since).text
    unknown = ground("witness.mitid_held", "da", witness=witness(mitid_since=None))
    assert "ikke vist" in unknown.text


def test_of_the_witness_no_history_and_no_birthday_is_told():
    text = account(
        "en",
        witness=witness(
            birth_date="2008-07-23",
            earlier_witnessings=[*THREE, *({"on": "2026-04-02", "person": "q"} for _ in range(14))],
        ),
    ).as_text()
    assert "23 July" not in text
    assert not re.search(r"\b1[78]\b(?! *[.])", text.replace("turned 18", ""))
    assert "2026-04-02" not in text


def test_the_route_is_told():
    passed = account("en", applicant={"questions": "passed"})
    assert "answered the questions" in passed.outcome
    assert "witness" in account("en", witness=witness()).outcome


def test_an_invalid_line_is_told_problem_by_problem():
    text, is_case = explain_line(b'{"id": "a\\nb\\ud800", "on": 3}', "da", in_force=None)
    assert not is_case
    assert text.splitlines() == [
        "Sag a\ufffdb\ufffd",
        "Sagen kan ikke afgøres. Oplysningerne er ikke hele.",
        "  on: skal være en dag i kalenderen, skrevet ÅÅÅÅ-MM-DD",
        "  applicant: mangler",
    ]
    text, _ = explain_line(b"{", "en", in_force=None)
    assert text.splitlines()[-1] == "  the whole line: is not JSON"
    assert explain_invalid(None, [], "da").startswith("Sag uden nummer")


def test_a_worked_case_reads_as_it_should():
    worked = lines_of("decisions.jsonl")[0]
    del worked["why"], worked["expect"]
    text, is_case = explain_line(line(worked), "da", in_force=lambda _on: rule_set("mitid-2022"))
    assert is_case
    assert text.splitlines()[:6] == [
        "Sag c001",
        "Regelsæt: MitID 2022: mitid.dk's side til ikke-statsborgere (mitid-2022)",
        "Identiteten er ikke bekræftet.",
        "Ikke opfyldt: Ansøgerens alder",
        "  Ansøgeren er ikke fyldt 13 år.",
        "  Det kan hjælpe: Ansøgeren fylder 13 år den 16. april 2026. Kom igen fra den dag.",
    ]
