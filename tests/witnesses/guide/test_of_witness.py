"""The papers a witness will bring: asked about and told as the engine says, in every language."""

from datetime import date
from random import Random

import pytest
from django.conf import settings

from tests.conftest import IS_FULL
from witnesses.rules.engine import decide
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.guide.answers import as_documents, good_witness, paper
from witnesses.rules.guide.links import LinkUnreadable, read_papers, written_papers
from witnesses.rules.guide.of_witness import asked_of_witness, lacking
from witnesses.rules.guide.papers import kinds
from witnesses.rules.rule_sets import RULE_SETS, rule_set

pytestmark = pytest.mark.once

ON = date(2026, 12, 1)
SEED = 20261122
DANE = {"type": "passport", "issuer": "DK", "shows_photo": True, "shows_cpr": True}


def one(kind, issuer="DK", *, form="physical", photo=True, number=False, until=None, issued=None):
    return paper(
        kinds()[kind],
        issuer=issuer,
        form=form,
        photo=photo,
        number=number,
        has_number=True,
        expires_on=until,
        issued_on=issued,
    )


def told(*papers, name="mitid-2022", language="en"):
    return lacking(papers, on=ON, rules=rule_set(name), language=language)


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("mitid-2022", ("passport", "driving_licence")),
        (
            "mitid-2025",
            ("passport", "driving_licence", "residence_card", "foreign_ministry_id_card"),
        ),
    ],
)
def test_a_witness_is_asked_about_what_the_rule_set_lists(name, types):
    assert asked_of_witness(name) == types


def test_a_paper_that_only_helps_beside_another_is_asked_about_too():
    assert {"passport", "national_id_card", "health_card"} <= set(asked_of_witness("digst-2023"))
    foreign = one("passport", "ZZ")
    assert told(foreign, name="digst-2023")
    assert told(foreign, one("health_card"), name="digst-2023") is None
    assert "temporary_health_card" not in asked_of_witness("digst-2023")


@pytest.mark.parametrize(
    ("shown", "reasons"),
    [
        (one("passport", until=date(2026, 11, 30)), 1),
        (one("passport", form="copy"), 1),
        (one("passport", "SE"), 0),
        (one("driving_licence", photo=False), 0),
    ],
)
def test_an_unfit_paper_is_told_with_what_would_be_enough(shown, reasons):
    found = told(shown)
    assert found.ways == tuple(accepted_documents(rule_set("mitid-2022").witness_documents, "en"))
    assert len(found.reasons) == reasons


def test_no_papers_at_all_are_kept_and_read_back():
    assert written_papers([]) == ""
    assert read_papers("") == ()


def test_every_paper_that_does_not_count_is_told_with_the_reason_and_not_its_country():
    found = told(one("passport", until=date(2026, 11, 30)), one("driving_licence", form="copy"))
    assert found.reasons == (
        "Passport does not count: it has expired.",
        "Driving licence does not count: it is a copy.",
    )


def test_a_fit_paper_and_none_at_all_lack_nothing():
    assert told(one("passport", until=ON)) is None
    assert told(one("driving_licence", form="app")) is None
    assert told() is None


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_language_tells_it_in_its_own_words(language):
    found = told(one("passport", until=date(2026, 11, 30)), language=language)
    assert found.reasons
    if language != "en":
        english = told(one("passport", until=date(2026, 11, 30)))
        assert found.reasons != english.reasons
        assert found.ways != english.ways


def a_chance_paper(chance):
    kind = chance.choice(list(kinds().values()))
    return one(
        kind.type,
        chance.choice(kind.countries),
        form=chance.choice(["physical", "physical", "physical", "app", "copy", "temporary"]),
        photo=chance.random() < 0.8,
        number=chance.random() < 0.6,
        until=chance.choice([None, date(2026, 11, 30), ON, date(2030, 1, 1)]),
        issued=chance.choice([None, date(2026, 11, 1), date(2025, 1, 1)]),
    )


def differences_from_the_desk(count, *, day=ON):
    chance, differing, lacked = Random(SEED), 0, 0
    for _case in range(count):
        name = chance.choice(list(RULE_SETS))
        papers = [a_chance_paper(chance) for _ in range(chance.randint(1, 3))]
        found = lacking(papers, on=day, rules=rule_set(name), language="en")
        case = {
            "on": ON.isoformat(),
            "applicant": {"birth_date": "1980-01-01", "documents": [DANE]},
            "witness": {
                **good_witness(ON, rule_set(name)),
                "documents": as_documents(papers),
            },
        }
        differing += (decide(case, rule_set(name))["outcome"] == "confirmed") != (found is None)
        lacked += found is not None
        assert read_papers(written_papers(papers)) == tuple(papers)
    assert count / 10 < lacked < count
    return differing


def test_the_desk_decides_of_the_papers_as_the_witness_was_told():
    assert differences_from_the_desk(20_000 if IS_FULL else 1_000) == 0


def test_papers_judged_on_another_day_would_be_found():
    """The control."""
    assert differences_from_the_desk(1_000, day=date(2026, 12, 2)) > 0


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "paDKp1",
        "paDKp1.20301301.0",
        "zzDKp1.0.0",
        "æ",
        "hcDKp0.0.0",
        "paDKp1.0.0_",
        "paDKp1.0.0\n",
        "paDKp1.２０２６1201.0",
    ],
)
def test_a_text_that_is_no_paper_is_refused(text):
    with pytest.raises(LinkUnreadable):
        read_papers(text)
