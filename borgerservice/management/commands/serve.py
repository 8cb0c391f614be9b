"""`manage.py serve`: the web server and the sweep on this machine, ended together."""

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

HOST = "127.0.0.1"
WORKERS = 2
PAUSE_BEFORE_RESTART = 5.0
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Command(BaseCommand):
    """Serve on PORT (8000 unless named), with one child that sweeps due messages."""

    help = "Serve the installation in var/ on 127.0.0.1:$PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        """Start both, restart the sweep when it dies, and end both on Ctrl-C or SIGTERM."""
        port = getattr(settings, "PORT", None)
        if port is None:
            raise CommandError("serve belongs to the settings of `make run` only")
        _require_free(port)
        self._greet(port)
        for number in ENDS:
            signal.signal(number, _interrupt)
        web = _start("-m", "gunicorn", "borgerservice.wsgi", *_options(port))
        sweep = _start("manage.py", "sweep", "--loop")
        swept_since = time.monotonic()
        try:
            while web.poll() is None:
                time.sleep(0.5)
                if sweep.poll() is not None and _has_rested(swept_since):
                    self.stderr.write("The sweep ended and is started again.")
                    sweep, swept_since = _start("manage.py", "sweep", "--loop"), time.monotonic()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            for number in ENDS:
                signal.signal(number, signal.SIG_IGN)
            for child in (web, sweep):
                _end(child)
        if web.returncode not in (0, -signal.SIGTERM, -signal.SIGINT):
            raise CommandError("The web server could not go on; its reason stands above.")

    def _greet(self, port: int) -> None:
        folder = settings.VAR
        self.stdout.write(
            f"\n  Borgerservice  http://{HOST}:{port}/\n"
            f"  Staff          http://{HOST}:{port}/admin/\n"
            f"  API            http://{HOST}:{port}/api/v1/docs/\n"
            f"  Messages sent  http://{HOST}:{port}/demo/inbox/\n\n"
            f"  Demo passwords {folder / 'demo-passwords.txt'}\n"
            f"  Keys           {settings.KEYS_FILE}\n"
            f"  Secrets        {folder / 'secrets.json'}\n"
            f"  Database       {settings.DATABASES['default']['NAME']}\n\n"
            "  Ctrl-C ends it.\n"
        )
        self.stdout.flush()


def _options(port: int) -> list[str]:
    bind = ["--bind", f"{HOST}:{port}", "--workers", str(WORKERS), "--worker-class", "sync"]
    return [*bind, "--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            raise CommandError(
                f"Port {port} cannot be used ({problem.strerror}). Name another: PORT=8123 make run"
            ) from None


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
