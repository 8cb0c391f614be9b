"""The words of the rules in every language: its own where it has them, else English."""

from datetime import date

import pytest

from witnesses.rules.wording import texts_held, words_in

pytestmark = pytest.mark.once


def test_a_language_says_its_own_words_and_english_ones_for_the_rest():
    german = words_in("de")
    assert german.say("documents.passport") == "Reisepass"
    assert german.say("account.not_confirmed") == "The identity is not confirmed."
    assert german.day(date(2026, 12, 1)) == "1 December 2026"


def test_danish_and_english_hold_all_they_say():
    for language in ("da", "en"):
        assert dict(words_in(language).texts) == texts_held(language)


@pytest.mark.parametrize(
    ("language", "either", "listed"),
    [
        ("da", "a, b eller c", "a, b, c"),
        ("de", "a, b oder c", "a, b, c"),
        ("ar", "a، b أو c", "a، b، c"),
    ],
)
def test_names_in_a_row_are_joined_as_the_language_does(language, either, listed):
    words = words_in(language)
    assert words.either(["a", "b", "c"]) == either
    assert words.either(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == listed


def test_a_citizen_is_spoken_to_and_staff_are_told():
    key = "account.not_confirmed"
    assert words_in("en").say(key) == "The identity is not confirmed."
    assert words_in("en", to_citizen=True).say(key) == "We could not confirm your identity."
    assert words_in("de", to_citizen=True).say(key) == "We could not confirm your identity."
    assert words_in("en", to_citizen=True).say("documents.passport") == "passport"


def test_what_is_told_at_length_is_danish_or_english():
    told = {language: words_in(language).language for language in ("da", "en", "de", "xx")}
    assert told == {"da": "da", "en": "en", "de": "en", "xx": "en"}
    assert texts_held("xx") == {}


def test_the_words_that_all_read_cannot_be_changed():
    with pytest.raises(TypeError):
        words_in("en").texts["documents.passport"] = ""
