"""The lines that say what to bring: which papers, in which order, alone or together."""

from datetime import date
from itertools import combinations

import pytest

from witnesses.rules.guide.additions import Change, changed, choices
from witnesses.rules.guide.advice import additions_to, advise
from witnesses.rules.guide.answers import Answers, documents_of, paper
from witnesses.rules.guide.papers import kinds
from witnesses.rules.guide.words import offered
from witnesses.rules.rule_sets import rule_set

pytestmark = pytest.mark.once
ON, DAY_BEFORE = date(2026, 12, 1), date(2026, 11, 30)
RULES = rule_set("mitid-2025")
PHOTO = ["passport", "residence card, issued in Denmark", "national ID card"]
NUMBER = [
    "municipal ID card with the CPR number",
    "health card, issued in Denmark or Greenland",
    "special health card",
    (
        "certificate (personal, baptism, name or birth) with the CPR number,"
        " issued in Denmark or Greenland"
    ),
    "residence certificate with the CPR number, issued in Denmark or Greenland",
]


def described(
    kind: str, *, form="physical", expires_on=None, issued_on=None, issuer="DK", number=True
):
    return paper(
        kinds()[kind],
        issuer=issuer,
        form=form,
        photo=True,
        number=number,
        has_number=True,
        expires_on=expires_on,
        issued_on=issued_on,
    )


def answers(*papers, has_number=True):
    return Answers(ON, has_number, "settled", True, papers)


def told(one: Answers, rules=RULES):
    """What a citizen reads: the papers that will do alone, then those that will do together."""

    def read(side):
        return [("" if item.act == "bring" else f"{item.act}: ") + item.text for item in side]

    alone, together = offered(choices(additions_to(one, advise(one, rules), rules)), "en")
    return [read(alone), *((read(first), read(other)) for first, other in together)]


def test_who_has_nothing_is_told_every_paper_that_will_do():
    alone = [
        "passport with the CPR number",
        "driving licence, issued in Denmark or Greenland",
        "residence card with the CPR number, issued in Denmark",
        "ID card from the Ministry of Foreign Affairs",
    ]
    assert told(answers()) == [alone, (PHOTO, NUMBER), (["municipal ID card"], NUMBER[1:])]


def test_who_has_no_number_is_not_asked_for_papers_that_show_it():
    assert told(answers(has_number=False)) == [
        [
            "driving licence, issued in Denmark or Greenland",
            "ID card from the Ministry of Foreign Affairs",
        ]
    ]


def test_an_addition_is_told_as_the_changes_it_takes():
    one = answers(has_number=False)
    assert additions_to(one, advise(one, RULES), RULES) == {
        frozenset({Change("bring", kind, issuer, shows_cpr=False)})
        for kind, issuer in (
            ("driving_licence", "DK"),
            ("driving_licence", "GL"),
            ("foreign_ministry_id_card", "DK"),
        )
    }


def test_of_three_papers_that_all_go_together_every_pair_is_told():
    three = [
        Change("bring", kind, "DK", shows_cpr=False)
        for kind in ("passport", "police_id", "foreign_ministry_id_card")
    ]
    pairs = {frozenset(pair) for pair in combinations(three, 2)}
    lines = choices(frozenset(pairs))
    assert {frozenset({a, b}) for line in lines for a in line.first for b in line.other} == pairs


def test_of_one_kind_what_asks_for_less_is_told_first():
    with_number = Change("bring", "passport", "DK", shows_cpr=True)
    without = Change("bring", "passport", "ZZ", shows_cpr=False)
    (line,) = choices(frozenset({frozenset({with_number}), frozenset({without})}))
    assert line.first == (without, with_number)


def test_ones_own_papers_come_first_and_are_not_asked_for_twice():
    own = answers(
        described("passport", form="copy", expires_on=DAY_BEFORE),
        described("health_card", form="copy"),
    )
    number = ["original: health card", NUMBER[0], "health card, issued in Greenland", *NUMBER[2:]]
    assert told(own) == [
        [
            "renew: passport",
            "passport with the CPR number, issued in Greenland or the Faroe Islands",
            "driving licence, issued in Denmark or Greenland",
            "residence card with the CPR number, issued in Denmark",
            "ID card from the Ministry of Foreign Affairs",
        ],
        (number, PHOTO),
        ([number[0], *number[2:]], ["municipal ID card"]),
    ]


def test_the_original_will_do_where_an_app_or_a_copy_does_not_and_nothing_else_is_wrong():
    """What has expired, or is provisional, is renewed: its original is no better."""
    for form, mended in (("app", "original"), ("copy", "original"), ("temporary", "renew")):
        alone, *_ = told(answers(described("passport", form=form)))
        assert alone[0] == f"{mended}: passport"
        alone, *_ = told(answers(described("passport", form=form, expires_on=DAY_BEFORE)))
        assert alone[0] == "renew: passport"


