"""The papers asked about: every type the engine knows, each with a name and a picture."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest

from tests.rig.databases import ROOT
from tests.witnesses.rules.random_cases import RULE_SETS, document
from witnesses.rules.documents import role, suffices
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import RuleSet, TwoPapers
from witnesses.rules.guide.papers import ELSEWHERE, FILE, countries, kinds, told_apart
from witnesses.rules.rule_sets import rule_set
from witnesses.rules.tables import RuleSetUnreadable

pytestmark = pytest.mark.once
PICTURES = ROOT / "borgerservice" / "static" / "borgerservice" / "papers.svg"


def test_every_type_the_engine_knows_is_asked_about():
    assert set(kinds()) == set(DOCUMENT_TYPES)


def test_every_type_has_a_picture():
    drawn = {one.get("id") for one in ET.parse(PICTURES).getroot()}  # noqa: S314
    assert drawn == set(DOCUMENT_TYPES)
    assert PICTURES.stat().st_size < 10_000


def test_the_countries_asked_about_are_those_the_rules_tell_apart():
    assert countries() == ("DK", "GL", "FO", ELSEWHERE)


def naming(place: str) -> RuleSet:
    """The rules of 2022, which name Sweden in one place more."""
    rules = rule_set("mitid-2022")
    if place == "usable":
        clause = replace(rules.usable.as_app[0], issuers=("DK", "SE"))
        return replace(rules, usable=replace(rules.usable, as_app=(clause,)))
    criterion_name, part = place.split(".")
    criterion = getattr(rules, criterion_name)
    way = next(way for way in rules.applicant_documents.ways if way.document)
    clause = replace(way.document[0], issuers=None, excepted=())
    parts = {
        "document": {"document": (replace(clause, issuers=("SE",)),)},
        "excepted": {"document": (replace(clause, excepted=("SE",)),)},
        "another": {"another": (replace(clause, issuers=("SE",)),)},
        "papers": {"papers": TwoPapers(("passport",), ("passport",), ("SE",))},
    }
    changed = replace(criterion, ways=(*criterion.ways, replace(way, **parts[part])))
    return replace(rules, **{criterion_name: changed})


@pytest.mark.parametrize(
    "place",
    [
        "usable",
        *(f"applicant_documents.{part}" for part in ("document", "excepted", "another", "papers")),
        *(f"witness_documents.{part}" for part in ("document", "excepted", "another", "papers")),
    ],
)
def test_a_country_that_a_new_rule_set_names_is_asked_about(place):
    shipped = rule_set("digst-2023")
    assert told_apart([shipped, naming(place)]) == ("DK", "GL", "FO", "SE", ELSEWHERE)


def test_two_papers_of_any_country_name_none():
    rules = rule_set("mitid-2022")
    criterion = rules.applicant_documents
    ways = tuple(
        replace(way, papers=replace(way.papers, issuers=None)) if way.papers else way
        for way in criterion.ways
    )
    anywhere = replace(rules, applicant_documents=replace(criterion, ways=ways))
    assert told_apart([anywhere]) == ("DK", "GL", "FO", ELSEWHERE)


def test_countries_are_asked_about_in_one_order():
    rules = rule_set("mitid-2022")
    issuers = ("SE", "NO", "IS", "FI", "DE")
    clause = replace(rules.usable.as_app[0], issuers=issuers)
    several = replace(rules, usable=replace(rules.usable, as_app=(clause,)))
    assert told_apart([several]) == ("DK", "GL", "FO", *sorted(issuers), ELSEWHERE)


def test_only_the_kingdom_prints_the_number_and_not_on_everything():
    """What cannot be is not asked about, and nobody is sent to find it."""
    passport = kinds()["passport"]
    able = [country for country in countries() if passport.can_show_number(country)]
    assert able == ["DK", "GL", "FO"]
    assert not replace(passport, cpr_number="never").can_show_number("DK")


def test_what_all_read_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        kinds()["passport"].photo = "never"
    with pytest.raises(TypeError):
        kinds()["visa"] = kinds()["passport"]


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        (
            'type = "passport"',
            'type = "visa"',
            "papers.toml: must tell every type of document once",
        ),
        (
            'type = "passport"',
            'type = "police_id"',
            "papers.toml: must tell every type of document once",
        ),
        ('code = "pa"', 'code = "dl"', "papers.toml: has one code twice"),
        ('code = "pa"', 'code = "PA"', "papers.paper[0].code: must be two lower-case letters"),
        ('code = "pa"', 'code = "pas"', "papers.paper[0].code: must be two lower-case letters"),
        ("expires = true", 'expires = "yes"', "papers.paper[0].expires: must be true or false"),
        (
            'photo = "always"',
            'photo = "mostly"',
            "papers.paper[0].photo: must be one of always, never, ask",
        ),
        (
            'cpr_number = "ask"',
            'cpr_number = "yes"',
            "papers.paper[0].cpr_number: must be one of always, never, ask",
        ),
        (
            'group = "photo"',
            'group = "common"',
            "papers.paper[0].group: must be one of photo, paper, rare",
        ),
        (
            'issuers = "any"',
            'issuers = "all"',
            'papers.paper[0].issuers: must be "any" or a list of issuers, two capitals each',
        ),
        ('code = "pa"', 'code = "pa"\nicon = "x"', "papers.paper[0]: does not know icon"),
        ("[[paper]]", 'icon = "x"\n[[paper]]', "papers: does not know icon"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_and_says_where(tmp_path: Path, there, instead, told):
    spoilt = tmp_path / "papers.toml"
    text = FILE.read_text(encoding="utf-8")
    assert there in text
    spoilt.write_text(text.replace(there, instead, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable) as refused:
        kinds(spoilt)
    assert str(refused.value) == told


@pytest.mark.parametrize("rules", RULE_SETS)
def test_documents_of_one_role_stand_for_each_other(rules):
    """What the search rests on: of those that the rules do not tell apart it asks about one."""
    rng, criterion = Random(11), rule_set(rules).applicant_documents
    on = rule_set(rules).source.between[0]
    by_role = {}
    for _ in range(3_000):
        one = document(rng, on)
        by_role.setdefault(role(one, criterion), []).append(one)
    assert any(len(alike) > 1 for alike in by_role.values())
    for alike in by_role.values():
        beside = [document(rng, on) for _ in range(rng.randint(0, 3))]
        for wants_cpr in (False, True):
            told = {suffices([*beside, one], criterion, wants_cpr=wants_cpr) for one in alike}
            assert len(told) == 1
