import pytest

from borgerservice.kernel.cpr import CprNumber
from witnesses.rules.numbers import ImpossiblePCode, PCode, number_kind


@pytest.mark.parametrize("written", ["12345678", "1234 5678", " 12-34-56-78 ", "１２３４５６７８"])
def test_a_p_code_is_read_however_it_is_written(written):
    assert PCode.parse(written).digits == "12345678"


@pytest.mark.parametrize("written", ["", "1234567", "123456789", "1234567a", "6101901234"])
def test_what_is_no_p_code_is_refused_without_repeating_it(written):
    with pytest.raises(ImpossiblePCode) as refused:
        PCode.parse(written)
    assert str(refused.value) == "impossible_p_code"
    assert refused.value.__context__ is None


def test_a_p_code_shows_itself_to_nobody():
    code = PCode("12345678")

    for shown in (str(code), repr(code), f"{code}", f"{code!r}"):
        assert "1234" not in shown
    assert (str(code), repr(code)) == ("********", "PCode(********)")


def test_only_plain_digits_make_a_p_code_that_nobody_spelt():
    with pytest.raises(ImpossiblePCode):
        PCode("１２３４５６７８")


def test_p_codes_are_compared_by_their_digits_and_with_nothing_else():
    assert PCode("12345678") == PCode("12345678")
    assert PCode("12345678") != PCode("12345679")
    assert PCode("12345678") != "12345678"
    assert len({PCode("12345678"), PCode.parse("1234-5678")}) == 1


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (CprNumber("6101901234"), "replacement"),
        (CprNumber("9112901234"), "replacement"),
        (CprNumber("3112" + "901234"), "cpr"),
        (PCode("12345678"), "p_code"),
    ],
)
def test_the_three_kinds_of_number_are_told_apart(number, kind):
    assert number_kind(number) == kind
