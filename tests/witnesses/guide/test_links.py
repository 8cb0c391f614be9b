"""A link holds all answers, leads back to the same ones, and is refused where it was altered."""

import re
from datetime import date
from random import Random

import pytest

from tests.witnesses.guide.cases import cases
from witnesses.rules.guide.answers import Answers, paper
from witnesses.rules.guide.links import LinkUnreadable, read, written
from witnesses.rules.guide.papers import kinds

pytestmark = pytest.mark.once
ON = date(2026, 12, 1)


def test_what_was_written_is_read_back():
    for answers, _rules in cases(2_000):
        link = written(answers)
        assert read(link) == answers
        assert re.fullmatch(r"[A-Za-z0-9._]+", link)


def test_the_longest_answers_fit_an_address():
    kind = kinds()["passport"]
    one = paper(
        kind,
        issuer="DK",
        form="physical",
        photo=True,
        number=True,
        has_number=True,
        expires_on=ON,
        issued_on=ON,
    )
    answers = Answers(ON, True, "settled", True, (one,) * 10)
    assert read(written(answers)) == answers
    assert len(written(answers)) < 300


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.20261201",
        "2.20261201.ysy",
        "1.20261301.ysy",
        "1.20260229.ysy",
        "1.00010101.ysy",
        "1.99991231.ysy",
        "1.20261201.yxy",
        "1.20261201.ysy_",
        "1.20261201.ysy_paDKp3",
        "1.20261201.ysy_xxDKp3.0.0",
        "1.20261201.ysy_paXXp3.0.0",
        "1.20261201.ysy_paSEp1.0.0",
        "1.20261201.ysy_paDKq3.0.0",
        "1.20261201.ysy_paDKp4.0.0",
        "1.20261201.ysy_paDKp2.0.0",
        "1.20261201.ysy_paDKp3.2027.0",
        "1.20261201.ysy_paDKp3.20271301.0",
        "1.20261201.ysy_fmSEp3.0.0",
        "1.20261201.ysy_fmFOp3.0.0",
        "1.20261201.ysy_fmZZp1.0.0",
        "1.20261201.ysy_hcDKp0.0.0",
        "1.20261201.ysy_hcDKp2.20270101.0",
        "1.20261201.nsy_paDKp3.0.0",
        "1.20261201.ysy_paZZp3.0.0",
        "1.20261201.ysy" + "_paDKp3.0.0" * 11,
        "1.20261201.ysy\n",
        "1.20261201.ysy_paDKp3.0.0\n",
        "1.2026-W01.ysy",
        "1.2026W011.ysy",
        "1.２０２６1201.ysy",
        "1.20261201.ysy_paDKp3.２０２６1201.0",
        "１.20261201.ysy",
        "1.20261201.ysy" + "x" * 100_000,
        "1.20261201.ysy\x00",
        "<script>alert(1)</script>",
    ],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(LinkUnreadable) as refused:
        read(text)
    assert str(refused.value) == ""


@pytest.mark.parametrize(("year", "beyond"), [(1900, -1), (2199, 1)])
def test_the_first_and_the_last_year_are_read_and_none_beyond(year, beyond):
    assert read(f"1.{year}0601.ysy").on == date(year, 6, 1)
    with pytest.raises(LinkUnreadable):
        read(f"1.{year + beyond}0601.ysy")


def test_an_altered_link_is_refused_or_says_what_it_says():
    rng = Random(7)
    signs = "019.ynaspctDKGLZx_-é"
    refused = 0
    for answers, _rules in cases(300):
        link = written(answers)
        for _ in range(10):
            at = rng.randrange(len(link))
            altered = link[:at] + rng.choice(signs) + link[at + rng.randint(0, 1) :]
            try:
                assert written(read(altered)) == altered
            except LinkUnreadable:
                refused += 1
    assert refused > 1_000
