"""Commands that run beside us and never outlive us."""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PAUSE_SECONDS = 0.05
STOP_SECONDS = 15


class DidNotStart(RuntimeError):
    """A server ended, or stayed silent, before it was ready."""


class Child:
    """One command in a process group of its own; what it says goes to a file."""

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
        self._log = log
        self._stop_signal = stop_signal
        with log.open("ab") as out:
            self._child = subprocess.Popen(  # noqa: S603 - our own commands
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=pass_fds,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        atexit.register(self.kill)

    @property
    def pid(self) -> int:
        """The process, which leads its group."""
        return self._child.pid

    def said(self) -> str:
        """The end of what it and its children have written."""
        return self._log.read_text(errors="replace")[-4000:]

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def finish(self, *, seconds: float) -> None:
        """Wait until it has done its work. Raises DidNotStart with what it said when it failed."""
        if self._child.wait(seconds) != 0:
            raise DidNotStart(self.said())
        self.kill()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 30) -> None:
        """Return once it is ready. Raises DidNotStart with what it said otherwise."""
        end = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < end:
            if ready():
                return
            time.sleep(PAUSE_SECONDS)
        self.kill()
        raise DidNotStart(self.said())

    def stop(self) -> None:
        """End it kindly, then by force."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._child.wait()
        atexit.unregister(self.kill)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
