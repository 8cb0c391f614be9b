"""Child processes that never outlive the test run."""

import atexit
import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path


class DidNotStart(RuntimeError):
    """A server ended, or stayed silent, before it was ready."""


class Process:
    """One command in a process group of its own; its output goes to a file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.log_file = log
        self.stop_signal = stop_signal
        as_user = (
            {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        )
        with log.open("ab") as out:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=pass_fds,
                preexec_fn=partial(_die_with_parent, stop_signal),  # noqa: PLW1509 - one thread
                **as_user,
            )
        atexit.register(self.kill)

    @property
    def pid(self) -> int:
        return self.child.pid

    def log(self) -> str:
        """All that the process and its children have said."""
        return self.log_file.read_text(errors="replace")

    def is_running(self) -> bool:
        return self.child.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 90) -> None:
        """Return once `ready()` says so; raise DidNotStart with the log otherwise."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.is_running():
                raise DidNotStart(f"ended with {self.child.returncode}:\n{self.log()}")
            if ready():
                return
            time.sleep(0.05)
        self.kill()
        raise DidNotStart(f"not ready after {seconds} seconds:\n{self.log()}")

    def stop(self, *, seconds: float = 15) -> int:
        """End the process kindly, then by force; return its exit code."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
        self.kill()
        return self.child.returncode

    def kill(self) -> None:
        """End the whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()
        atexit.unregister(self.kill)


def _die_with_parent(with_signal: signal.Signals) -> None:
    """On Linux, be told to stop when the test run is killed and cannot say so itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, with_signal)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
