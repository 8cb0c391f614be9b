"""Rule sets are data: each figure has its source, and a new set is a new file."""

import json
import re
import shutil
import tomllib
from dataclasses import FrozenInstanceError, fields
from datetime import date

import pytest

from tests.witnesses.rules.builders import case, decided, document, line, never, witness
from witnesses.rules.answers import RULE_IDS
from witnesses.rules.explain import explain
from witnesses.rules.facts import DOCUMENT_TYPES
from witnesses.rules.figures import LANGUAGES, Figure
from witnesses.rules.rule_sets import (
    AT_THE_START,
    RULE_SETS,
    SETS_FOLDER,
    load_rule_sets,
    rule_set,
)
from witnesses.rules.tables import RuleSetUnreadable

TYPES = ", ".join(DOCUMENT_TYPES)
PAPERS = "birth_certificate, health_card, special_health_card, residence_certificate, tax_assessment, benefit_letter"


def figures_of(one):
    values = [getattr(one, name) for name in one.__slots__]
    figures = [value for value in values if isinstance(value, Figure)]
    return [*figures, one.usable.recent]


def test_three_sets_ship():
    assert set(RULE_SETS) == {"mitid-2022", "digst-2023", "mitid-2025"}
    assert AT_THE_START == "mitid-2022"


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_figure_has_a_source_with_title_publisher_and_date(name):
    one = rule_set(name)
    assert len(figures_of(one)) == len(RULE_IDS) + 3
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


CITED = {
    "noncitizens-2022": "mitid.dk: Non-citizens in Denmark (2022)",
    "age-13": "mitid.dk: 13 to 14 years old (2021-2025), https://pp.mitid.dk/en-gb/help/help-universe/13-to-14-years-old/",
    "law-page": "Digitaliseringsstyrelsen: Lov om MitID og NemLog-in (2021-2023), https://digst.dk/it-loesninger/mitid/lovgivning/",
    "two-papers": "Herning Kommune: NemID/MitID (2021-2023), https://www.herning.dk/borger/borgerservice/digital-post-nemidmitid-og-bestil-tid/nemidmitid/",
    "documentation-undated": "mitid.dk: When you need Citizen Service to assist you with MitID (2021-2025), https://www.mitid.dk/en-gb/help/help-universe/mitid-and-documentation/?language=en-gb",
    "documentation": "mitid.dk: When you need Citizen Service to assist you with MitID (2025), https://www.mitid.dk/en-gb/help/help-universe/mitid-and-documentation/?language=en-gb",
    "levels": "mitid.dk: Legitimation and documentation (2025), https://mitid.dk/en-gb/help/help-universe/mitid-user/legitimation-and-documentation",
}


@pytest.mark.parametrize(
    ("name", "own", "documents", "usable", "witness_documents"),
    [
        ("mitid-2022", "noncitizens-2022", "law-page", "documentation-undated", "noncitizens-2022"),
        ("digst-2023", "law-page", "law-page", "documentation-undated", "law-page"),
        ("mitid-2025", "documentation", "levels", "levels", "levels"),
    ],
)
def test_every_figure_cites_the_page_it_was_taken_from(
    name, own, documents, usable, witness_documents
):
    one = rule_set(name)
    assert one.source.cited == CITED[own]
    assert one.applicant_minimum_age.source.cited == CITED["age-13"]
    assert one.applicant_documents.source.cited == CITED[documents]
    assert one.usable.source.cited == CITED[usable]
    assert one.usable.recent.source.cited == CITED["two-papers"]
    assert one.witness_documents.source.cited == CITED[witness_documents]
    for figure in (
        one.applicant_proof, one.witness_minimum_age, one.witness_mitid_held,
        one.witness_mitid_brought, one.witness_independent, one.witness_quota,
    ):  # fmt: skip
        assert figure.source is one.source


@pytest.mark.parametrize("name", RULE_SETS)
def test_our_own_control_over_reversals_says_that_it_is_our_own(name):
    reversals = rule_set(name).witness_reversals
    assert reversals.at_most == 2
    assert reversals.source.cited == (
        "Borgerservice: Control against misuse of reversals (our own, in no published rule) (2026-11-22)"
    )


