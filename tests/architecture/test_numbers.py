"""No number that could be somebody's CPR number lies in the project.

Tests and demo use day + 60, the form of a replacement number, which no register gives a citizen as
a CPR number.
"""

import re
from datetime import date

import pytest

from tests.architecture.tree import files, named

SHAPED = re.compile(rb"(?<![\w.+/-])(\d\d)(\d\d)(\d\d)[- ]?(\d{4})(?![\w])")
BINARY = {".png", ".jpg", ".ico", ".woff2", ".mo", ".sqlite3", ".pyc"}


def cpr_numbers_in(text):
    found = []
    for match in SHAPED.finditer(text):
        day, month, year = (int(match[place]) for place in (1, 2, 3))
        try:
            date(2000 + year if year < 27 else 1900 + year, month, day)
        except ValueError:
            continue
        found.append(match[0].decode())
    return found


def test_no_cpr_number_is_in_the_tree():
    found = {
        named(path): numbers
        for path in files()
        if path.suffix not in BINARY and (numbers := cpr_numbers_in(path.read_bytes()))
    }
    assert found == {}


@pytest.mark.parametrize("spelling", ["{}-{}", "{} {}", "{}{}", "CPR {}-{}.", "({}{})", "'{}-{}'"])
def test_the_search_would_find_one(spelling):
    birth, rest = "0101" + "90", "12" + "34"
    assert cpr_numbers_in(spelling.format(birth, rest).encode())
    assert not cpr_numbers_in(spelling.format("6101" + "90", rest).encode())
