"""Whose name it is, among those who share a visit."""

import pytest

from borgerservice.rights.names import is_same_name


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
