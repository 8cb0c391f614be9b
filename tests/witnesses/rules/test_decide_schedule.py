"""Lines that name no rule set, decided under the schedule of a real database."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.witnesses.rules.builders import case, line

ROOT = Path(__file__).resolve().parents[3]


def test_at_the_start_one_set_is_in_force_for_every_date(rig):
    lines = []
    for on in ("0001-01-01", "1990-01-01", "2026-04-15", "9999-12-31"):
        facts = case(on=on)
        del facts["rule_set"]
        lines.append(line(facts) + b"\n")
    with rig.fresh_database(empty=True) as database:
        done = subprocess.run(
            [sys.executable, "manage.py", "decide"], input=b"".join(lines), capture_output=True,
            cwd=ROOT, check=False, timeout=120, env={**os.environ, **database.env},
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    given = [json.loads(text) for text in done.stdout.splitlines()]
    assert [one["rule_set"] for one in given] == ["mitid-2022"] * 4


def test_an_installation_that_was_never_migrated_has_the_schedule_of_the_start(rig):
    facts = case(on="2026-04-15")
    del facts["rule_set"]
    rig.engine.create("unmigrated")
    done = subprocess.run(
        [sys.executable, "manage.py", "decide"], input=line(facts) + b"\n", capture_output=True,
        cwd=ROOT, check=False, timeout=120, env={**os.environ, **rig.engine.urls("unmigrated")},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["rule_set"] == "mitid-2022"
