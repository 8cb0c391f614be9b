"""`make test` runs its parts at once, and each of them counts."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.rig.at_once import AT_MOST
from tests.rig.databases import ROOT

pytestmark = pytest.mark.once
AT_ONCE = [sys.executable, "-m", "tests.rig.at_once"]


def test_what_they_say_stands_in_order_and_one_failure_fails_all():
    done = subprocess.run(
        [*AT_ONCE, "sleep 1; echo the slow one", "echo the quick one; exit 3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.index("\nthe slow one\n") < done.stdout.index("\nthe quick one\n")
    assert "passed in 0 min 01 s: sleep 1" in done.stdout
    assert "FAILED in 0 min 00 s: echo the quick one" in done.stdout


def test_what_failed_is_named_again_at_the_very_end():
    broken = "echo 'FAILED tests/a.py::test_this - it broke'; echo much more; exit 1"
    done = subprocess.run(
        [*AT_ONCE, broken, "echo 'FAILED is a word here'", "echo no such file; exit 2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    last_lines = done.stdout.splitlines()[-2:]
    assert last_lines == ["FAILED tests/a.py::test_this - it broke", "no such file"]


def test_no_more_run_at_once_than_there_are_processors_for_and_each_has_its_turn(tmp_path):
    one = f"cd {tmp_path}; mkdir $$; echo one of $(ls | wc -l); sleep 0.5; rmdir $$"
    done = subprocess.run(
        [*AT_ONCE, *[one] * (AT_MOST + 2)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen = [int(number) for number in re.findall(r"^one of (\d+)$", done.stdout, re.MULTILINE)]
    assert len(seen) == AT_MOST + 2
    assert max(seen) <= AT_MOST


def test_whoever_interrupts_them_waits_until_they_have_cleaned_up(tmp_path):
    cleans_up = f"trap 'sleep 0.5; touch {tmp_path}/clean; exit' INT; touch {tmp_path}/ready; while sleep 0.1; do :; done"
    with subprocess.Popen([*AT_ONCE, cleans_up], cwd=ROOT, stdout=subprocess.DEVNULL) as command:
        while not (tmp_path / "ready").exists():
            time.sleep(0.05)
        os.kill(command.pid, signal.SIGTERM)
        assert command.wait(30) == 130
    assert (tmp_path / "clean").exists()
