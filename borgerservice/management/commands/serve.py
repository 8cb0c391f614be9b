"""`manage.py serve`: the web server, the sweep and the demo's MitID, ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

HOST = "127.0.0.1"
AS_SHIPPED = ("--config", "python:borgerservice.server")
PAUSE_BEFORE_RESTART = 5.0
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ENDING = ("--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket")
DEMO_MITID = "borgerservice.adapters.mitid.demo:demo_provider()"


class Helper:
    """A child that is started again when it has died."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command
        self._start()

    def is_started_again(self) -> bool:
        """Whether it had died, and now runs again."""
        if self.child.poll() is None or not _has_rested(self._since):
            return False
        self._start()
        return True

    def _start(self) -> None:
        self.child, self._since = _start(*self._command), time.monotonic()


class Command(BaseCommand):
    """Serve on PORT (8000 unless named), with children that sweep messages and play MitID."""

    help = "Serve the installation in var/ on 127.0.0.1:$PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start all, restart a helper that dies, and end all on Ctrl-C or SIGTERM."""
        port = getattr(settings, "PORT", None)
        if port is None:
            raise CommandError("serve belongs to the settings of `make run` only")
        _require_free(port)
        mitid = _free_port(port + 1)
        self._greet(port, mitid)
        for number in ENDS:
            signal.signal(number, _interrupt)
        os.environ["DEMO_MITID"] = f"http://{HOST}:{mitid}"
        web = _start("-m", "gunicorn", *AS_SHIPPED, "--bind", f"{HOST}:{port}", *ENDING)
        helpers = [
            Helper("The sweep", ("manage.py", "sweep", "--loop")),
            Helper("The demo's MitID", ("-m", "gunicorn", DEMO_MITID, *_demo_options(mitid))),
        ]
        try:
            while web.poll() is None:
                time.sleep(0.5)
                for helper in helpers:
                    if helper.is_started_again():
                        self.stderr.write(f"{helper.name} ended and is started again.")
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            for number in ENDS:
                signal.signal(number, signal.SIG_IGN)
            for child in (web, *(helper.child for helper in helpers)):
                _end(child)
        if web.returncode not in (0, -signal.SIGTERM, -signal.SIGINT):
            raise CommandError("The web server could not go on; its reason stands above.")

    def _greet(self, port: int, mitid: int) -> None:
        folder = settings.VAR
        self.stdout.write(
            f"\n  Borgerservice  http://{HOST}:{port}/\n"
            f"  Where to begin http://{HOST}:{port}/demo/\n"
            f"  Staff          http://{HOST}:{port}/admin/\n"
            f"  API            http://{HOST}:{port}/api/v1/docs/\n"
            f"  Messages sent  http://{HOST}:{port}/demo/inbox/\n"
            f"  Demo of MitID  http://{HOST}:{mitid}/\n\n"
            f"  Demo passwords {folder / 'demo-passwords.txt'}\n"
            f"  Keys           {settings.KEYS_FILE}\n"
            f"  Secrets        {folder / 'secrets.json'}\n"
            f"  Database       {settings.DATABASES['default']['NAME']}\n\n"
            "  Ctrl-C ends it.\n"
        )
        self.stdout.flush()


def _demo_options(port: int) -> list[str]:
    bind = ["--bind", f"{HOST}:{port}", "--workers", "1", "--worker-class", "gthread"]
    return [*bind, "--threads", "4", *ENDING]


def _require_free(port: int) -> None:
    try:
        _bind(port)
    except OSError as problem:
        raise CommandError(
            f"Port {port} cannot be used ({problem.strerror}). Name another: PORT=8123 make run"
        ) from None


def _free_port(wanted: int) -> int:
    """The port wanted, or any other where somebody has it."""
    try:
        return _bind(wanted)
    except (OSError, OverflowError):
        return _bind(0)


def _bind(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])


def _start(*arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}
    command = [sys.executable, *arguments]
    return subprocess.Popen(command, env=environment, cwd=settings.ROOT)  # noqa: S603 - all ours


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _has_rested(since: float) -> bool:
    return time.monotonic() - since > PAUSE_BEFORE_RESTART


def _interrupt(*_signal: object) -> None:
    raise KeyboardInterrupt
