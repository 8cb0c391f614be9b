"""Databases of a test's own: copies of a migrated template, never flushed, dropped at the end."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import environ
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker

from tests.rig.processes import DidNotStart, Process

ROOT = Path(__file__).resolve().parents[2]


class Engine(Protocol):
    """What `PostgreSQL` and `SQLite` both answer."""

    vendor: str

    def urls(self, label: str) -> dict[str, str]: ...
    def create(self, label: str, *, copy_of: str | None = None) -> None: ...
    def drop(self, label: str) -> None: ...
    def stop(self) -> None: ...


class Database:
    """One database and two ways into it: a process's environment, or this process's Django."""

    def __init__(self, engine: Engine, label: str, blocker: DjangoDbBlocker) -> None:
        self.vendor = engine.vendor
        self.env = engine.urls(label)
        self._blocker = blocker

    @contextmanager
    def opened(self, *, as_owner: bool = False) -> Iterator[BaseDatabaseWrapper]:
        """Point Django's default connection here, in this thread and in threads started within.

        Work as the application's role does: real commits, no wrapping transaction. With
        `as_owner`, PostgreSQL is entered as the role that owns the schema (DDL allowed). Other
        threads close what they opened: `connections.close_all()`.
        """
        settings = self._settings("MIGRATE_DATABASE_URL" if as_owner else "DATABASE_URL")
        before, settings_before = connections["default"], connections.settings["default"]
        with self._blocker.unblock():
            connections.settings["default"] = settings
            connections["default"] = connections.create_connection("default")
            try:
                yield connections["default"]
            finally:
                connections["default"].close()
                connections.settings["default"] = settings_before
                connections["default"] = before

    def _settings(self, variable: str) -> dict[str, object]:
        url = self.env.get(variable) or self.env["DATABASE_URL"]
        ours = connections.settings["default"]
        return {**ours, **environ.Env.db_url_config(url), "ENGINE": ours["ENGINE"]}


def manage(*arguments: str, env: dict[str, str], log: Path, seconds: float = 180) -> str:
    """Run `manage.py` as an operator would; return what it said, or raise with it."""
    command = Process([sys.executable, "manage.py", *arguments], log=log, env=env, cwd=ROOT)
    if command.child.wait(seconds) != 0:
        raise DidNotStart(f"manage.py {' '.join(arguments)}:\n{command.log()}")
    command.kill()
    return command.log()