def test_how_often_one_may_reverse_plays_no_part_in_a_decision(folder):
    changed(folder, "none", ("at_most = 2", "at_most = 0"))
    sets = load_rule_sets(folder)
    assert sets["none"].witness_reversals.at_most == 0
    facts = case(
        rule_set="none",
        witness=witness(earlier_witnessings=[
            {"on": "2026-04-01", "person": name, "counted": False} for name in "abc"
        ]),
    )  # fmt: skip
    assert decided(line(facts), in_force=never, rule_sets=sets)["outcome"] == "confirmed"


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_reading_is_told_in_danish_too(name):
    for figure in figures_of(rule_set(name)):
        assert bool(figure.reading_da) is bool(figure.reading)
        assert figure.read_in("en") == figure.reading
        assert figure.read_in("da") == figure.reading_da


def test_a_reading_told_in_english_alone_is_told_so_in_danish(folder):
    changed(folder, "plain", ('reading_da = "Hele', 'comment = "Hele'))
    with pytest.raises(RuleSetUnreadable):
        load_rule_sets(folder)
    text = (folder / "plain.toml").read_text(encoding="utf-8").splitlines()
    kept = "\n".join(row for row in text if not row.startswith("comment"))
    (folder / "plain.toml").write_text(kept, encoding="utf-8")
    held = load_rule_sets.__wrapped__(folder)["plain"].witness_mitid_held
    assert held.read_in("da") == held.read_in("en") == held.reading


@pytest.mark.parametrize(
    ("dated", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2021-10-04", "2021-10-04", "2021-10-04"),
        ("2021/2023", "2021-01-01", "2023-12-31"),
        ("2021-10/2022-02-03", "2021-10-01", "2022-02-03"),
        ("2021-10-04/2023-02", "2021-10-04", "2023-02-28"),
    ],
)
def test_a_source_says_between_which_days_it_was_published(folder, dated, first, last):
    changed(folder, "dated", ('dated = "2025"', f'dated = "{dated}"'))
    between = load_rule_sets(folder)["dated"].source.between
    assert between == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("name", RULE_SETS)
def test_where_a_page_leaves_a_choice_the_set_says_how_we_read_it(name):
    one = rule_set(name)
    unread = [figure for figure in figures_of(one) if not figure.reading]
    plain = [one.witness_minimum_age, one.witness_mitid_brought]
    if name != "mitid-2025":
        plain.append(one.witness_documents)
    assert sorted(map(id, unread)) == sorted(map(id, plain))
    assert all(figure.reading.endswith(".") for figure in figures_of(one) if figure not in unread)


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
    answer = decided(line(facts), in_force=never, rule_sets=sets)
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
    assert "error" in decided(line(facts), in_force=never)  # unknown to the shipped ones


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
    assert decided(line(sent), in_force=never, rule_sets=sets)["outcome"] == "not_confirmed"
    sent["applicant"]["wants_cpr_link"] = False
    assert decided(line(sent), in_force=never, rule_sets=sets)["outcome"] == "confirmed"
    assert other.applicant_documents.ways[1].cpr == "always"


