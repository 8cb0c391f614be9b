import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.names import NameRefused, clean_person_name

BORN, REPLACED, SERIAL = "010185", "670285", "1234"


@pytest.mark.parametrize(
    "name",
    [
        "Anna Jensen",
        "Å",
        "O'Neill",
        "D\u2019Angelo",
        "Anne-Marie Sjælland",
        "Nguyễn Thị Ánh",
        "محمد عبد الله",
        "张伟",
        "李",
        "Мария",
        "שרה",
        "ศิริพร",
        "நளினி",
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        "ශ්\u200dරී",
        "Jens Jensen d. 3.",
        "X Æ A-12",
    ],
)
def test_a_name_of_any_alphabet_is_kept_as_it_is(name):
    name = unicodedata.normalize("NFC", name)
    assert clean_person_name(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("  Anna\t \n Jensen ", "Anna Jensen", id="spaces"),
        pytest.param("Anna\u00a0Jensen\u3000", "Anna Jensen", id="other spaces"),
        pytest.param("A\u030ase", "Åse", id="a composed letter"),
        pytest.param("Anna\u202e\u2066 Jensen\u200f", "Anna Jensen", id="direction marks"),
        pytest.param("An\u200bna\ufeff\u00ad", "Anna", id="zero width"),
        pytest.param("An\u200cn\u200da", "Anna", id="joiners where no spelling needs them"),
        pytest.param("Anna \u0645a\u200c\u0645", "Anna \u0645a\u0645", id="a joiner on one side"),
        pytest.param("An\x00n\x1ba\x7f", "Anna", id="controls"),
        pytest.param("An\ud800na\ue000", "Anna", id="half a character and a private one"),
        pytest.param("Anna\u3164\u2800", "Anna", id="blanks that pass for letters"),
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="markup is text"),
        pytest.param("Anna 😀", "Anna 😀", id="a smile"),
    ],
)
def test_a_name_is_tidied_of_what_nobody_sees(typed, kept):
    assert clean_person_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param(" \t\u00a0\n", "empty", id="spaces"),
        pytest.param("\u200b\u202e\u3164\x00", "empty", id="nothing anybody sees"),
        pytest.param("😀", "not_a_name", id="a smile"),
        pytest.param("12345", "not_a_name", id="digits"),
        pytest.param("-'.", "not_a_name", id="signs"),
        pytest.param("a" * 101, "too_long", id="101 letters"),
        pytest.param("a" * 10_000, "too_long", id="10,000 letters"),
        pytest.param("a\u0301\u0316" * 400, "too_long", id="a tower of accents"),
        pytest.param(f"Anna {BORN}-{SERIAL}", "looks_like_cpr", id="a number"),
        pytest.param(f"{BORN}{SERIAL}", "looks_like_cpr", id="a number alone"),
        pytest.param(f"Anna {REPLACED} {SERIAL}", "looks_like_cpr", id="a replacement number"),
        pytest.param(f"Anna {'.'.join(BORN)}/{SERIAL}", "looks_like_cpr", id="dots"),
        pytest.param(
            "Anna \uff10\uff11\uff10\uff11\uff18\uff15" + SERIAL, "looks_like_cpr", id="wide"
        ),
        pytest.param(
            "Anna \u0660\u0661\u0660\u0661\u0668\u0665-" + SERIAL, "looks_like_cpr", id="Arabic"
        ),
        pytest.param(f"Anna {BORN}\x00\u200b{SERIAL}", "looks_like_cpr", id="hidden between"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused_without_an_echo(typed, code):
    with pytest.raises(NameRefused) as refusal:
        clean_person_name(typed)
    assert refusal.value.code == code
    assert refusal.value.field == "name"
    assert refusal.value.params == {"limit": 100}
    assert str(refusal.value) == code


def test_a_hundred_characters_are_the_longest_name():
    assert clean_person_name("a" * 100) == "a" * 100
    assert clean_person_name("  " + "å" * 100 + "  ") == "å" * 100


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_a_name_once_tidied_stays_as_it_is(text):
    try:
        name = clean_person_name(text)
    except NameRefused:
        return
    assert clean_person_name(name) == name
    assert 0 < len(name) <= 100
    assert name.encode()
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cs", "Co"}
