"""A demo of one's own: as `make run` shows it, in a folder that is gone afterwards."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

HOST: Final = "127.0.0.1"
MADE_BY: Final = ("migrate", "load_reference", "load_demo")
PATIENCE: Final = 60.0


class DemoFailed(RuntimeError):
    """The demo could not be made or started."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Where it is served, and the passwords of its staff."""

    address: str
    passwords: Mapping[str, str]


@contextmanager
def running_demo() -> Iterator[Demo]:
    """Make one, serve it, and end it. Raises DemoFailed."""
    with tempfile.TemporaryDirectory(prefix="borgerservice-pictures-") as folder:
        port = _free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "borgerservice.settings.dev",
            "BORGERSERVICE_VAR": folder,
            "PORT": str(port),
        }
        for command in MADE_BY:
            _run(command, environment)
        served = _start("serve", environment)
        try:
            _wait_for(port, served)
            yield Demo(f"http://{HOST}:{port}", _passwords(Path(folder) / "demo-passwords.txt"))
        finally:
            served.terminate()
            served.wait()


def _run(command: str, environment: Mapping[str, str]) -> None:
    made = _start(command, environment)
    if made.wait():
        raise DemoFailed(f"{command} failed for the demo.")


def _start(command: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - all ours
        [sys.executable, "manage.py", command],
        env=environment,
        cwd=settings.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for(port: int, served: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and served.poll() is None:
        try:
            with socket.create_connection((HOST, port)):
                return
        except OSError:
            time.sleep(0.2)
    raise DemoFailed("The demo did not start.")


def _passwords(file: Path) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in file.read_text().splitlines())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
