"""Five hundred bots from fifty networks and two hundred people go for three hundred places."""

import pytest
from pytest_django.fixtures import Settings

from tests.appointments.market import LONGEST_RETURN, a_day, retaken

pytestmark = [pytest.mark.django_db, pytest.mark.once]  # what chance gives whom, not what SQL does
REDUCED = {"bots": 100, "networks": 10, "people": 40, "desks": 5}
WHOLE = {"bots": 500, "networks": 50, "people": 200, "desks": 25}
SEEDS = (20261122, 20261123, 20261124)
MOST, NEARLY_ALL = 1.2, 0.95


@pytest.fixture
def as_shipped(settings: Settings) -> None:
    settings.BOOKING_LIMITS = {"start": (60, 600), "centre": (5, 86400), "contact": (20, 86400)}


def test_bots_get_little_more_than_their_share(as_shipped: None) -> None:
    outcome = a_day(**REDUCED, seed=SEEDS[0])
    assert outcome.given > NEARLY_ALL
    assert outcome.times_their_share <= MOST, outcome


def test_without_the_limit_they_get_nearly_all(as_shipped: None, settings: Settings) -> None:
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "centre": (10**9, 86400)}
    assert a_day(**REDUCED, seed=SEEDS[0]).times_their_share > MOST


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
def test_five_hundred_bots_get_little_more_than_their_share(as_shipped: None, seed: int) -> None:
    outcome = a_day(**WHOLE, seed=seed)
    assert outcome.given > NEARLY_ALL
    assert outcome.times_their_share <= MOST, outcome


def tries(count: int, *, patience: int, returns_slowly: bool = True, asks: float = 0.0) -> int:
    """How often a reseller gets the place back."""
    return sum(
        retaken(patience=patience, waiting=50, seed=seed, returns_slowly=returns_slowly, asks=asks)
        for seed in range(count)
    )


@pytest.mark.parametrize("count", [pytest.param(10), pytest.param(100, marks=pytest.mark.full)])
def test_a_place_given_back_for_a_buyer_on_the_phone_is_not_got_again(
    as_shipped: None, count: int
) -> None:
    assert tries(count, patience=10) <= count * 5 / 100


@pytest.mark.parametrize("count", [pytest.param(6), pytest.param(100, marks=pytest.mark.full)])
def test_who_looks_for_hours_does_not_get_it_where_three_in_ten_ask_to_be_told(
    as_shipped: None, count: int
) -> None:
    assert tries(count, patience=LONGEST_RETURN, asks=0.3) <= count * 5 / 100


def test_who_looks_for_hours_gets_it_where_nobody_asks(as_shipped: None) -> None:
    assert tries(3, patience=LONGEST_RETURN) == 3


def test_a_place_that_comes_back_at_once_is(as_shipped: None) -> None:
    assert tries(3, patience=10, returns_slowly=False) == 3
