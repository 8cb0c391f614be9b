"""What another set asks for otherwise than the one in force, and whose page is newer."""

from dataclasses import replace

import pytest

from witnesses.rules.answers import RULE_IDS
from witnesses.rules.compare import differences, figures_of, newer_guidance
from witnesses.rules.explain_figures import figure_in_words, figures_in_words
from witnesses.rules.figures import LANGUAGES
from witnesses.rules.rule_sets import RULE_SETS, rule_set

pytestmark = pytest.mark.once
IN_FORCE = rule_set("mitid-2022")
OTHERS = [one for one in RULE_SETS.values() if one is not IN_FORCE]


def told(found, language="en"):
    return [
        (
            one.rule_set.id,
            one.rule,
            one.there.source.dated,
            one.age,
        )
        for one in found
    ]


def test_the_thirty_days_of_the_newer_page_are_seen_with_both_values_and_sources():
    (held,) = [
        one
        for one in newer_guidance(IN_FORCE, [rule_set("mitid-2025")])
        if one.rule == "witness.mitid_held"
    ]
    assert (held.here.days, held.here.compare) == (10, "at_least")
    assert (held.there.days, held.there.compare) == (30, "more_than")
    assert held.here.source.cited == "mitid.dk: Non-citizens in Denmark (2022)"
    assert held.there.source.title == "When you need Citizen Service to assist you with MitID"
    assert held.there.source.dated == "2025"
    assert held.age == "newer"


def test_every_figure_that_differs_is_listed_newest_source_first():
    assert told(differences(IN_FORCE, OTHERS)) == [
        ("mitid-2025", "applicant.documents", "2025", "newer"),
        ("mitid-2025", "witness.mitid_held", "2025", "newer"),
        ("mitid-2025", "witness.documents", "2025", "newer"),
        ("digst-2023", "witness.mitid_held", "2021/2023", "perhaps_newer"),
        ("digst-2023", "witness.documents", "2021/2023", "perhaps_newer"),
        ("digst-2023", "witness.quota", "2021/2023", "perhaps_newer"),
    ]


def test_the_order_in_which_the_sets_are_given_plays_no_part():
    assert told(differences(IN_FORCE, OTHERS)) == told(differences(IN_FORCE, OTHERS[::-1]))


def test_under_the_newest_set_there_is_no_newer_guidance():
    newest = rule_set("mitid-2025")
    others = [one for one in RULE_SETS.values() if one is not newest]
    assert newer_guidance(newest, others) == []
    assert {one.age for one in differences(newest, others)} == {"older"}


def test_a_set_does_not_differ_from_itself():
    for one in RULE_SETS.values():
        assert differences(one, [one]) == []


def test_the_same_figure_from_another_page_read_in_other_words_does_not_differ():
    quota = replace(IN_FORCE.witness_quota, source=OTHERS[0].source, reading="Otherwise.")
    assert differences(IN_FORCE, [replace(IN_FORCE, witness_quota=quota)]) == []


def test_documents_under_another_name_do_not_differ():
    named = replace(IN_FORCE.applicant_documents, name="papers")
    assert differences(IN_FORCE, [replace(IN_FORCE, applicant_documents=named)]) == []


def test_every_figure_of_a_set_has_its_name_in_the_order_of_the_answer():
    assert list(figures_of(IN_FORCE)) == [
        *(rule for rule in RULE_IDS),
        "witness.reversals",
        "usable",
        "usable.recent",
    ]


@pytest.mark.parametrize(
    ("first", "second"), [("2021/2023", "2022"), ("2023", "2021/2023"), ("2022-05", "2021/2022-04")]
)
def test_the_page_that_can_have_been_published_later_comes_first(first, second):
    def dated(name, day):
        held = replace(
            IN_FORCE.witness_mitid_held, days=30, source=replace(IN_FORCE.source, dated=day)
        )
        return replace(IN_FORCE, id=name, witness_mitid_held=held)

    for names in ("ab", "ba"):
        others = [dated(names[0], first), dated(names[1], second)]
        found = differences(IN_FORCE, others)
        assert [one.there.source.dated for one in found] == [first, second]


