"""Accounts in plain words: every rule, both languages, and never more of a witness than needed."""

import re
import string
from dataclasses import replace

import pytest

from tests.witnesses.rules.builders import case, document, line, lines_of, witness
from tests.witnesses.rules.random_cases import facts, generator
from witnesses.rules.answers import RULE_IDS
from witnesses.rules.engine import decide
from witnesses.rules.explain import explain, explain_invalid
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.explain_help import shown_by
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.lines import explain_line
from witnesses.rules.rule_sets import RULE_SETS, rule_set
from witnesses.rules.validity import _PROBLEM
from witnesses.rules.wording import texts_held, words_in

THREE = [{"on": day, "person": "p"} for day in ("2026-04-01", "2026-03-01", "2026-02-01")]


def account(language, *, told=True, to_citizen=False, **changes):
    sent = case(**changes)
    rules = rule_set(sent["rule_set"])
    answer = decide(sent, rules)
    known = sent if told else None
    return explain(answer, rules, language, facts=known, to_citizen=to_citizen)


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
        for told, to_citizen in ((sent, False), (None, False), (sent, True)):
            text = explain(
                decide(sent, rules), rules, language, facts=told, to_citizen=to_citizen
            ).as_text()
            assert "{" not in text
            assert "}" not in text
            assert "None" not in text
            assert "_" not in text.replace("?language", "")
            assert "\n\n" not in text


def test_what_is_said_to_the_citizen_stands_for_a_sentence_and_asks_for_no_more():
    for language in LANGUAGES:
        texts = words_in(language).texts
        said = {
            key.removeprefix("you."): text for key, text in texts.items() if key.startswith("you.")
        }
        assert len(said) > 20
        for key, text in said.items():
            assert places(text) <= places(texts[key]), key
            assert text != texts[key], key


def test_both_languages_have_the_same_sentences_with_the_same_places():
    danish, english = (texts_held(language) for language in LANGUAGES)
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
    assert untold.help == ("Tag et andet vidne med, eller vent, til vidnet kan være vidne igen.",)


def test_dates_in_an_odd_order_are_told_as_such():
    late = {"birth_date": "2030-01-01"}
    assert "after the meeting" in ground("applicant.minimum_age", "en", applicant=late).text
    assert "after the meeting" in ground("witness.minimum_age", "en", witness=witness(**late)).text
    since = witness(mitid_since="2030-01-01")
    assert "after the meeting" in ground("witness.mitid_held", "en", witness=since).text
    unknown = ground("witness.mitid_held", "da", witness=witness(mitid_since=None))
    assert "kunne ikke ses" in unknown.text


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_citizen_is_told_less_of_the_witness_than_staff_are(language):
    changes = {
        "witness": witness(
            mitid_since="2026-04-13",
            documents=[document("passport", issuer="SE", expires_on="2020-01-01")],
            earlier_witnessings=THREE,
        )
    }
    staff, citizen = (
        account(language, to_citizen=to_citizen, **changes).as_text()
        for to_citizen in (False, True)
    )
    days = "2 dage" if language == "da" else "2 days"
    for kept in (days, "(SE)"):
        assert kept in staff
        assert kept not in citizen


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_case_a_citizen_reads_nothing_of_the_witness_s_life(language):
    rng = generator(11)
    for _ in range(1_500):
        sent = facts(rng)
        person = sent.get("witness")
        if not person:
            continue
        rules = rule_set(sent.get("rule_set", "mitid-2022"))
        told = explain(decide(sent, rules), rules, language, facts=sent, to_citizen=True)
        of_witness = " ".join(
            " ".join((ground.text, *ground.help))
            for ground in told.grounds
            if ground.rule.startswith("witness.")
        )
        bare = re.sub(r"\b\d{1,2}\.? [a-zA-Z]+ \d{1,4}\b", "", of_witness)
        figures = {18, 120, 3, rules.witness_mitid_held.days}
        assert {int(found) for found in re.findall(r"\d+", bare)} <= figures, bare
        assert "ansøger" not in told.as_text().lower()
        assert "applicant" not in told.as_text().lower()


def test_the_one_paper_that_is_missing_is_named():
    passport = document("passport", issuer="SY", shows_cpr=False)
    health = document("health_card")
    tax = document("tax_assessment")
    home = document("residence_certificate", shows_cpr=False)

    def lacks(*documents, **changes):
        applicant = {"documents": list(documents), **changes.pop("applicant", {})}
        return ground("applicant.documents", "en", applicant=applicant, **changes).help[0]

    assert lacks(passport).startswith(
        "Only one thing is missing: a valid document that shows the CPR number."
    )
    assert lacks(passport, rule_set="mitid-2025").startswith(
        "Only one more document is missing: health card, special health card,"
    )
    assert lacks(health).startswith("Only one more paper is missing: certificate")
    assert "health card, special" not in lacks(health)
    assert lacks(tax).startswith("Only one more paper is missing: certificate")
    assert "benefit" not in lacks(tax)
    assert lacks(home).startswith("Only one more paper is missing, and it must show the CPR number")
    assert lacks().startswith("Show what one of these lines says.")
    assert lacks(document("police_id")).startswith("Show what one")
    assert lacks(health, rule_set="mitid-2025").startswith("Show what one")


