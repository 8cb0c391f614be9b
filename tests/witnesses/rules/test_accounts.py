"""Whole accounts, word for word, in both languages: what a citizen would hold in their hand."""

import json
import tomllib
from datetime import date

import pytest

from tests.witnesses.rules.builders import CASES
from witnesses.rules.engine import decide
from witnesses.rules.explain import explain
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.wording import words_in

ACCOUNTS = tomllib.loads((CASES / "accounts.toml").read_text(encoding="utf-8"))["account"]
MONTHS = {
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "en": "January February March April May June July August September October November December",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", ACCOUNTS, ids=lambda told: told["why"])
def test_an_account_reads_as_agreed(told, language):
    facts = json.loads(told["facts"])
    rules = rule_set(facts["rule_set"])
    known = facts if told["told_facts"] else None
    to_citizen = told.get("to_citizen", False)
    account = explain(decide(facts, rules), rules, language, facts=known, to_citizen=to_citizen)
    assert account.as_text().splitlines() == told[language].splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_has_its_name(language):
    stop = "." if language == "da" else ""
    for number, name in enumerate(MONTHS[language].split(), start=1):
        written = words_in(language).day(date(2026, number, 1))
        assert written == f"1{stop} {name} 2026"


@pytest.mark.parametrize(("language", "none"), [("da", "ingen"), ("en", "none")])
def test_a_list_with_nothing_in_it_is_told_in_a_word(language, none):
    assert words_in(language).listed([]) == none
    assert words_in(language).listed(["one", "other"]) == "one, other"


@pytest.mark.parametrize(
    ("language", "month", "line"),
    [("da", "1 måned", "hele linjen"), ("en", "1 month", "the whole line")],
)
def test_one_month_and_the_whole_line_are_named(language, month, line):
    words = words_in(language)
    assert words.count("month", 1) == month
    assert words.say("account.whole_line") == line
