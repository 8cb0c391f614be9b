"""SQLite databases as files, with the same questions answered as by `PostgreSQL`."""

import sqlite3
from contextlib import closing
from pathlib import Path


class SQLite:
    """A folder of databases."""

    vendor = "sqlite"

    def __init__(self, scratch: Path) -> None:
        self._folder = scratch / "databases"
        self._folder.mkdir(mode=0o700)

    def urls(self, label: str) -> dict[str, str]:
        """What a process's environment needs to work on a database."""
        return {"DATABASE_URL": f"sqlite:///{self._file(label)}"}

    def create(self, label: str, *, copy_of: str | None = None) -> None:
        """A database, empty or a copy."""
        if copy_of:
            with (
                closing(sqlite3.connect(self._file(copy_of))) as source,
                closing(sqlite3.connect(self._file(label))) as copy,
            ):
                source.backup(copy)

    def drop(self, label: str) -> None:
        """Remove a database."""
        for end in ("", "-wal", "-shm", "-bell"):
            Path(f"{self._file(label)}{end}").unlink(missing_ok=True)

    def stop(self) -> None:
        """The files go with the scratch folder."""

    def _file(self, label: str) -> Path:
        return self._folder / f"{label}.sqlite3"
