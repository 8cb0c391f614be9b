"""The fourth witnessing is refused by the database itself, whoever inserts it and in what order.

The oracle below is a second reading of the rule and shares nothing with the product's.
"""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection

from tests.builders import build_world
from tests.platform.raw import Ledger, day, execute, refused, schedule
from witnesses.models import Witnessing

pytestmark = pytest.mark.django_db
TABLE = "witnesses_witnessing"


@pytest.fixture
def ledger():
    return Ledger(build_world())


@pytest.fixture
def witness(ledger):
    return ledger.person("witness")


def count(witness):
    return Witnessing.unscoped.filter(witness=witness).count()


@pytest.mark.parametrize(
    ("before", "on"),
    [
        pytest.param([0, 0, 0], 0, id="four on one day"),
        pytest.param([0, 60, 119], 120, id="on the last day that counts"),
        pytest.param([0, 60, 120], 1, id="recorded late, in the middle"),
        pytest.param([0, 60, 120], 0, id="recorded late, on the first day"),
        pytest.param([10, 60, 120], 0, id="back-dated before the others"),
        pytest.param([1, 60, 121], 61, id="a span that holds it, not the one that ends with it"),
        pytest.param([0, 1, 2], 120, id="after a long pause, within the window"),
    ],
)
def test_a_fourth_witnessing_within_120_days_is_refused(ledger, witness, before, on):
    for earlier in before:
        ledger.add(witness, day(earlier))
    with refused("witness_quota"):
        ledger.add(witness, day(on))
    assert count(witness) == 3


@pytest.mark.parametrize(
    ("before", "on"),
    [
        pytest.param([0, 60], 120, id="the third"),
        pytest.param([0, 60, 120], 121, id="the first day after"),
        pytest.param([0, 60, 120], 181, id="two have fallen out"),
        pytest.param([121, 150, 241], 0, id="back-dated, just before the window"),
        pytest.param([0, 0, 0], 121, id="three on one day, free again"),
    ],
)
def test_a_legal_witnessing_is_accepted(ledger, witness, before, on):
    for earlier in before:
        ledger.add(witness, day(earlier))
    ledger.add(witness, day(on))
    assert count(witness) == len(before) + 1


def test_another_witness_has_a_quota_of_their_own(ledger, witness):
    for earlier in (0, 0, 0):
        ledger.add(witness, day(earlier))
    ledger.add(ledger.person("somebody else"), day(0))


def test_the_unit_is_what_the_schedule_says(ledger, witness):
    schedule("persons", rule_set="by-persons")
    ledger.rule_set = "by-persons"
    for earlier in (0, 1, 2, 3):
        ledger.add(witness, day(earlier), applicant="the same")
    ledger.add(witness, day(4), applicant="a second")
    ledger.add(witness, day(5), applicant="a third")
    with refused("witness_quota"):
        ledger.add(witness, day(6), applicant="a fourth")


def test_the_figures_are_those_in_force_on_the_day_of_the_meeting(ledger, witness):
    schedule("witnessings", rule_set="stricter", at_most=1, since=day(10))
    another = ledger.person("another")
    ledger.add(witness, day(8))
    ledger.add(witness, day(9))
    ledger.rule_set = "stricter"
    with refused("limit reached"):
        ledger.add(witness, day(10))
    with refused("not the rule set in force"):
        ledger.add(another, day(9))
    ledger.add(another, day(10))


def test_nobody_is_their_own_witness(ledger, witness):
    with refused("witness_is_somebody_else"):
        ledger.add(witness, day(0), applicant_id=witness.pk)


