"""The guide's file: what it says is what is asked, and one that is not whole is refused."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from witnesses.rules.figures import Source
from witnesses.rules.guide.come import Ending, Question, Reply, come_guide
from witnesses.rules.tables import RuleSetUnreadable

pytestmark = pytest.mark.once
SMALL = """
first = "first"

[sources.page]
title = "A page"
publisher = "mitid.dk"
dated = "2024"

[questions.first]
text = { da = "Først?", en = "First?" }
hint = { da = "Ja.", en = "Yes." }
replies = [
  { code = "yes", to = "second", text = { da = "Ja", en = "Yes" } },
  { code = "no", to = "bare", text = { da = "Nej", en = "No" } },
]

[questions.second]
text = { da = "Så?", en = "Then?" }
replies = [{ code = "on", to = "whole", text = { da = "Videre", en = "On" } }]

[answers.whole]
title = { da = "Kom", en = "Come" }
lines = { da = ["En.", "To."], en = ["One.", "Two."] }
link = "https://www.mitid.dk/~a?b=c"
link_text = { da = "Se", en = "See" }
support = true
book = "new_mitid"
brings = true
sources = ["page"]

[answers.bare]
title = { da = "Bliv", en = "Stay" }
lines = { da = ["Nej."], en = ["No."] }
sources = ["page"]
"""
PAGE = Source("A page", "mitid.dk", "2024", "", "mitid.dk: A page (2024)")


def guide_of(folder: Path, text: str):
    file = folder / "come.toml"
    file.write_text(text, encoding="utf-8")
    return come_guide(file)


def test_the_guide_is_what_its_file_says(tmp_path: Path):
    guide = guide_of(tmp_path, SMALL)
    assert guide.questions["first"] == Question(
        key="first",
        text={"da": "Først?", "en": "First?"},
        hint={"da": "Ja.", "en": "Yes."},
        replies=(
            Reply("yes", {"da": "Ja", "en": "Yes"}, "second"),
            Reply("no", {"da": "Nej", "en": "No"}, "bare"),
        ),
    )
    assert guide.endings["whole"] == Ending(
        key="whole",
        title={"da": "Kom", "en": "Come"},
        lines={"da": ("En.", "To."), "en": ("One.", "Two.")},
        link="https://www.mitid.dk/~a?b=c",
        link_text={"da": "Se", "en": "See"},
        support=True,
        book="new_mitid",
        brings=True,
        sources=(PAGE,),
    )
    assert list(guide.paths()) == [("first", "second", "whole"), ("first", "bare")]


def test_what_a_file_leaves_out_is_empty(tmp_path: Path):
    guide = guide_of(tmp_path, SMALL)
    nothing = {"da": "", "en": ""}
    assert guide.questions["second"].hint == nothing
    bare = guide.endings["bare"]
    assert (bare.link, bare.link_text, bare.book) == ("", nothing, "")
    assert (bare.support, bare.brings) == (False, False)


def test_each_step_leads_back_to_the_one_before(tmp_path: Path):
    guide = guide_of(tmp_path, SMALL)
    walk = guide.walk("yes-on")
    assert [(step.question.key, step.reply.code, step.before) for step in walk.steps] == [
        ("first", "yes", ""),
        ("second", "on", "yes"),
    ]
    assert [guide.walk(path).before for path in ("", "yes", "yes-on")] == ["", "", "yes"]
    assert (walk.question, walk.ending) == (None, guide.endings["whole"])
    assert (guide.walk("").question, guide.walk("").ending) == (guide.questions["first"], None)


def test_what_every_visitor_is_asked_from_cannot_be_changed(tmp_path: Path):
    guide = guide_of(tmp_path, SMALL)
    question, ending = guide.questions["first"], guide.endings["bare"]
    for one, name in (
        (guide, "first"),
        (question, "text"),
        (question.replies[0], "to"),
        (ending, "link"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, "")
    for texts in (guide.questions, guide.endings, question.text, question.hint, ending.lines):
        with pytest.raises(TypeError):
            texts["da"] = ""


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ('to = "second"', 'to = "nowhere"', "questions.first.yes: leads nowhere"),
        ('to = "whole"', 'to = "second"', "questions.second: goes in a circle"),
        ('to = "whole"', 'to = "first"', "questions.first: goes in a circle"),
        ('to = "second"', 'to = "bare"', "second: is reached by no path"),
        ("[questions.second]", "[questions.bare]", "answers: has the key of a question"),
        ('first = "first"', 'first = "bare"', "first: is none of the questions"),
        (', en = "First?"', "", "questions.first.text.en: is missing"),
        ('text = { da = "Så?", en = "Then?" }', "", "questions.second.text: is missing"),
        ('link_text = { da = "Se", en = "See" }', "", "answers.whole.link_text: is missing"),
        ('title = { da = "Bliv", en = "Stay" }', "", "answers.bare.title: is missing"),
        ('sources = ["page"]', "", "answers.whole.sources: is missing"),
        (
            'sources = ["page"]',
            'sources = ["page", "rumour"]',
            "answers.whole.sources: is none of the file's sources",
        ),
        (
            'dated = "2024"',
            'dated = "lately"',
            "sources.page.dated: must be a year, month or day, or two with a stroke between",
        ),
        ('code = "no"', 'code = "yes"', "questions.first.replies: have one code twice"),
        (
            'code = "no"',
            'code = "no-no"',
            "questions.first.replies[1].code: must be lower-case letters",
        ),
        (
            'code = "no"',
            'code = "No"',
            "questions.first.replies[1].code: must be lower-case letters",
        ),
        ("support = true", 'support = "yes"', "answers.whole.support: must be true or false"),
        ("brings = true", "brings = 1", "answers.whole.brings: must be true or false"),
        (
            "https://www",
            "javascript://www",
            "answers.whole.link: must be an address that begins with https://",
        ),
        (
            "~a?b=c",
            "a b",
            "answers.whole.link: must be an address that begins with https://",
        ),
        ('["One.", "Two."]', "[]", "answers.whole.lines.en: must be a list of texts, at least one"),
        (
            '["One.", "Two."]',
            '"One."',
            "answers.whole.lines.en: must be a list of texts, at least one",
        ),
        (
            '["One.", "Two."]',
            '["One.", " "]',
            "answers.whole.lines.en: must be a list of texts, at least one",
        ),
        (
            '["One.", "Two."]',
            '["One.", 2]',
            "answers.whole.lines.en: must be a list of texts, at least one",
        ),
    ],
)
def test_a_file_that_is_not_whole_is_refused_and_says_where(tmp_path: Path, there, instead, told):
    assert there in SMALL
    with pytest.raises(RuleSetUnreadable) as refused:
        guide_of(tmp_path, SMALL.replace(there, instead, 1))
    assert str(refused.value) == f"come.{told}"


@pytest.mark.parametrize(
    ("beside", "where"),
    [
        ('first = "first"', "come"),
        ("[questions.second]", "come.questions.second"),
        ('code = "yes",', "come.questions.first.replies[0]"),
        ('text = { da = "Først?",', "come.questions.first.text"),
        ("[answers.bare]", "come.answers.bare"),
        ('lines = { da = ["Nej."],', "come.answers.bare.lines"),
        ("[sources.page]", "come.sources.page"),
    ],
)
def test_a_word_that_nothing_asks_for_is_refused(tmp_path: Path, beside, where):
    """One misspelt would else be left out, and nobody would see it."""
    assert beside in SMALL
    misspelt = "suport = true," if beside.endswith(",") else "\nsuport = true"
    with pytest.raises(RuleSetUnreadable) as refused:
        guide_of(tmp_path, SMALL.replace(beside, f"{beside} {misspelt}", 1))
    assert str(refused.value) == f"{where}: does not know suport"


def test_a_file_that_cannot_be_read_at_all_is_refused_by_its_name(tmp_path: Path):
    with pytest.raises(RuleSetUnreadable, match=r"\Acome\.toml: .*line 1"):
        guide_of(tmp_path, "first = \n")
