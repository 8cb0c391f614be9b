"""A crowd at the last places: every place is given out once, whatever door they come through.

The bitmap's guarded UPDATE and the database's own guard each hold alone. With both away the same
crowd is sold more than there is.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.races.crowd import Crowd, overlaps, winners
from tests.servers import IS_FULL, Rig

SEED = 20261122
PLACES, CLIENTS, EACH = (100, 200, 50) if IS_FULL else (10, 12, 10)
REFUSED = {200, 409}
"""The clerk's page comes back with the reason; the others say it with the status."""
NO_BITMAP = {"GUNICORN_CMD_ARGS": "--config=tests/races/unguarded.py", "PAUSE_SECONDS": "0.1"}


@contextmanager
def crowd(rig: Rig, env: dict[str, str] | None = None) -> Iterator[Crowd]:
    with rig.fresh_database() as database, rig.serve(database, env=env) as server:
        yield Crowd(server, places=PLACES, seed=SEED)


def assert_each_place_is_given_out_once(crowd: Crowd) -> None:
    tries = crowd.attempt(CLIENTS, EACH)
    assert {one.status for one in tries if not one.won} <= REFUSED
    assert len(tries) == CLIENTS * EACH
    assert winners(tries) == dict.fromkeys(crowd.places, 1)
    booked = crowd.booked()
    assert len(booked) == PLACES
    assert overlaps(booked) == 0
    told = {one.won for one in tries if one.won}
    assert len(told) == PLACES


def test_of_many_at_the_last_places_each_is_given_out_once_and_to_somebody(rig: Rig) -> None:
    with crowd(rig) as many:
        assert_each_place_is_given_out_once(many)
        assert many.differences() == 0


def test_the_bitmap_holds_alone(rig: Rig) -> None:
    with crowd(rig) as many:
        many.drop_the_constraint()
        assert_each_place_is_given_out_once(many)
        assert many.differences() == 0


def test_the_database_holds_alone(rig: Rig) -> None:
    with crowd(rig, NO_BITMAP) as many:
        assert_each_place_is_given_out_once(many)


def test_with_both_away_more_is_sold_than_there_is(rig: Rig) -> None:
    with crowd(rig, NO_BITMAP) as many:
        many.drop_the_constraint()
        many.attempt(CLIENTS, EACH)
        booked = many.booked()
        assert len(booked) > PLACES
        assert overlaps(booked) > 0
