"""The text a witness accepts: read whole or not at all, and never changed in place."""

import hashlib
import re
from datetime import date

import pytest

from tests.witnesses.rules.texts import FIRST, declaration_file
from witnesses.rules.declarations import (
    declaration_in_use,
    declaration_text,
    load_declarations,
    read_declaration,
)
from witnesses.rules.tables import RuleSetUnreadable

pytestmark = pytest.mark.once
NO_LINES = "text.en.declares.lines: must be a list of texts, at least one"


def test_a_new_wording_is_a_new_file_in_use_from_its_day_and_the_old_one_stays(tmp_path):
    declaration_file(tmp_path, FIRST, "2026-11-01")
    declaration_file(tmp_path, "2027-01", "2027-01-01", line="Du skal sige sandheden.")

    assert list(load_declarations(tmp_path)) == [FIRST, "2027-01"]
    assert declaration_in_use(date(2026, 12, 31), tmp_path).version == FIRST
    assert declaration_in_use(date(2027, 1, 1), tmp_path).version == "2027-01"
    assert declaration_in_use(date(2020, 1, 1), tmp_path).version == FIRST
    old, new = (load_declarations(tmp_path)[one].texts["da"] for one in (FIRST, "2027-01"))
    assert old.sha256 == declaration_text(FIRST, "da").sha256 != new.sha256


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[text.en.declares]", "[text.en.other]", "text.en.declares: is missing"),
        (f'version = "{FIRST}"', 'version = "another"', "version: must be the name of the file"),
        ("in_use_from = 2026-11-01", 'in_use_from = "soon"', "in_use_from: must be a day"),
        ("= 2026-11-01", "= 2026-11-01T00:00:00", "in_use_from: must be a day"),
        ("[[sources]]", "[[source]]", "does not know source"),
        ("[[sources]]", "[[sources]]\npage = 3", "sources[0]: does not know page"),
        ('title = "Urigtig', 'titel = "Urigtig', "sources[0].title: is missing"),
        ("[own]", "[own]\nmore = 3", "own.more: must be a text"),
        ("[own]", "[other]\n[own]", "does not know other"),
        ("[text.da]", "[text.de]\n[text.da]", "text: does not know de"),
        ("[text.da]", "[text.da]\nfoot = 3", "text.da: does not know foot"),
        ("[[text.da.told]]", "[[text.da.told]]\nfoot = 3", "text.da.told[0]: does not know foot"),
        ('"I declare"\n', '"I declare"\nfoot = 3\n', "text.en.declares: does not know foot"),
        ('"I declare"\nlines = [', '"I declare"\nlines = 3\nno = [', NO_LINES),
        ('"I declare"\nlines = [', '"I declare"\nlines = []\nno = [', NO_LINES),
        ('"I declare"\nlines = [', '"I declare"\nlines = [3,', NO_LINES),
    ],
)
def test_a_text_that_is_not_whole_is_not_read_and_the_place_is_named(tmp_path, old, new, problem):
    path = declaration_file(tmp_path, FIRST, "2026-11-01")
    whole = path.read_text(encoding="utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable) as refused:
        read_declaration(path)
    assert str(refused.value).endswith(problem)
    assert str(refused.value).startswith(FIRST)


def test_the_text_reads_in_the_order_in_which_it_is_shown():
    text = declaration_text(FIRST, "en")
    lines = text.plain.split("\n")
    assert (text.version, text.language) == (FIRST, "en")
    assert lines[0] == text.title
    assert lines[1] == text.told[0].heading
    last = len(text.declares.lines)
    assert lines[-last:] == list(text.declares.lines)
    assert lines[-last - 1] == text.declares.heading
    assert len(lines) == 2 + last + sum(1 + len(part.lines) for part in text.told)


def test_the_texts_are_read_once():
    assert load_declarations() is load_declarations()


def test_two_texts_are_not_in_use_from_the_same_day(tmp_path):
    declaration_file(tmp_path, FIRST, "2026-11-01")
    declaration_file(tmp_path, "2026-11b", "2026-11-01")

    with pytest.raises(ValueError, match=r"^two versions of .+ are in use from the same day$"):
        load_declarations(tmp_path)


def test_a_text_somebody_may_have_accepted_is_never_changed_in_place():
    """To change a wording add a file; this fails when a shipped one is edited."""
    shipped = {
        one.version: {language: text.sha256[:16] for language, text in one.texts.items()}
        for one in load_declarations().values()
    }
    assert shipped == {FIRST: {"da": "2124340364627cc1", "en": "1145f6d7faf55490"}}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("da", ("sandheden", "straffes", "§ 163", "fem år", "24 måneder", "penge", "sige nej")),
        ("en", ("the truth", "punished", "163", "five years", "24 months", "money", "say no")),
    ],
)
def test_the_text_says_what_a_witness_must_know_in_both_languages(language, words):
    text = declaration_text(FIRST, language)

    for word in words:
        assert word in text.plain
    assert max(len(line.split(". ")[0].split()) for line in text.plain.split("\n")) < 40
    assert text.sha256 == hashlib.sha256(text.plain.encode()).hexdigest()


def test_what_is_claimed_of_the_law_has_its_source():
    version = declaration_in_use(date(2026, 11, 23))

    assert all(one.title and one.publisher and one.url for one in version.sources)
    law = [one for one in version.sources if "§ 163" in one.claim]
    assert law
    for text in version.texts.values():
        assert not re.search(r"fængsel|bøde|prison|fine\b|måneders", text.plain)
