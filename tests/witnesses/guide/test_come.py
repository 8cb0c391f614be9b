"""Need I come at all: every path ends in an answer that says where it comes from."""

import tomllib

import pytest

from appointments.services.centres.reference import SERVICES
from witnesses.rules.guide.come import come_guide

pytestmark = pytest.mark.once
LANGUAGES = {"da", "en"}


def walks(path=""):
    """Every place the guide can lead to, with the path to it."""
    walk = come_guide().walk(path)
    yield walk
    if walk.question:
        for reply in walk.question.replies:
            yield from walks(walk.onward(reply.code))


def test_every_path_ends_in_an_answer():
    ends = [walk for walk in walks() if walk.ending]
    assert len(ends) == len(list(come_guide().paths())) > 20
    assert {walk.ending.key for walk in ends} == set(come_guide().endings)
    assert all(walk.understood for walk in walks())
    assert max(len(walk.steps) for walk in ends) <= 7


def test_every_answer_has_a_dated_source_and_both_languages():
    for ending in come_guide().endings.values():
        assert ending.sources, ending.key
        for source in ending.sources:
            assert source.between[0] <= source.between[1]
            assert source.url.startswith("https://"), ending.key
        for texts in (ending.title, ending.lines):
            assert set(texts) == LANGUAGES
            assert all(texts.values()), ending.key
        assert len(ending.lines["da"]) == len(ending.lines["en"]), ending.key


def test_every_question_stands_in_both_languages():
    for question in come_guide().questions.values():
        assert set(question.text) == LANGUAGES
        assert bool(question.hint["da"]) == bool(question.hint["en"])
        assert all(reply.text["da"] and reply.text["en"] for reply in question.replies)


def test_whoever_ends_has_somewhere_to_go():
    """A link, a number to call, a time to book, or a day to wait for."""
    for ending in come_guide().endings.values():
        assert ending.link or ending.support or ending.book or ending.key == "too_young"


def test_an_answer_books_only_what_can_be_booked():
    services = tomllib.loads(SERVICES.read_text(encoding="utf-8"))["service"]
    codes = {service["code"] for service in services}
    booked = {ending.book for ending in come_guide().endings.values() if ending.book}
    assert booked - {"any"} <= codes


def test_the_questions_lead_where_the_rules_say():
    def end(path):
        return come_guide().walk(path).ending.key

    assert end("new-me-yes-yes") == "app"
    assert end("new-child-no") == "too_young"
    assert end("new-me-yes-no-no") == "book_new"
    assert end("new-me-yes-no-yes") == "ask_support_first"
    assert end("locked-no-yes-yes") == "support_or_bank"
    assert end("code-no") == "book_again"
    assert end("display-no") == "book_device"
    assert end("help") == "power_of_attorney"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("new-me-maybe", "new-me"),
        ("new-me-yes-yes-yes", "new-me-yes-yes"),
        ("New", ""),
        ("<script>", ""),
        ("new--me", "new"),
        ("-" * 5000, ""),
        ("new-" * 5000, "new"),
        ("new\x00", ""),
    ],
)
def test_a_path_that_is_none_leads_as_far_as_it_makes_sense(path, kept):
    walk = come_guide().walk(path)
    assert (walk.path, walk.understood) == (kept, False)