def test_a_witness_is_not_asked_what_they_want_linked(folder):
    ways = "[[witness.documents.ways]]\n"
    changed(folder, "asks", (ways, f'{ways}cpr_number = "if_wanted"\n'), start="mitid-2022")
    sets = load_rule_sets(folder)
    for shows in (True, False):
        facts = case(
            rule_set="asks",
            applicant={"wants_cpr_link": False},
            witness=witness(documents=[document(shows_cpr=shows)]),
        )
        answer = decided(line(facts), in_force=never, rule_sets=sets)
        (found,) = [one for one in answer["findings"] if one["rule"] == "witness.documents"]
        assert found["passed"] is shows


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("years = 13", "", "applicant.minimum_age.years: is missing"),
        ("days = 120", "days = 32768", "witness.quota.days: must be at most 32767"),
        ("at_most = 2", "at_most = 32768", "witness.reversals.at_most: must be at most 32767"),
        ('id = "mitid-2025"', f'id = "{"x" * 41}"', "id: must be at most 40 characters"),
        ("years = 13", "years = true", "applicant.minimum_age.years: must be a whole number, 0 or more"),
        ("years = 13", "years = -1", "applicant.minimum_age.years: must be a whole number, 0 or more"),
        ("years = 13", 'years = "13"', "applicant.minimum_age.years: must be a whole number, 0 or more"),
        ("years = 13", "years = 13\nweeks = 1\nmonths = 2", "applicant.minimum_age: does not know months, weeks"),
        ('unit = "witnessings"', 'unit = "times"', "witness.quota.unit: must be one of witnessings, persons"),
        ('compare = "more_than"', 'compare = ">"', "witness.mitid_held.compare: must be one of at_least, more_than"),
        ('compare = "more_than"', "", "witness.mitid_held.compare: is missing"),
        ('source = "age-13"', 'source = "age-14"', "applicant.minimum_age.source: is none of the file's sources"),
        ('source = "documentation"', "", "source: is missing"),
        ('dated = "2025"', 'dated = "lately"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025-1"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025/"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025-13"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025-02-29"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025-00"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2025/2024"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', 'dated = "2\u0660\u0662\u0665"', "sources.documentation.dated: must be a year, month or day, or two with a stroke between"),
        ('dated = "2025"', "", "sources.documentation.dated: is missing"),
        ('title = "13 to 14 years old"', 'title = " "', "sources.age-13.title: must be a text"),
        ('title = "13 to 14 years old"', "title = 13", "sources.age-13.title: must be a text"),
        ('title = "13 to 14 years old"', 'title = "x"\nauthor = "y"', "sources.age-13: does not know author"),
        ('url = "', 'url = 3 # "', "sources.documentation.url: must be a text"),
        ('types = ["benefit_letter"]', 'types = ["benefit_letter", "library_card"]', f"usable.recent.types: must be a list out of {TYPES}"),
        ('"national_id_card"]', '"passport"]', "applicant.documents.ways[1].document[0].types: names one thing twice"),
        ('issuers = "any"', 'issuers = "all"', 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('issuers = "any"', "issuers = 3", 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('issuers = "any"', 'issuers = ["dk"]', 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('issuers = "any"', 'issuers = ["DK", "D"]', 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('issuers = "any"', 'issuers = ["DKK"]', 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('issuers = "any"', "issuers = [3]", 'applicant.documents.ways[1].document[0].issuers: must be "any" or a list of issuers, two capitals each'),
        ('shows = ["photo"]', 'shows = ["face"]', "applicant.documents.ways[0].document[0].shows: must be a list out of photo, cpr_number"),
        ('shows = ["photo"]', 'shows = ["photo"], sees = []', "applicant.documents.ways[0].document[0]: does not know sees"),
        ("never = [", "never = 3 #", f"usable.never: must be a list out of {TYPES}"),
        ("as_app = [", "as_app = 3\nx = [", "usable.as_app: must be a list of tables, at least one"),
        ("as_app = [", "as_app = []\nx = [", "usable.as_app: must be a list of tables, at least one"),
        ("as_app = [", "as_app = [3,", "usable.as_app[0]: must be a table"),
        ('name = "combined"', 'nom = "combined"', "applicant.documents.ways[1].name: is missing"),
        ('name = "combined"', 'name = "combined"\ncpr_number = "maybe"', "applicant.documents.ways[1].cpr_number: must be one of never, if_wanted, always"),
        ("another = [", "others = [", "applicant.documents.ways[1]: does not know others"),
        ("[witness.quota]", "[witness.quotas]", "witness.quota: is missing"),
        ("[witness.quota]", "[witness.other]\n[witness.quota]", "witness: does not know other"),
        ("[witness.mitid_brought]", "[witness.mitid_brought]\nx = 1", "witness.mitid_brought: does not know x"),
        ("[witness.mitid_held]", "[witness.mitid_held]\nx = 1", "witness.mitid_held: does not know x"),
        ("[witness.quota]", "[witness.quota]\nx = 1", "witness.quota: does not know x"),
        ("[witness.reversals]", "[witness.reversals]\nx = 1", "witness.reversals: does not know x"),
        ("at_most = 2", "", "witness.reversals.at_most: is missing"),
        ("[witness.reversals]", "[witness.undoings]", "witness.reversals: is missing"),
        ('reading_da = "Hele', 'reading_da = 3 # "', "witness.mitid_held.reading_da: must be a text"),
        ("[usable]", "[usable]\nx = 1", "usable: does not know x"),
        ("[usable.recent]", "[usable.recent]\nx = 1", "usable.recent: does not know x"),
        ("[applicant.documents]", "[applicant.documents]\nx = 1", "applicant.documents: does not know x"),
        ("[usable]", "[clerk]\n[usable]", ": does not know clerk"),
        ("[applicant.proof]", "[applicant.x]\n[applicant.proof]", "applicant: does not know x"),
        ("[title]\nda", '[title]\nde = "x"\nda', "title: does not know de"),
        ("[sources.levels]", "[sources]\nlevels = 3\n[sources.x]", "sources.levels: must be a table"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused_with_the_place(tmp_path, old, new, problem):
    text = (SETS_FOLDER / "mitid-2025.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "mitid-2025.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleSetUnreadable) as refused:
        load_rule_sets(tmp_path)
    assert re.sub(r"^mitid-2025\.?", "", str(refused.value)) == problem


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('core = ["birth_certificate"', 'core = ["passport"',
         f"core: must be a list out of {PAPERS}"),
        ('issuers = ["DK", "GL"]\ncore', "core", "issuers: is missing"),
        ("core = [", "x = 1\ncore = [", ": does not know x"),
    ],
)  # fmt: skip
def test_two_papers_are_read_as_strictly(folder, old, new, problem):
    changed(folder, "papers", (old, new), start="mitid-2022")
    with pytest.raises(RuleSetUnreadable) as refused:
        load_rule_sets(folder)
    stop = "" if problem.startswith(":") else "."
    assert str(refused.value) == f"papers.applicant.documents.ways[1].papers{stop}{problem}"


def test_two_papers_leave_no_place_for_other_documents(folder):
    name = 'name = "two_papers"\n'
    changed(folder, "papers", (name, f'{name}cpr_number = "never"\n'), start="mitid-2022")
    with pytest.raises(RuleSetUnreadable, match=r"ways\[1\]: does not know cpr_number$"):
        load_rule_sets(folder)


def test_text_that_is_no_toml_names_its_file(tmp_path):
    (tmp_path / "odd.toml").write_text("id == 3", encoding="utf-8")
    with pytest.raises(RuleSetUnreadable, match=r"^odd\.toml: .*line 1") as refused:
        load_rule_sets(tmp_path)
    assert refused.value.__cause__ is not None
    (tmp_path / "odd.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(RuleSetUnreadable, match=r"^odd\.toml: "):
        load_rule_sets(tmp_path)


@pytest.mark.parametrize(
    ("dated", "cited"),
    [
        ("2025-10", "2025-10"),
        ("2025-10-04", "2025-10-04"),
        ("2021/2025-10", "2021-2025-10"),
        ("2021-10/2025-10-04", "2021-10-2025-10-04"),
    ],
)
def test_a_page_may_be_dated_to_the_month_or_the_day(folder, dated, cited):
    changed(folder, "dated", ('dated = "2025"', f'dated = "{dated}"'))
    source = load_rule_sets(folder)["dated"].source
    assert source.dated == dated
    assert f"({cited})" in source.cited


def test_sets_are_read_once(folder):
    assert load_rule_sets(folder) is load_rule_sets(folder)


def test_figures_may_be_nought_and_lists_short(folder):
    listed = 'never = ["temporary_health_card"]'
    changed(folder, "least", ("years = 13", "years = 0"), (listed, "never = []"))
    least = load_rule_sets(folder)["least"]
    assert least.applicant_minimum_age.years == 0
    assert least.usable.never == ()


def test_sets_come_in_the_order_of_their_files_and_cannot_be_changed():
    assert list(RULE_SETS) == ["digst-2023", "mitid-2022", "mitid-2025"]
    one = rule_set("mitid-2022")
    with pytest.raises(TypeError):
        RULE_SETS["mitid-2022"] = one
    with pytest.raises(TypeError):
        one.title["da"] = "x"
    parts = [one, one.source, *figures_of(one)]
    parts += [
        way for figure in (one.applicant_documents, one.witness_documents) for way in figure.ways
    ]
    parts += [*one.applicant_documents.ways[0].document, one.applicant_documents.ways[1].papers]
    for part in parts:
        for name in (item.name for item in fields(part)):
            with pytest.raises(FrozenInstanceError):
                setattr(part, name, None)


def test_a_list_of_ways_may_not_be_empty(tmp_path):
    text = (SETS_FOLDER / "mitid-2022.toml").read_text(encoding="utf-8")
    cut = re.sub(r"\[\[witness\.documents\.ways\]\].*?\n\]\n", "", text, count=1, flags=re.DOTALL)
    cut = cut.replace('criterion = "narrow"', 'criterion = "narrow"\nways = []')
    (tmp_path / "mitid-2022.toml").write_text(cut, encoding="utf-8")
    with pytest.raises(RuleSetUnreadable, match="at least one"):
        load_rule_sets(tmp_path)


def test_a_file_bears_the_name_of_its_set(tmp_path):
    shutil.copy(SETS_FOLDER / "mitid-2022.toml", tmp_path / "other.toml")
    with pytest.raises(
        RuleSetUnreadable, match=r"^other\.toml: a file is named after the id it holds$"
    ):
        load_rule_sets(tmp_path)
