"""A municipality's colour: contrast as WCAG counts it, and nothing but a colour in a stylesheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.look import carries_white, colour_in, contrast, stylesheet

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#0b5a34", "#0b5a34"),
        (" 0B5A34 ", "#0b5a34"),
        ("#fa0", "#ffaa00"),
        ("green", None),
        ("#0b5a3", None),
        ("#0b5a34;}", None),
        ("url(x)", None),
        ("#٠b5a34", None),
        ("", None),
    ],
)
def test_a_colour_is_read_however_its_digits_are_written_and_nothing_else_is(text, colour):
    assert colour_in(text) == colour


def test_contrast_is_what_the_guidelines_say_it_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert carries_white("#767676") == pytest.approx(4.54, abs=0.005)  # the usual grey edge
    assert carries_white("#777777") == pytest.approx(4.48, abs=0.005)


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_contrast_is_the_same_both_ways_and_never_less_than_one(one, other):
    a, b = f"#{one:06x}", f"#{other:06x}"
    assert contrast(a, b) == contrast(b, a)
    assert 1 <= contrast(a, b) <= 21


@given(st.integers(0, 0xFFFFFF))
def test_the_pressed_button_is_never_harder_to_read(colour):
    accent = f"#{colour:06x}"
    darker = stylesheet(accent).split("background-color: ")[2][:7]
    assert carries_white(darker) >= carries_white(accent)
    assert stylesheet("") == ""