def test_the_ledger_row_is_of_the_municipality_that_proved(ledger, witness):
    elsewhere = build_world(code="0751", name="Aarhus")
    with refused("of another municipality"):
        ledger.add(witness, day(0), municipality_id=elsewhere.municipality.pk)
    with refused("(?i)not[ -]null|another municipality"):
        ledger.add(witness, day(0), municipality_id=None)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    "on",
    [
        "2026-11-31",
        "2026-1-5",
        "20261123",
        "2026-11-23 00:00:00",
        "2026-11-23T00:00",
        "now",
        "+2026-11-23",
        b"2026-11-23",
        2461367.5,
        20261123,
        None,
    ],
)
def test_a_date_that_would_not_count_is_refused(ledger, witness, on):
    with refused("odd format|not the rule set in force"):
        ledger.add(witness, day(0), on_date=on)


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("on", ["infinity", "10000-01-01", "-infinity", "0044-03-15 BC"])
@pytest.mark.parametrize("column", ["on_date", "recorded_on"])
def test_a_date_that_nobody_could_read_is_refused(ledger, witness, column, on):
    with refused("no day of the calendar"):
        ledger.add(witness, day(0), late_reason="system_down", **{column: on})
    assert count(witness) == 0


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
def test_no_spelling_of_insert_makes_room(ledger, witness, verb):
    cases = [ledger.add(witness, day(earlier)) for earlier in (0, 1, 2)]
    for changed in ("id", "proofing_id"):
        with refused("append-only|witness_quota"):
            execute(
                f"{verb} INTO {TABLE} (id, witness_id, applicant_id, on_date, municipality_id,"
                " proofing_id, rule_set, recorded_at)"
                " SELECT CASE WHEN %s = 'id' THEN id END, witness_id, applicant_id, '2026-12-01',"
                " municipality_id, proofing_id, rule_set, recorded_at"
                f" FROM {TABLE} WHERE proofing_id = %s",
                changed,
                cases[0],
            )
    assert count(witness) == 3


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_stale_snapshot_may_not_count(fresh_database, level):
    with fresh_database.opened():
        ledger = Ledger(build_world())
        witness = ledger.person("witness")
        with connection.cursor() as cursor:
            cursor.execute(f"SET default_transaction_isolation = '{level.lower()}'")
        with refused("stale snapshot"):
            ledger.add(witness, day(0))
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_isolation = 'read committed'")
        ledger.add(witness, day(0))


@pytest.mark.only("postgresql")
@pytest.mark.parametrize("table", [TABLE, "witnesses_rulesetinforce"])
def test_a_temporary_table_of_the_same_name_does_not_blind_the_guard(ledger, witness, table):
    for earlier in (0, 1, 2):
        ledger.add(witness, day(earlier))
    execute(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
    if table != TABLE:
        execute(
            f"INSERT INTO pg_temp.{table} (id, rule_set, in_force_from, quota_at_most, quota_days,"
            " quota_unit, reversals_at_most, created_at) SELECT id, rule_set, in_force_from, 30000,"
            f" quota_days, quota_unit, reversals_at_most, created_at FROM public.{table}"
        )
    with refused("witness_quota"):
        execute(
            f"INSERT INTO public.{TABLE} (witness_id, applicant_id, on_date, municipality_id,"
            " proofing_id, rule_set, recorded_at, recorded_on, late_reason) SELECT witness_id,"
            " applicant_id, on_date, municipality_id, proofing_id, rule_set, recorded_at,"
            f" recorded_on, late_reason FROM public.{TABLE} LIMIT 1"
        )


def breaks_the_law(days, unit):
    """Whether some 120 days (both ends counted) hold more than three; `days` is (day, person)."""
    for start in range(
        min(number for number, _ in days) - 120, max(number for number, _ in days) + 1
    ):
        inside = [who for number, who in days if start <= number <= start + 120]
        if len(set(inside) if unit == "persons" else inside) > 3:
            return True
    return False


def test_the_oracle_can_say_no():
    assert breaks_the_law([(0, "a"), (120, "b"), (3, "c"), (60, "d")], "persons")
    assert not breaks_the_law([(0, "a"), (121, "b"), (3, "c"), (60, "d")], "persons")
    assert not breaks_the_law([(0, "a"), (1, "a"), (3, "a"), (60, "b")], "persons")


@pytest.mark.parametrize("unit", ["witnessings", "persons"])
@pytest.mark.parametrize("seed", range(4))
def test_the_guard_and_an_independent_oracle_agree_on_random_histories(ledger, unit, seed):
    schedule(unit, rule_set=f"by-{unit}")
    ledger.rule_set = f"by-{unit}"
    chance = random.Random(seed)
    for name in "abcde":
        ledger.person(name)
    verdicts = []
    for name in range(6):
        witness = ledger.person(f"witness {name}")
        history = []
        for _ in range(14):
            new = (chance.randrange(260), chance.choice("abcde"))
            is_legal = not breaks_the_law([*history, new], unit)
            verdicts.append(is_legal)
            if is_legal:
                ledger.add(witness, day(new[0]), applicant=new[1])
                history.append(new)
            else:
                with refused("limit reached"):
                    ledger.add(witness, day(new[0]), applicant=new[1])
        assert count(witness) == len(history)
    assert True in verdicts
    assert False in verdicts


def test_spans_count_days_of_the_calendar_over_both_changes_of_the_clock(ledger, witness):
    spring = date(2027, 3, 27)
    days = [spring + timedelta(days=number) for number in (0, 60, 119)]
    assert all(later > earlier for earlier, later in pairwise(days))
    for on in days:
        ledger.add(witness, on)
    with refused("limit reached"):
        ledger.add(witness, spring + timedelta(days=120))
    ledger.add(witness, spring + timedelta(days=121))
