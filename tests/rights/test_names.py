"""Whose name it is, among those who share a visit."""

import pytest

from borgerservice.rights.names import is_same_name, meant


@pytest.mark.once
@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Amina Hassan", "amina  hassan", True),
        ("Amina Hassan", "Amina Noor Hassan", True),
        ("Amina", "Amina Hassan", True),
        ("Amina Hassan", "Hassan", False),
        ("Amina Hassan", "Omar Hassan", False),
        ("Amina Hassan", "Amina Jensen", False),
        ("", "Amina", False),
        ("Amina", "", False),
    ],
)
def test_the_first_name_is_the_same_and_the_rest_is_left_out_at_most(one, other, is_same):
    assert is_same_name(one, other) is is_same
    assert is_same_name(other, one) is is_same


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "names", "whose"),
    [
        ("Amina Hassan", ["Amina Noor Hassan", "Bo Jensen"], {0}),
        ("Amina Hassan", ["Amina Noor Hassan", "amina  Hassan"], {1}),
        ("Amina Hassan", ["Amina Noor Hassan", "Amina Hassan Berg"], set()),
        ("Amina Hassan", ["Amina Hassan", "Amina Hassan"], set()),
        ("Amina", ["Amina Hassan", "Amina Noor"], set()),
        ("", ["", ""], set()),
    ],
)
def test_where_more_than_one_may_be_meant_nobody_is(name, names, whose):
    assert meant(name, dict(enumerate(names))) == whose
