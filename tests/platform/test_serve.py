"""`manage.py serve`, which `make run` ends with: both processes, their end, and what it tells."""

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from borgerservice.install import KeysLost, ensure_secrets
from tests.rig.databases import ROOT, manage
from tests.rig.processes import DidNotStart, Process, free_port

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def env(tmp_path_factory, rig):
    """What `make run` starts with, in a folder of its own."""
    folder = tmp_path_factory.mktemp("installation")
    ours = {"DATABASE_URL", "MIGRATE_DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    env = {
        **{name: value for name, value in os.environ.items() if name not in ours},
        "DJANGO_SETTINGS_MODULE": "borgerservice.settings.dev",
        "BORGERSERVICE_VAR": str(folder / "var"),
        "PORT": str(free_port()),
    }
    ensure_secrets(folder / "var")
    migrated = rig.engine.urls(rig.migrated)["DATABASE_URL"].removeprefix("sqlite:///")
    shutil.copy(migrated, folder / "var" / "borgerservice.sqlite3")
    return env


@pytest.fixture
def served(env, tmp_path):
    process = Process(
        [sys.executable, "manage.py", "serve"], log=tmp_path / "serve.log", env=env, cwd=ROOT
    )
    process.wait_until(lambda: answer(env) == b"ready")
    yield process
    process.stop()


def answer(env):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/readyz", timeout=5).read()
    except OSError:
        return b""


def page(address):
    try:
        return urllib.request.urlopen(address, timeout=5).read().decode()
    except OSError:
        return ""


def sweeps(process):
    """The sweeps that live; one that has just died has no command line any more."""
    found = []
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "sweep" in child.cmdline():
                found.append(child)
    return found


def test_it_says_where_its_secrets_lie_and_keeps_one_sweep_going_until_it_ends(served, env):
    said = served.log()
    folder = Path(env["BORGERSERVICE_VAR"])
    assert f"http://127.0.0.1:{env['PORT']}/" in said
    assert str(folder / "demo-passwords.txt") in said
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("keys.json", "secrets.json"):
        assert str(folder / name) in said
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o400

    mitid = re.search(r"Demo of MitID +(\S+)", said)[1]
    served.wait_until(lambda: "Demo af MitID" in page(mitid))

    (first,) = sweeps(served)
    time.sleep(5)
    first.kill()
    served.wait_until(lambda: [child.pid for child in sweeps(served)] not in ([], [first.pid]))
    assert len(sweeps(served)) == 1
    served.wait_until(lambda: "started again" in served.log())

    assert_everything_ends_together(served, env, signal.SIGTERM)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGHUP, marks=pytest.mark.full)]
)
def test_everything_ends_together(served, env, number):
    assert_everything_ends_together(served, env, number)


def assert_everything_ends_together(served, env, number):
    family = psutil.Process(served.pid).children(recursive=True)
    assert len(family) >= 4
    os.kill(served.pid, number)
    served.child.wait(20)
    _gone, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert answer(env) == b""


def test_a_taken_port_is_said_in_a_sentence(env, tmp_path):
    with (
        socket.create_server(("127.0.0.1", int(env["PORT"]))),
        pytest.raises(DidNotStart, match="Name another: PORT=8123 make run") as refusal,
    ):
        manage("serve", env=env, log=tmp_path / "serve.log")
    assert "Traceback" not in str(refusal.value)


def test_keys_are_not_remade_beside_a_database(tmp_path):
    before = ensure_secrets(tmp_path)
    assert ensure_secrets(tmp_path) == before
    (tmp_path / "borgerservice.sqlite3").touch()
    for name in ("keys.json", "secrets.json"):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        with pytest.raises(KeysLost, match="missing beside a database"):
            ensure_secrets(tmp_path)
        (tmp_path / name).write_bytes(kept)
    assert ensure_secrets(tmp_path) == before
