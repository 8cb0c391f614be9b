"""MitID in production: set up whole, or not there; half of it stops the start."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.production.installation import environment
from tests.rig.databases import ROOT

pytestmark = pytest.mark.once

SAY = "from borgerservice.settings import production as p; print(p.MITID_BROKER, p.MITID['levels'])"
WHOLE = {
    "MITID_ISSUER": "https://broker.example",
    "MITID_CLIENT_ID": "us",
    "MITID_CLIENT_SECRET": "a-secret",
    "MITID_NUMBER_CLAIM": "cprNumberIdentifier",
    "MITID_LEVEL_CLAIM": "loa",
    "MITID_LEVELS": json.dumps({"NSIS_SUBSTANTIAL": "substantial"}),
}


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    base = {name: value for name, value in os.environ.items() if not name.startswith("MITID")}
    broker = SimpleNamespace(url="redis://127.0.0.1/0")
    ours = environment(tmp_path_factory.mktemp("env"), broker=broker, sms_url="https://sms.example")
    database = "postgres://app@127.0.0.1/x"
    return {**base, **ours, "DATABASE_URL": database, "MIGRATE_DATABASE_URL": database}


def started(env, mitid):
    command = [sys.executable, "-c", SAY]
    return subprocess.run(
        command, env=env | mitid, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_without_a_broker_the_step_is_off(env):
    assert started(env, {}).stdout.startswith(" {")


def test_a_broker_that_is_set_up_whole_is_used(env):
    said = started(env, WHOLE).stdout
    assert said.startswith("borgerservice.adapters.mitid.oidc.OidcBroker")
    assert "NSIS_SUBSTANTIAL" in said


@pytest.mark.parametrize("name", WHOLE)
def test_one_that_is_set_up_in_part_stops_the_start_and_says_what_lacks(env, name):
    answer = started(env, {**WHOLE, name: ""})
    assert answer.returncode != 0
    assert f"  {name}: " in answer.stderr


def test_a_level_we_do_not_know_stops_the_start(env):
    answer = started(env, {**WHOLE, "MITID_LEVELS": json.dumps({"x": "certain"})})
    assert "MITID_LEVELS" in answer.stderr