@pytest.mark.parametrize(
    ("figure", "changed"),
    [
        ("applicant_minimum_age", {"years": 15}),
        ("witness_minimum_age", {"years": 21}),
        ("witness_mitid_held", {"compare": "more_than"}),
        ("witness_quota", {"unit": "persons"}),
        ("witness_quota", {"days": 121}),
        ("witness_reversals", {"at_most": 1}),
        ("usable", {"never": ()}),
        ("usable", {"as_app": ()}),
        ("applicant_documents", {"ways": ()}),
    ],
)
def test_a_figure_changed_in_any_respect_differs(figure, changed):
    other = replace(IN_FORCE, **{figure: replace(getattr(IN_FORCE, figure), **changed)})
    (found,) = differences(IN_FORCE, [other])
    assert found.rule == figure.replace("_", ".", 1)


def test_the_age_of_papers_differs_by_itself_and_not_the_list_around_it():
    recent = replace(IN_FORCE.usable.recent, months=6)
    other = replace(IN_FORCE, usable=replace(IN_FORCE.usable, recent=recent))
    assert [one.rule for one in differences(IN_FORCE, [other])] == ["usable.recent"]


@pytest.mark.parametrize(
    ("ours", "theirs", "age"),
    [
        ("2022", "2023", "newer"),
        ("2022", "2022", "perhaps_newer"),
        ("2022", "2021/2023", "perhaps_newer"),
        ("2021/2023", "2022", "perhaps_newer"),
        ("2022", "2021", "older"),
        ("2022-05-01", "2022-05-01", "older"),
        ("2022-05-01", "2022-05-02", "newer"),
        ("2022-05", "2022-05-31", "perhaps_newer"),
        ("2022", "2020/2022-01-01", "older"),
        ("2022", "2020/2022-01-02", "perhaps_newer"),
    ],
)
def test_whose_page_is_newer_is_said_only_where_the_dates_say_it(ours, theirs, age):
    def dated(day, title, **changed):
        source = replace(IN_FORCE.source, dated=day, title=title)
        held = replace(IN_FORCE.witness_mitid_held, source=source, **changed)
        return replace(IN_FORCE, witness_mitid_held=held)

    (found,) = differences(dated(ours, "one"), [dated(theirs, "other", days=30)])
    assert found.age == age


def test_a_figure_that_two_sets_read_differently_off_one_page_is_not_newer():
    held = replace(IN_FORCE.witness_mitid_held, days=11)
    (found,) = differences(IN_FORCE, [replace(IN_FORCE, witness_mitid_held=held)])
    assert found.age == "older"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RULE_SETS)
def test_a_lawyer_can_read_every_figure_of_a_set(name, language):
    one = rule_set(name)
    shown = figures_in_words(one, language)
    assert [figure.rule for figure in shown] == list(figures_of(one))
    for figure in shown:
        assert figure.name
        assert figure.lines
        for text in figure.lines:
            assert not text[0].islower()
            assert text.endswith(".")
            assert "{" not in text
        assert figure.source.publisher
    assert len({figure.name for figure in shown}) == len(shown)


@pytest.mark.parametrize(
    ("rule", "danish", "english"),
    [
        ("witness.mitid_held", "Mere end 30 dage.", "More than 30 days."),
        ("witness.quota", "Højst 3 gange inden for 120 dage.", "At most 3 times within 120 days."),
        ("witness.minimum_age", "18 fyldte år.", "18 full years."),
        ("witness.reversals", "Højst 2 inden for grænsens antal dage.", "At most 2 within the days of the limit."),
        ("usable", ("Disse tæller aldrig: midlertidigt sundhedskort.", "Disse tæller også som app, alle andre kun som original: kørekort, udstedt i Danmark; sundhedskort, udstedt i Danmark."), ("These never count: temporary health card.", "These count as an app too, all others as originals only: driving licence, issued in Denmark; health card, issued in Denmark.")),
        ("usable.recent", "Højst 3 måneder gammelt: brev om en offentlig ydelse.", "At most 3 months old: letter about a public benefit."),
    ],
)  # fmt: skip
def test_a_figure_is_told_in_both_languages(rule, danish, english):
    figure = figures_of(rule_set("mitid-2025"))[rule]
    for language, told in (("da", danish), ("en", english)):
        lines = told if isinstance(told, tuple) else (told,)
        assert figure_in_words(rule, figure, language).lines == lines
