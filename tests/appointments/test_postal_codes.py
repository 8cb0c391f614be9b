"""The table of postal codes: made by hand, so held against what a slip of the hand would break."""

import csv
from itertools import pairwise

import pytest

from appointments.rules.distance import kilometres
from appointments.services.centres.reference import PLACES

pytestmark = pytest.mark.once
BOXES = {
    "0": (55.4, 55.9, 12.0, 12.8),
    "1": (55.6, 55.75, 12.45, 12.65),
    "2": (55.5, 56.0, 12.1, 12.7),
    "30": (55.9, 56.15, 12.4, 12.7),
    "31": (55.9, 56.15, 12.3, 12.6),
    "32": (55.9, 56.15, 12.0, 12.4),
    "33": (55.8, 56.1, 11.8, 12.3),
    "34": (55.8, 56.0, 12.2, 12.6),
    "35": (55.7, 55.9, 12.1, 12.5),
    "36": (55.7, 55.9, 11.9, 12.3),
    "37": (54.95, 55.35, 14.6, 15.2),
    "4": (54.5, 56.0, 10.9, 12.5),
    "5": (54.7, 55.7, 9.6, 11.0),
    "6": (54.8, 56.3, 8.0, 10.0),
    "7": (55.5, 57.2, 8.1, 10.1),
    "8": (55.7, 56.8, 9.3, 11.6),
    "9": (56.6, 57.8, 9.2, 11.1),
}
"""South, north, west and east of the codes that begin so."""


def rows(name):
    with (PLACES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_code_stands_once_in_order_and_lies_where_its_digits_say():
    codes = rows("postal_codes.csv")
    assert len(codes) > 400
    assert all(one["code"] < other["code"] for one, other in pairwise(codes))
    for row in codes:
        box = BOXES.get(row["code"][:2]) or BOXES[row["code"][0]]
        south, north, west, east = box
        assert south <= float(row["latitude"]) <= north, row
        assert west <= float(row["longitude"]) <= east, row


def test_every_centre_has_a_code_that_we_know():
    known = {row["code"] for row in rows("postal_codes.csv")}
    asked = {row["postal_code"] for row in rows("centres.csv")} - {""}
    assert asked <= known


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [("8000", "1050", 157), ("8000", "9000", 101), ("5000", "1050", 140), ("3700", "1050", 150)],
)
def test_known_ways_have_their_length(one, other, far):
    place = {
        row["code"]: (float(row["latitude"]), float(row["longitude"]))
        for row in rows("postal_codes.csv")
    }
    assert kilometres(place[one], place[other]) == pytest.approx(far, abs=6)
    assert kilometres(place[one], place[other]) == kilometres(place[other], place[one])
    assert kilometres(place[one], place[one]) == 0
