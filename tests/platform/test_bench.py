"""The bench measures, tells noise from a pass, and prints what it promises."""

import itertools
import json
import subprocess
import sys
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from borgerservice.bench import data
from borgerservice.bench.report import Bound, Row, as_json, as_svg, as_table, counted
from borgerservice.bench.rounds import NothingMeasured, Ratios, compare
from tests.rig.databases import ROOT
from tests.servers import IS_FULL

MUST = Bound(">=", 0.40)
MEASURED = {"witness": "W3", **({"availability": "W1a", "earliest": "W1b"} if IS_FULL else {})}
IN_JSON = ["id", "metric", "database", "value", "must", "goal", "verdict"]


def figures(*rates):
    """A part that measures these rates, one after the other, and then from the start again."""
    return itertools.cycle(rates).__next__


def ratio_of(product, ceiling, *, rounds=3):
    told = []
    found = compare(
        {"ceiling": ceiling, "product": product},
        {"ratio": ("product", "ceiling")},
        rounds=rounds,
        tell=told.append,
    )
    return found["ratio"], told


@pytest.mark.parametrize(
    ("rounds", "verdict"),
    [
        pytest.param((0.44, 0.45, 0.46), "pass", id="quiet and above the bound"),
        pytest.param((0.34, 0.35, 0.36), "fail", id="quiet and below the bound"),
        pytest.param((0.39, 0.50, 0.60), "noisy", id="above the bound, but too far apart"),
        pytest.param((0.30, 0.35, 0.45), "noisy", id="one of them above, too far apart"),
        pytest.param((0.10, 0.20, 0.39), "fail", id="too far apart, and all of them below"),
        pytest.param((0.40, 0.40, 0.40), "pass", id="on the bound"),
    ],
)
def test_noise_is_said_in_place_of_a_pass(rounds, verdict):
    assert Ratios(rounds).verdict(MUST) == verdict


def test_the_middle_of_the_rounds_counts_and_each_round_has_a_ceiling_of_its_own():
    ratio, told = ratio_of(figures(50, 60, 100), figures(100, 100, 200))
    assert ratio.rounds == (0.5, 0.6, 0.5)
    assert ratio.value == 0.5
    assert len(told) == 6


def test_what_is_noisy_is_measured_three_times_and_no_more():
    noisy, told = ratio_of(figures(50, 100, 10), figures(100))
    assert noisy.is_noisy
    assert len(told) == 3 * 3 * 2


def test_what_was_noisy_once_may_be_quiet_the_second_time():
    ratio, told = ratio_of(figures(50, 100, 10, 50, 51, 52), figures(100))
    assert not ratio.is_noisy
    assert len(told) == 2 * 3 * 2


def test_fewer_than_three_rounds_are_three():
    assert len(ratio_of(figures(50), figures(100), rounds=1)[1]) == 3 * 2


def test_a_page_that_never_answers_is_an_error_and_no_ratio():
    with pytest.raises(NothingMeasured):
        ratio_of(figures(0), figures(100))


def test_the_workload_is_the_same_in_every_run():
    first = data.first_day(date(2026, 11, 22))
    assert first == date(2027, 6, 21)
    single = data.single(first, 60)
    assert len(single) == 4224
    assert single == data.single(first, 60)
    visits = list(data.national(first, 60, 3))
    assert visits == list(data.national(first, 60, 3))
    assert all(minute + length <= data.CLOSES for *_, minute, length in visits)


ROWS = [
    counted("W1a", "SQL statements", "sqlite", 1, must=Bound("<=", 2), goal=Bound("<=", 1)),
    counted("W2d", "of 50 at one place", "postgresql", 2, must=Bound("=", 1)),
    Row("W1a", "req/s / <ceiling>", "sqlite", 0.5, ">= 0.4", ">= 0.55", "noisy", "0.3 0.5 0.7"),
]


def test_the_json_says_for_each_figure_what_it_must_be_and_whether_it_is():
    assert json.loads(as_json(ROWS))["workloads"][1] == {
        "id": "W2d",
        "metric": "of 50 at one place",
        "database": "postgresql",
        "value": 2,
        "must": "= 1",
        "goal": "= 1",
        "verdict": "fail",
    }
    assert [list(row) for row in json.loads(as_json(ROWS))["workloads"]] == [IN_JSON] * 3


def test_the_table_shows_the_rounds_too():
    assert "0.3 0.5 0.7" in as_table(ROWS)
    assert "FAILED" in as_table(ROWS)


def test_the_picture_is_well_formed_and_names_every_figure():
    picture = ET.fromstring(as_svg(ROWS))  # noqa: S314 - our own
    texts = [node.text for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert any("W1a sqlite: req/s / <ceiling>" in text for text in texts)
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}rect"))) == 1 + len(ROWS)


@pytest.mark.once
def test_the_command_measures_on_a_database_of_its_own_and_prints_json_alone(tmp_path, rig):
    picture = tmp_path / "bench.svg"
    asked = [*MEASURED, "--database", "sqlite", "--scale", "small", "--json"]
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", *asked, "--svg", str(picture)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["workloads"]
    assert {row["id"] for row in rows} == {*MEASURED.values()}
    assert {row["database"] for row in rows} == {"sqlite"}
    assert all(list(row) == IN_JSON for row in rows)
    assert all(row["verdict"] in {"pass", "fail", "noisy"} for row in rows)
    assert next(row for row in rows if row["metric"].startswith("confirmed of 50"))["value"] == 1
    assert "round 1" in done.stderr
    ET.fromstring(picture.read_text())  # noqa: S314 - our own
