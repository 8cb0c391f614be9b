"""Rule sets are data: each figure has its source, and a new set is a new file."""

import json
import re
import shutil
import tomllib

import pytest

from tests.witnesses.rules.builders import case, document, line, witness
from witnesses.rules.answers import RULE_IDS
from witnesses.rules.explain import explain
from witnesses.rules.figures import LANGUAGES, Figure
from witnesses.rules.lines import decide_document
from witnesses.rules.rule_sets import RULE_SETS, SETS_FOLDER, load_rule_sets, rule_set
from witnesses.rules.tables import RuleSetUnreadable


def never(_on):
    raise AssertionError("the schedule was asked")


def figures_of(one):
    values = [getattr(one, name) for name in one.__slots__]
    figures = [value for value in values if isinstance(value, Figure)]
    return [*figures, one.usable.recent]


def test_three_sets_ship():
    assert set(RULE_SETS) == {"mitid-2022", "digst-2023", "mitid-2025"}


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_figure_has_a_source_with_title_publisher_and_date(name):
    one = rule_set(name)
    assert len(figures_of(one)) == len(RULE_IDS) + 2
    for figure in figures_of(one):
        assert figure.source.title
        assert figure.source.publisher
        assert re.match(r"20\d\d", figure.source.dated)
        assert figure.source.cited.startswith(f"{figure.source.publisher}: ")
    assert set(one.title) == set(LANGUAGES)


