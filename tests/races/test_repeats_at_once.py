"""The same request four times at once books once, and all four are answered alike."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.races.load import DESKS, Load
from tests.rig.services import Server
from tests.servers import IS_FULL

SEED = 20261122
KEYS = 2000 if IS_FULL else 30
REPEATS, KEYS_AT_ONCE = 4, 4


def told(load: Load, names: list[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """What each request was answered: its key, the status and the reference."""

    def one(name: tuple[str, int]) -> tuple[str, int, str]:
        key, place = name
        answer = load.book_politely(key, load.starts[place // DESKS])
        return key, answer.status, answer.json().get("reference", "")

    with ThreadPoolExecutor(REPEATS * KEYS_AT_ONCE) as pool:
        return list(pool.map(one, names))


def test_a_key_has_one_effect_however_often_it_comes_at_once(server: Server) -> None:
    load = Load(server, seed=SEED)
    answers = told(load, [(f"key-{n}", n) for n in range(KEYS) for _ in range(REPEATS)])
    assert Counter(status for _key, status, _reference in answers) == {201: KEYS * REPEATS}
    by_key = {(key, reference) for key, _status, reference in answers}
    assert len(by_key) == KEYS
    load.acknowledged = dict(by_key)
    load.assert_all_is_right()


def test_without_a_key_of_its_own_each_would_book(server: Server) -> None:
    load = Load(server, seed=SEED)
    answers = told(load, [(f"key-{repeat}", 0) for repeat in range(REPEATS)])
    assert len({reference for _key, _status, reference in answers}) == REPEATS
    assert load.booked() == REPEATS
