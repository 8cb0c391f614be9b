"""The papers asked about: every type the engine knows, each with a name and a picture."""

from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET

import pytest

from tests.rig.databases import ROOT
from tests.witnesses.rules.random_cases import RULE_SETS, document
from witnesses.rules.documents import role, suffices
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.guide.papers import ELSEWHERE, FILE, countries, kinds
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


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ('type = "passport"', 'type = "visa"', "every type"),
        ('code = "pa"', 'code = "dl"', "twice"),
        ('code = "pa"', 'code = "PA"', "lower-case"),
        ("expires = true", 'expires = "yes"', "true or false"),
        ('photo = "always"', 'photo = "mostly"', "must be one of"),
        ('issuers = "any"', 'issuers = "all"', "issuers"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, there, instead, told):
    spoilt = tmp_path / "papers.toml"
    text = FILE.read_text(encoding="utf-8")
    spoilt.write_text(text.replace(there, instead, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable, match=told):
        kinds(spoilt)


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
