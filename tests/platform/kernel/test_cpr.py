"""No number stands in this file: each is put together of a date and a serial when a test runs."""

import copy
import json
import pickle
import traceback
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerservice.kernel.cpr import (
    MASK,
    CprNumber,
    ImpossibleCprNumber,
    holds_cpr_number,
    normalise_number,
)

BORN = "010185"
REPLACED = "670285"
SERIAL = "1234"
ALPHABETS = ("0", "\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7d8")


def in_digits_of(zero: str, digits: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in digits)


@pytest.mark.parametrize(
    ("seventh", "years"),
    [
        *[(digit, {0: 1900, 36: 1936, 37: 1937, 57: 1957, 58: 1958, 99: 1999}) for digit in "0123"],
        ("4", {0: 2000, 36: 2036, 37: 1937, 57: 1957, 58: 1958, 99: 1999}),
        *[(digit, {0: 2000, 36: 2036, 37: 2037, 57: 2057, 58: 1858, 99: 1899}) for digit in "5678"],
        ("9", {0: 2000, 36: 2036, 37: 1937, 57: 1957, 58: 1958, 99: 1999}),
    ],
)
def test_the_seventh_digit_and_the_year_tell_the_century(seventh, years):
    for short, year in years.items():
        number = CprNumber.parse(f"2101{short:02}{seventh}087")
        assert number.birth_date == date(year, 1, 21)


@pytest.mark.parametrize(
    ("born", "seventh", "birth_date", "is_replacement"),
    [
        ("010185", "0", date(1985, 1, 1), False),
        ("311285", "0", date(1985, 12, 31), False),
        ("610185", "0", date(1985, 1, 1), True),
        ("670285", "0", date(1985, 2, 7), True),
        ("911285", "0", date(1985, 12, 31), True),
        ("290200", "4", date(2000, 2, 29), False),
        ("890200", "4", date(2000, 2, 29), True),
    ],
)
def test_a_replacement_number_has_a_day_raised_by_sixty(born, seventh, birth_date, is_replacement):
    number = CprNumber.parse(f"{born}{seventh}123")
    assert number.birth_date == birth_date
    assert number.is_replacement is is_replacement


def test_no_number_is_refused_for_its_last_digit():
    for last in range(10):
        assert CprNumber.parse(f"{BORN}123{last}").birth_date == date(1985, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("anna", id="a name"),
        pytest.param(BORN + SERIAL[:3], id="nine digits"),
        pytest.param(BORN + SERIAL + "5", id="eleven digits"),
        pytest.param(BORN + "12X4", id="a letter"),
        pytest.param("000185" + SERIAL, id="day 0"),
        pytest.param("320185" + SERIAL, id="day 32"),
        pytest.param("600185" + SERIAL, id="day 60"),
        pytest.param("920185" + SERIAL, id="day 92"),
        pytest.param("010085" + SERIAL, id="month 0"),
        pytest.param("011385" + SERIAL, id="month 13"),
        pytest.param("310485" + SERIAL, id="31 April"),
        pytest.param("290285" + SERIAL, id="29 February 1985"),
        pytest.param("290200" + SERIAL, id="29 February 1900"),
        pytest.param("890285" + SERIAL, id="29 February 1985 as a replacement"),
    ],
)
def test_a_number_nobody_can_have_is_refused_without_an_echo(text):
    with pytest.raises(ImpossibleCprNumber) as refusal:
        CprNumber.parse(text)
    assert refusal.value.code == "impossible_cpr_number"
    assert refusal.value.__context__ is None
    assert not any(char.isdigit() for char in f"{refusal.value!r}{refusal.value}")
    told = "".join(traceback.format_exception_only(refusal.value))
    assert not text or text not in told


@pytest.mark.parametrize("zero", ALPHABETS)
@pytest.mark.parametrize(
    "between",
    ["", "-", " ", " - ", "\u00a0", "\u202f", "\u2011", "\u2013", "\u2212", "\u200b", "/"],
)
def test_every_spelling_of_a_number_is_the_same_person(zero, between):
    spelled = in_digits_of(zero, BORN) + between + in_digits_of(zero, SERIAL)
    assert CprNumber.parse(f" {spelled}\u00a0") == CprNumber(BORN + SERIAL)


def test_the_constructor_takes_plain_digits_only():
    with pytest.raises(ImpossibleCprNumber):
        CprNumber(f"{BORN}-{SERIAL}")
    with pytest.raises(ImpossibleCprNumber):
        CprNumber(in_digits_of("\u0660", BORN + SERIAL))