@pytest.mark.parametrize("path", sorted(SETS_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_table_of_the_file_names_its_own_source(path):
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = [content, content["usable"], content["usable"]["recent"]]
    tables += [*content["applicant"].values(), *content["witness"].values()]
    assert all("source" in table for table in tables)
    used = {table["source"] for table in tables}
    assert used == set(content["sources"])


def test_an_unknown_set_is_a_key_error():
    with pytest.raises(KeyError):
        rule_set("mitid-2026")


def changed(folder, name, *changes, start="mitid-2025"):
    text = (SETS_FOLDER / f"{start}.toml").read_text(encoding="utf-8")
    for old, new in (("id = " + json.dumps(start), "id = " + json.dumps(name)), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    for path in SETS_FOLDER.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_a_fourth_set_is_added_by_adding_a_file(folder):
    changed(
        folder,
        "mitid-2027",
        ("years = 13", "years = 15"),
        ("years = 18", "years = 21"),
        ("days = 30", "days = 45"),
        ('compare = "more_than"', 'compare = "at_least"'),
        ("at_most = 3", "at_most = 1"),
        ('unit = "witnessings"', 'unit = "persons"'),
        ("days = 120", "days = 200"),
        ('criterion = "level"', 'criterion = "strict"'),
        (
            'name = "alone"\ndocument = [',
            'name = "alone"\ndocument = [\n  { types = ["police_id"], issuers = ["SE"] },',
        ),
    )
    sets = load_rule_sets(folder)
    assert len(sets) == 4
    facts = case(
        rule_set="mitid-2027",
        applicant={
            "birth_date": "2011-04-16",
            "documents": [{"type": "police_id", "issuer": "SE"}],
        },
        witness=witness(
            birth_date="2005-04-16",
            mitid_since="2026-03-01",
            earlier_witnessings=[{"on": "2025-09-27", "person": "a"}],
        ),
    )
    answer = decide_document(line(facts), in_force=never, rule_sets=sets)
    seen = {entry["rule"]: entry for entry in answer["findings"]}
    assert answer["rule_set"] == "mitid-2027"
    assert seen["applicant.minimum_age"]["required"] == 15
    assert not seen["applicant.minimum_age"]["passed"]
    assert seen["applicant.documents"]["required"] == "strict"
    assert seen["applicant.documents"]["passed"]
    assert seen["witness.minimum_age"]["required"] == 21
    assert seen["witness.mitid_held"]["required"] == {"days": 45, "compare": "at_least"}
    assert seen["witness.mitid_held"]["passed"]
    assert seen["witness.quota"]["required"] == {"at_most": 1, "unit": "persons", "days": 200}
    assert seen["witness.quota"]["observed"] == 2
    for language in LANGUAGES:
        assert "45" in explain(answer, sets["mitid-2027"], language, facts=facts).as_text()
    assert "error" in decide_document(line(facts), in_force=never)  # unknown to the shipped ones


def test_a_figure_without_a_source_falls_back_on_that_of_its_set(folder):
    changed(
        folder,
        "plain",
        ('[witness.minimum_age]\nsource = "documentation"', "[witness.minimum_age]"),
    )
    plain = load_rule_sets(folder)["plain"]
    assert plain.witness_minimum_age.source == plain.source


def test_documents_can_be_asked_for_in_other_ways_by_data_alone(folder):
    changed(
        folder,
        "other",
        ('name = "alone"', 'name = "alone"\ncpr_number = "if_wanted"'),
        ('name = "combined"\n', 'name = "combined"\ncpr_number = "always"\n'),
    )
    other = load_rule_sets(folder)["other"]
    sent = case(
        rule_set="other",
        applicant={
            "documents": [document("driving_licence", shows_cpr=False)],
            "questions": "passed",
        },
    )
    sets = load_rule_sets(folder)
    assert decide_document(line(sent), in_force=never, rule_sets=sets)["outcome"] == "not_confirmed"
    sent["applicant"]["wants_cpr_link"] = False
    assert decide_document(line(sent), in_force=never, rule_sets=sets)["outcome"] == "confirmed"
    assert other.applicant_documents.ways[1].cpr == "always"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("years = 13", "", "applicant.minimum_age.years: is missing"),
        ("years = 13", "years = true", "must be a whole number"),
        ("years = 13", "years = -1", "must be a whole number"),
        ("years = 13", 'years = "13"', "must be a whole number"),
        ("years = 13", "years = 13\nmonths = 2", "does not know months"),
        ('unit = "witnessings"', 'unit = "times"', "must be one of witnessings, persons"),
        ('compare = "more_than"', 'compare = ">"', "must be one of at_least, more_than"),
        ('source = "age-13"', 'source = "age-14"', "is none of the file's sources"),
        ('dated = "2025"', 'dated = "lately"', "must be a year"),
        ('dated = "2025"', "", "dated: is missing"),
        ('title = "13 to 14 years old"', 'title = " "', "must be a text"),
        ('"municipal_id_card"]', '"library_card"]', "must be a list out of"),
        ('"national_id_card"]', '"passport"]', "names one thing twice"),
        ('issuers = "any"', 'issuers = "all"', "two capitals each"),
        ('issuers = "any"', 'issuers = ["dk"]', "two capitals each"),
        ('shows = ["photo"]', 'shows = ["face"]', "must be a list out of photo"),
        ("never = [", "never = 3 #", "must be a list out of"),
        ("[witness.quota]", "[witness.quotas]", "witness.quota: is missing"),
        ("[title]\nda", '[title]\nde = "x"\nda', "does not know de"),
        ("[sources.levels]", "[sources]\nlevels = 3\n[sources.x]", "must be a table"),
        ("id = ", "id == ", "mitid-2025.toml"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused_with_the_place(tmp_path, old, new, problem):
    text = (SETS_FOLDER / "mitid-2025.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mitid-2025.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable, match=re.escape(problem)) as refused:
        load_rule_sets(tmp_path)
    assert str(refused.value).startswith("mitid-2025")


def test_a_list_of_ways_may_not_be_empty(tmp_path):
    text = (SETS_FOLDER / "mitid-2022.toml").read_text(encoding="utf-8")
    cut = re.sub(r"\[\[witness\.documents\.ways\]\].*?\n\]\n", "", text, count=1, flags=re.DOTALL)
    cut = cut.replace('criterion = "narrow"', 'criterion = "narrow"\nways = []')
    (tmp_path / "mitid-2022.toml").write_text(cut, encoding="utf-8")
    with pytest.raises(RuleSetUnreadable, match="at least one"):
        load_rule_sets(tmp_path)


def test_a_file_bears_the_name_of_its_set(tmp_path):
    shutil.copy(SETS_FOLDER / "mitid-2022.toml", tmp_path / "other.toml")
    with pytest.raises(RuleSetUnreadable, match="named after the id"):
        load_rule_sets(tmp_path)
