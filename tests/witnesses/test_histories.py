"""Whatever happens in whatever order, the ledger holds no illegal history and splits no person.

Late entries, reversals, linked persons and a new key in the middle, step by step against a second
implementation. A full run leads 100,000 histories.
"""

import os
import sys

import pytest

from tests.servers import IS_FULL
from tests.witnesses.histories import Findings, fresh_keys, lead_histories, stock
from tests.witnesses.history_oracle import Figures, Oracle, Row

SEED = int(os.environ.get("HISTORY_SEED", "20261123"))
HISTORIES = {
    ("sqlite", False): 1_500,
    ("postgresql", False): 300,
    ("sqlite", True): 100_000,
    ("postgresql", True): 10_000,
}
DROP_THE_GUARD = {
    "postgresql": "DROP TRIGGER witness_quota ON witnesses_witnessing",
    "sqlite": "DROP TRIGGER witness_quota",
}


@pytest.fixture
def keys(tmp_path, settings):
    keys = fresh_keys(tmp_path)
    settings.KEYS_FILE = keys
    return keys


def led(database, keys, *, count: int) -> Findings:
    with database.opened():
        return lead_histories(stock(keys), count=count, seed=SEED)


def test_no_illegal_history_is_accepted_no_legal_one_refused_and_nobody_split(fresh_database, keys):
    count = HISTORIES[fresh_database.vendor, IS_FULL]

    findings = led(fresh_database, keys, count=count)

    sys.stdout.write(
        f"histories on {fresh_database.vendor}, seed {SEED}: {dict(findings.counted)}" + "\n"
    )
    assert not findings.wrong, findings.examples
    for what in ("witnessing", "reversal", "stray link"):
        for outcome in ("accepted", "refused"):
            assert findings.counted[f"{what} {outcome}"] > count / 100
    assert findings.counted["link accepted"] > count / 2


def test_control_without_the_guard_illegal_histories_get_in(fresh_database, keys):
    with fresh_database.opened(as_owner=True) as connection, connection.cursor() as cursor:
        cursor.execute(DROP_THE_GUARD[fresh_database.vendor])
    findings = led(fresh_database, keys, count=100)
    assert findings.wrong["illegal accepted"] > 5
    assert set(findings.wrong) == {"illegal accepted"}


def oracle(*days: int, unit: str = "witnessings") -> Oracle:
    rows = [Row(1, 10 + place, day) for place, day in enumerate(days)]
    return Oracle((Figures(-1000, unit, 3, 120, 2),), rows=rows)


@pytest.mark.once
def test_the_oracle_knows_the_edges_of_a_window():
    assert not oracle(0, 60, 120).may_witness(1, 99, 120)
    assert oracle(0, 60, 120).may_witness(1, 99, 121)
    assert not oracle(0, 60, 120).may_witness(1, 99, 60)
    assert oracle(121, 150, 241).may_witness(1, 99, 0)
    assert not oracle(120, 150, 240).may_witness(1, 99, 240)
    assert oracle(0, 0, 0).may_witness(2, 99, 0)


@pytest.mark.once
def test_the_oracle_counts_persons_and_numbers_of_one_person_once():
    known = oracle(0, 1, 2, unit="persons")
    assert known.may_witness(1, 10, 3)
    assert not known.may_witness(1, 99, 3)
    known.link(10, 11)
    assert known.may_witness(1, 99, 3)
    known.link(1, 99)
    assert not known.may_witness(1, 99, 500)
    assert not known.may_witness(99, 1, 500)


@pytest.mark.once
def test_the_oracle_links_only_the_first_of_two_groups_that_two_found_to_be_one():
    known = oracle()
    known.link(1, 2)
    known.link(3, 4)
    assert not known.may_link(3, 1)
    known.approved.add(frozenset((2, 4)))
    assert known.may_link(3, 1)
    assert not known.may_link(1, 3)
    assert not known.may_link(4, 2)
    assert not known.may_link(5, 1)


@pytest.mark.once
def test_the_oracle_gives_back_what_was_reversed_twice_in_a_window():
    known = oracle(0, 0, 0, 121)
    for row, on in zip(known.rows[:2], (0, 120), strict=True):
        assert known.may_reverse(row, on)
        row.reversed_on = on
    assert known.may_witness(1, 99, 0)
    assert not known.may_reverse(known.rows[2], 120)
    assert known.may_reverse(known.rows[2], 121)
    assert not known.may_reverse(known.rows[3], 120)
