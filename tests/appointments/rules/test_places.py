"""What people type when they look for a town, and what they mean."""

import pytest

from appointments.rules.places import (
    danish_order,
    fold,
    is_asked_for,
    look_alikes,
    nearest_codes,
    postal_code_in,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("herning", "Herning"),
        ("HERN", "Herning"),
        ("  herning  kommune ", "Herning kommune"),
        ("aarhus", "Århus"),
        ("århus", "Aarhus"),
        ("arhus", "Aarhus"),
        ("kobenhavn", "København"),
        ("koebenhavn", "København"),
        ("kopenhagen", "København"),
        ("Copenhagen", "København"),
        ("elsinore", "Helsingør"),
        ("aero", "Ærø"),
        ("aeroe", "Ærø"),
        ("tönder", "Tønder"),
        ("hoje taastrup", "Høje-Taastrup"),
        ("Ikast Brande", "Ikast-Brande"),
        ("laeso", "Læsø"),
    ],
)
def test_a_town_is_found_however_it_is_typed(typed: str, meant: str) -> None:
    assert is_asked_for(typed, meant)


@pytest.mark.parametrize("typed", ["", "   ", "-", "Odense", "herning odense", "7400"])
def test_what_is_not_part_of_the_name_finds_nothing(typed: str) -> None:
    assert not is_asked_for(typed, "Herning")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7400", "7400"),
        ("7400 Herning", "7400"),
        ("DK-7400", "7400"),
        ("740", None),
        ("74000", None),
        ("6101901234", None),
        ("Herning", None),
    ],
)
def test_four_digits_alone_are_a_postal_code(typed: str, code: str | None) -> None:
    assert postal_code_in(typed) == code


def test_the_nearest_numbers_come_nearest_first_and_once() -> None:
    assert nearest_codes("7401", ["8000", "7400", "", "7400", "7500", "1602"], 2) == [
        "7400",
        "7500",
    ]


def test_a_slip_of_the_finger_has_a_likely_meaning() -> None:
    assert look_alikes("hernning", ["Herning", "Aarhus", "Hørsholm"], 3) == ["Herning"]
    assert look_alikes("qqqq", ["Herning", "Aarhus"], 3) == []


def test_names_are_sorted_as_danes_sort_them() -> None:
    names = ["Ærø", "Aabenraa", "Vejle", "Ølby", "Århus", "Albertslund"]
    assert sorted(names, key=danish_order) == [
        "Albertslund",
        "Vejle",
        "Ærø",
        "Ølby",
        "Aabenraa",
        "Århus",
    ]


def test_folding_takes_emoji_and_odd_scripts_without_complaint() -> None:
    assert fold("🏛️ Ålborg\u202e") == "alborg"
    assert fold("مركز") == "مركز"
