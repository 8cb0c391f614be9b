"""T1, the ceiling of a booking: one row counted up under a guard and one row added, committed.

PostgreSQL does it in one statement; SQLite in the shortest transaction there is. Both write
through to the disk, as the product does.
"""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

from borgerservice.bench.clients import Attempt

ROWS = 20_000
GUARDED = (
    "WITH u AS (UPDATE counter SET taken = taken + 1 WHERE id = %s AND taken < most RETURNING id)"
    " INSERT INTO entry (counter, who) SELECT id, %s FROM u"
)
SQLITE_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE counter (id integer PRIMARY KEY, taken int NOT NULL DEFAULT 0,
  most int NOT NULL DEFAULT 1000000, CHECK (taken <= most));
CREATE TABLE entry (id integer PRIMARY KEY, counter int, who text,
  at text DEFAULT current_timestamp);
"""


class Ceiling:
    """The database that T1, and the site beside the product, work on."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            with closing(sqlite3.connect(self._file)) as connection, connection:
                connection.executescript(SQLITE_TABLES)
                numbers = ((number,) for number in range(1, ROWS + 1))
                connection.executemany("INSERT INTO counter (id) VALUES (?)", numbers)
            return
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(
                "CREATE TABLE counter (id int PRIMARY KEY, taken int NOT NULL DEFAULT 0,"
                " most int NOT NULL DEFAULT 1000000, CHECK (taken <= most))"
            )
            server.execute(
                "CREATE TABLE entry (id bigserial PRIMARY KEY, counter int NOT NULL,"
                " who text NOT NULL, at timestamptz DEFAULT now())"
            )
            server.execute("INSERT INTO counter (id) SELECT generate_series(1, %s)", [ROWS])
            server.execute("VACUUM ANALYZE counter")

    @property
    def _file(self) -> str:
        return urlsplit(self.url).path

    def client(self, number: int) -> Attempt:
        """A connection that does T1 on a row picked at random."""
        pick = _picker(number)
        return self._sqlite_client(pick) if self.is_sqlite else self._server_client(pick)

    def _server_client(self, pick: Callable[[], int]) -> Attempt:
        cursor = psycopg.connect(self.url, autocommit=True).cursor()

        def attempt() -> str:
            cursor.execute(GUARDED, (pick(), "c"), prepare=True)
            return "done"

        return attempt

    def _sqlite_client(self, pick: Callable[[], int]) -> Attempt:
        connection = sqlite3.connect(self._file, isolation_level=None, timeout=30)
        connection.execute("PRAGMA synchronous = FULL")

        def attempt() -> str:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "UPDATE counter SET taken = taken + 1 WHERE id = ? AND taken < most", (pick(),)
            )
            connection.execute("INSERT INTO entry (counter, who) VALUES (1, 'c')")
            connection.execute("COMMIT")
            return "done"

        return attempt


def _picker(number: int) -> Callable[[], int]:
    chance = random.Random(number)  # noqa: S311 - a workload, repeated
    return lambda: chance.randint(1, ROWS)