def test_two_papers_of_ones_own_are_told_in_the_order_they_were_described():
    licences = [described("driving_licence", form="copy", issuer=one) for one in ("GL", "DK")]
    alone, *_ = told(answers(*licences))
    assert alone[:3] == [
        "original: driving licence",
        "original: driving licence",
        "passport with the CPR number",
    ]
    additions = additions_to(answers(*licences), advise(answers(*licences), RULES), RULES)
    first = choices(additions)[0].first
    assert [(one.issuer, one.place) for one in first[:2]] == [("GL", 0), ("DK", 1)]


def test_two_papers_of_ones_own_kind_can_be_mended_and_none_is_brought_besides():
    """A Faroese licence shows the number, a foreign one the photo: both originals are enough."""
    rules = rule_set("mitid-2022")
    own = answers(
        described("driving_licence", form="copy", issuer="FO"),
        described("driving_licence", form="copy", issuer="ZZ"),
    )
    additions = additions_to(own, advise(own, rules), rules)
    faroese = Change("original", "driving_licence", "FO", shows_cpr=True, place=0)
    foreign = Change("original", "driving_licence", "ZZ", shows_cpr=False, place=1)
    assert frozenset({faroese, foreign}) in additions
    beside = {
        one.type for edge in additions if faroese in edge for one in edge if one.act == "bring"
    }
    assert beside == {
        "passport",
        "residence_card",
        "national_id_card",
        "foreign_ministry_id_card",
    }


def test_a_paper_of_a_foreign_country_is_never_asked_to_show_the_number():
    for rules in ("mitid-2022", "digst-2023", "mitid-2025"):
        one = answers()
        additions = additions_to(one, advise(one, rule_set(rules)), rule_set(rules))
        shown = {(c.type, c.issuer) for edge in additions for c in edge if c.shows_cpr}
        assert {issuer for _, issuer in shown} == {"DK", "GL", "FO"}


def test_whoever_has_a_number_is_asked_for_a_health_card_that_shows_it():
    for rules in ("mitid-2022", "digst-2023", "mitid-2025"):
        one = answers()
        additions = additions_to(one, advise(one, rule_set(rules)), rule_set(rules))
        cards = {c for edge in additions for c in edge if c.type == "health_card"}
        assert cards
        assert all(card.shows_cpr for card in cards)


def test_a_passport_without_the_number_needs_one_paper_that_shows_it():
    without = described("passport", issuer="ZZ", number=False)
    (alone,) = told(answers(without))
    assert alone == [
        "passport with the CPR number",
        "driving licence, issued in Denmark or Greenland",
        "residence card with the CPR number, issued in Denmark",
        "ID card from the Ministry of Foreign Affairs",
        *NUMBER,
    ]


def test_who_has_enough_is_asked_for_nothing():
    one = answers(described("passport"))
    assert additions_to(one, advise(one, RULES), RULES) == frozenset()
    assert told(one) == [[]]


def test_nobody_is_asked_for_a_paper_that_never_counts():
    for rules in ("mitid-2022", "digst-2023", "mitid-2025"):
        lines = told(answers(described("temporary_health_card")), rule_set(rules))
        assert lines == told(answers(), rule_set(rules))
        assert "temporary" not in str(lines)


def test_the_papers_after_the_changes_are_what_the_engine_is_asked_about():
    own = answers(
        described("passport", form="temporary", expires_on=DAY_BEFORE),
        described("benefit_letter", form="copy", issued_on=date(2026, 1, 1)),
        described("driving_licence", form="copy", expires_on=ON),
    )
    rules, on = rule_set("mitid-2022"), ON.isoformat()
    before = documents_of(own)
    after = changed(
        before,
        [
            Change("renew", "passport", "DK", shows_cpr=True, place=0),
            Change("renew", "benefit_letter", "DK", shows_cpr=True, place=1),
            Change("original", "driving_licence", "DK", shows_cpr=True, place=2),
            Change("bring", "benefit_letter", "GL", shows_cpr=False),
            Change("bring", "police_id", "SE", shows_cpr=False),
        ],
        on,
        rules,
    )
    assert before == documents_of(own), "what the citizen has stays as it was told"
    new = {"form": "physical", "provisional": False, "expires_on": None}
    assert after[:3] == [
        {**before[0], **new, "issued_on": None},
        {**before[1], **new, "issued_on": on},
        {**before[2], "form": "physical"},
    ]
    assert [(one["type"], one["issuer"], one["issued_on"]) for one in after[3:]] == [
        ("benefit_letter", "GL", on),
        ("police_id", "SE", None),
    ]
    assert [(one["shows_photo"], one["shows_cpr"], one["form"]) for one in after[3:]] == [
        (False, False, "physical"),
        (True, False, "physical"),
    ]
