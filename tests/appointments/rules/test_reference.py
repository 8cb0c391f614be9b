import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.reference import SYMBOLS, normalise_reference, reference_from
from borgerservice.kernel.cpr import holds_cpr_number

draws = st.binary(min_size=16, max_size=32)
SMALLEST = reference_from(bytes(16))


def test_a_reference_is_ten_characters_in_three_groups():
    assert SMALLEST == "B222-B222-B2"


@given(draws)
def test_a_reference_can_be_read_out_on_the_phone(randomness):
    reference = reference_from(randomness)
    assert re.fullmatch(r"[A-Z]...-[A-Z]...-[A-Z].", reference)
    assert set(reference) <= {*SYMBOLS, "-"}
    assert not set("01OIULYAE") & set(reference)


@given(draws, st.from_regex(r"\A[0-9]{0,9}\Z"), st.from_regex(r"\A[0-9]{0,8}\Z"))
def test_a_reference_never_looks_like_a_cpr_number(randomness, before, after):
    reference = reference_from(randomness)
    assert not holds_cpr_number(f"{before} {reference}")
    assert not holds_cpr_number(f"{reference} {after}")


@given(draws, st.sampled_from(["", " ", "-", "\u00a0", "\u2011", ".", "\u200b"]))
def test_a_reference_typed_carelessly_is_still_found(randomness, between):
    reference = reference_from(randomness)
    typed = between.join(f" {reference.lower()}\n")
    assert normalise_reference(typed) == reference
    wide = "".join(chr(ord(char) + 0xFEE0) for char in reference)
    assert normalise_reference(wide) == reference


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("O222B222B2", "Q222-B222-B2"),
        ("0222B222B2", "Q222-B222-B2"),
        ("i222b222b2", "J222-B222-B2"),
        ("B212B222B2", "B272-B222-B2"),
        ("u222b222b2", "V222-B222-B2"),
    ],
)
def test_a_character_no_reference_holds_is_read_as_the_one_it_resembles(typed, meant):
    assert normalise_reference(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "B222",
        "B222-B222-B22",
        "2222-B222-B2",
        "B222-B222-BÆ",
        "x" * 100_000,
        "B222B222B2" + 100 * " ",
    ],
)
def test_what_cannot_be_a_reference_is_none(typed):
    assert normalise_reference(typed) is None


@given(st.text(max_size=40))
def test_anything_typed_is_a_reference_or_none(text):
    found = normalise_reference(text)
    assert found is None or normalise_reference(found) == found


def test_references_spread_over_all_they_can_be():
    made = {reference_from(number.to_bytes(16, "big")) for number in range(20_000)}
    assert len(made) == 20_000
    for place in (0, 5, 10):
        assert len({reference_from(n.to_bytes(16, "big") * 2)[place] for n in range(4000)}) == 19


def test_a_reference_takes_enough_randomness():
    with pytest.raises(ValueError, match="sixteen"):
        reference_from(bytes(15))