def test_a_missing_paper_would_have_been_enough():
    """Whatever one document is said to be missing, the rule agrees once it is there."""
    rng = generator(3)
    named = 0
    for _ in range(1_500):
        sent = facts(rng)
        rules = rule_set(sent.get("rule_set", "mitid-2022"))
        told = explain(decide(sent, rules), rules, "en", facts=sent)
        (found,) = [g for g in told.grounds if g.rule == "applicant.documents"]
        if found.passed or "a valid document that shows the CPR number." not in found.help[0]:
            continue
        named += 1
        applicant = sent["applicant"]
        added = document("police_id")
        mended = {**applicant, "documents": [*applicant.get("documents", []), added]}
        answer = decide({**sent, "applicant": mended}, rules)
        assert "applicant.documents" not in answer["failed"]
    assert named > 20


def test_one_more_paper_is_enough_only_where_no_cpr_number_is_wanted():
    """Under a set that asks for a second paper and the CPR number if wanted; of a witness always."""
    rules = rule_set("mitid-2022")
    (clause, *_others) = rules.applicant_documents.ways[0].document
    plain = replace(clause, shows_cpr=False)
    asked = [
        replace(way, document=(plain,), another=(plain,), cpr="if_wanted", papers=None)
        for way in rules.applicant_documents.ways[:1]
    ]
    asking = {
        name: replace(getattr(rules, name), ways=tuple(asked))
        for name in ("applicant_documents", "witness_documents")
    }
    rules = replace(rules, **asking)
    shown = [document(plain.types[0], shows_cpr=False)]

    def help_with(rule, **wanted):
        sent = case(applicant={"documents": shown, **wanted}, witness=witness(documents=shown))
        told = explain(decide(sent, rules), rules, "en", facts=sent)
        (found,) = [one for one in told.grounds if one.rule == rule]
        assert not found.passed
        return found.help[0]

    missing = "Only one more document is missing"
    assert not help_with("applicant.documents").startswith(missing)
    assert not help_with("applicant.documents", wants_cpr_link=True).startswith(missing)
    assert help_with("applicant.documents", wants_cpr_link=False).startswith(missing)
    assert not help_with("witness.documents", wants_cpr_link=False).startswith(missing)


def test_what_a_witness_must_bring_is_told_with_every_way_and_how_old_a_paper_may_be():
    rules = rule_set("mitid-2022")
    rules = replace(rules, witness_documents=rules.applicant_documents)
    told = explain(decide(case(), rules), rules, "en")
    (found,) = [one for one in told.grounds if one.rule == "applicant.proof"]
    ways = accepted_documents(rules.witness_documents, "en", usable=rules.usable)
    assert ways != accepted_documents(rules.witness_documents, "en")
    assert len(ways) > 1
    assert " ".join(ways) in found.help[-1]


def test_who_was_helped_before_is_told_the_day_that_holds_for_them():
    """Where persons are counted, a witness over the limit is free sooner for one of the four."""
    earlier = [
        {"on": on, "person": person}
        for on, person in zip(
            ("2026-01-01", "2026-02-01", "2026-03-01", "2026-03-02"), "bacd", strict=True
        )
    ]

    def day_for(**applicant):
        return ground(
            "witness.quota",
            "en",
            rule_set="digst-2023",
            applicant=applicant,
            witness=witness(earlier_witnessings=earlier),
        ).help[0]

    assert "2 May 2026" in day_for(person="a")
    assert "2 June 2026" in day_for(person="e")
    assert "2 June 2026" in day_for()


def test_without_the_facts_nothing_is_said_of_what_was_shown():
    assert shown_by("applicant.documents", None) == ()
    assert shown_by("witness.documents", case()) == ()
    assert shown_by("witness.quota", case(witness=witness())) == ()
    assert shown_by("witness.documents", case(witness=witness())) == [document()]
    sent = case(witness=witness(documents=[]))
    rules = rule_set(sent["rule_set"])
    answer = decide(sent, rules)
    assert explain(answer, rules, "en") == explain(answer, rules, "en", facts=None)


def test_questions_and_witness_are_told_as_they_went():
    def told(**changes):
        return ground("applicant.proof", "en", **changes).text

    for questions, said in (
        ("failed", "not answered correctly"),
        ("not_available", "Not enough questions"),
        ("declined", "did not want"),
        ("not_asked", "No questions"),
    ):
        text = told(applicant={"questions": questions})
        assert said in text
        assert "There was no witness." in text
    assert "did not meet" in told(witness=witness(brought_mitid=False))


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
        "  Det kan hjælpe: Ansøgeren fylder 13 år den 16. april 2026. Bestil en tid fra den dag.",
    ]
