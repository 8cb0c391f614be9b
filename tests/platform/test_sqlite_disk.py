"""What is committed to a SQLite file is on the disk before anybody hears of it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, connection, connections, transaction

from borgerservice.database.sqlite import base
from borgerservice.municipalities.models import Region
from tests.servers import Database

pytestmark = pytest.mark.only("sqlite")
NORMAL, FULL = 1, 2


class Disk:
    """What was flushed, and what could be done and seen meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.seen: list[int] = []
        self._flush = base._to_the_disk
        monkeypatch.setattr(base, "_to_the_disk", self)

    def __call__(self, file: int) -> None:
        name = connection.settings_dict["NAME"]
        assert os.path.samestat(os.fstat(file), log().stat())
        with closing(sqlite3.connect(name, timeout=0, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            count = "SELECT count(*) FROM municipalities_region WHERE name = 'Prøve'"
            self.seen.append(another.execute(count).fetchone()[0])
            another.execute("ROLLBACK")
        self._flush(file)
        self.said.append("on the disk")


def log() -> Path:
    return Path(f"{connection.settings_dict['NAME']}-wal")


def add() -> None:
    Region.objects.create(name="Prøve")


def waits_for_the_disk() -> int:
    return connection.cursor().execute("PRAGMA synchronous").fetchone()[0]


def test_it_is_on_the_disk_before_anybody_is_told_and_the_next_may_write_meanwhile(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.opened():
        disk = Disk(monkeypatch)
        with transaction.atomic():
            add()
            assert waits_for_the_disk() == NORMAL
            transaction.on_commit(lambda: disk.said.append("told"))
            assert disk.said == []
        assert disk.said == ["on the disk", "told"]
        assert disk.seen == [1]


@pytest.mark.parametrize("ending", ["kept", "undone", "refused"])
def test_a_statement_alone_waits_for_the_disk_itself(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    with fresh_database.opened():
        assert waits_for_the_disk() == FULL
        if ending == "refused":
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
            with closing(sqlite3.connect(connection.settings_dict["NAME"])) as stranger:
                stranger.execute("BEGIN IMMEDIATE")
                with pytest.raises(OperationalError), transaction.atomic():
                    add()
        else:
            with transaction.atomic():
                add()
                transaction.set_rollback(ending == "undone")
        assert waits_for_the_disk() == FULL


def test_a_disk_that_fails_is_told_of(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: int) -> None:
        raise OSError(5, "Input/output error")

    with fresh_database.opened():
        monkeypatch.setattr(base, "_to_the_disk", fail)
        with pytest.raises(OSError, match="output error"), transaction.atomic():
            add()
        assert waits_for_the_disk() == FULL


def test_the_log_that_is_flushed_is_the_one_that_is_written(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever closes a file last removes its log; who comes next begins another."""
    with fresh_database.opened():
        disk = Disk(monkeypatch)
        for opened in (1, 2):
            with transaction.atomic():
                Region.objects.filter(name="Prøve").delete()
                add()
            connections.close_all()
            assert not log().exists()
            assert disk.said == opened * ["on the disk"]