@given(
    st.lists(
        st.sampled_from(
            [*"0123456789", BORN, SERIAL, *" -.,:;/_aZæ\u00b2\u200b\uff10\u0660", "; "]
        ),
        max_size=30,
    )
)
def test_a_text_is_looked_through_as_if_all_of_it_were_normalised(parts):
    text = "".join(parts)
    digits = normalise_number(text)
    is_one = [_can_be_one(digits[first : first + 10]) for first in range(max(0, len(digits) - 9))]
    assert holds_cpr_number(text) is any(is_one)


def _can_be_one(ten):
    if not (ten.isascii() and ten.isdecimal()):
        return False
    return (int(ten[:2]) - 1) % 60 < 31 and int(ten[:2]) % 60 > 0 and 1 <= int(ten[2:4]) <= 12


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    once = normalise_number(text)
    assert normalise_number(once) == once


def test_a_number_shows_itself_to_nobody():
    number = CprNumber.parse(BORN + SERIAL)
    shown = [repr(number), str(number), f"{number}", f"{number:>20}", "%s %r" % (number, number)]  # noqa: UP031
    shown += [repr([number]), repr({"cpr": number})]
    for text in shown:
        assert not any(char.isdigit() for char in text)
    assert str(number) == MASK
    assert not hasattr(number, "__dict__")


def test_a_number_is_not_stored_or_sent_by_accident():
    number = CprNumber.parse(BORN + SERIAL)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps(number, protocol)
    with pytest.raises(TypeError):
        json.dumps(number)
    with pytest.raises(TypeError):
        iter(number)
    with pytest.raises(TypeError):
        number.__getstate__()


def test_a_number_does_not_change():
    number = CprNumber.parse(BORN + SERIAL)
    with pytest.raises(AttributeError):
        number._digits = BORN + "0000"
    with pytest.raises(AttributeError):
        del number._digits
    assert copy.copy(number) is number
    assert copy.deepcopy([number])[0] is number


def test_the_vault_reads_the_digits_and_equal_numbers_are_one():
    number = CprNumber.parse(f"{BORN}-{SERIAL}")
    assert number.digits == BORN + SERIAL
    assert {number, CprNumber(BORN + SERIAL)} == {number}
    assert number != CprNumber.parse(REPLACED + SERIAL)
    assert number != BORN + SERIAL


@pytest.mark.parametrize("born", [BORN, REPLACED, "311299", "911299", "010100"])
@pytest.mark.parametrize("zero", ALPHABETS)
@pytest.mark.parametrize(
    "between",
    ["", "-", "/", " ", ".", " - ", "\u00a0", "\u2011", "\u200b", "\u202e", "\u20e3", "\n"],
)
def test_a_cpr_number_is_seen_in_any_spelling(born, zero, between):
    spelled = in_digits_of(zero, born) + between + in_digits_of(zero, SERIAL)
    assert holds_cpr_number(f"Anna {spelled}, tak")
    assert holds_cpr_number(between.join(in_digits_of(zero, born + SERIAL)))
    assert holds_cpr_number(f"nr.9{spelled}7")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna Jensen",
        "張偉",
        "\u0645\u062d\u0645\u062f",
        "20 12 34 56",
        "+45 20 12 34 56",
        "0045 20 12 34 56",
        "kl. 10.30 den 12.05.2026",
        pytest.param(BORN + "123", id="nine digits"),
        pytest.param("000185" + SERIAL, id="day 0"),
        pytest.param("320185" + SERIAL, id="day 32"),
        pytest.param("600185" + SERIAL, id="day 60"),
        pytest.param("920185" + SERIAL, id="day 92"),
        pytest.param("011385" + SERIAL, id="month 13"),
        pytest.param("010085" + SERIAL, id="month 0"),
        pytest.param("010185 og 1234", id="a word between the digits"),
    ],
)
def test_a_phone_number_and_a_date_are_no_cpr_number(text):
    assert not holds_cpr_number(text)


@given(st.dates(date(1858, 1, 1), date(2057, 12, 31)), st.integers(0, 9999), st.booleans())
def test_whatever_can_be_parsed_is_also_seen_in_a_text(born, serial, replaced):
    number = f"{born.day + 60 * replaced:02}{born:%m%y}{serial:04}"
    try:
        parsed = CprNumber.parse(number)
    except ImpossibleCprNumber:  # 29 February in the other century
        assert (born.day, born.month) == (29, 2)
    else:
        assert (parsed.birth_date.day, parsed.birth_date.month) == (born.day, born.month)
    assert holds_cpr_number(number)
