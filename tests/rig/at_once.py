"""`python -m tests.rig.at_once COMMAND…`: shell commands at the same time, told one after another.

What the first one says is shown as it comes, then that of the second, and so on; at the end, how
each came out and how long it took. Fails where one of them failed. Ctrl-C ends them all.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

LOOK_SECONDS = 0.2
ENDING_SECONDS = 60


class Running:
    """A command with its children; what they say goes to a file."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.seconds = 0.0
        self._began = time.monotonic()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as it is written to
        self._shell = subprocess.Popen(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._shown = 0

    @property
    def has_failed(self) -> bool:
        """Whether it ended otherwise than it should."""
        return self._shell.returncode != 0

    def is_running(self) -> bool:
        """Whether it has not ended; notes when it has."""
        if self._shell.poll() is None:
            return True
        self.seconds = self.seconds or time.monotonic() - self._began
        return False

    def news(self) -> bytes:
        """What was said since the last time."""
        more = os.pread(self._said.fileno(), 1 << 24, self._shown)
        self._shown += len(more)
        return more

    def signal(self, number: signal.Signals) -> None:
        """Tell it and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._shell.pid, number)

    def end(self) -> None:
        """Wait for it, not for ever."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._shell.wait(ENDING_SECONDS)
        self.signal(signal.SIGKILL)

    def told(self) -> str:
        """One line about how it came out."""
        outcome = "FAILED" if self.has_failed else "passed"
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{outcome} in {minutes} min {seconds:02} s: {self.command}"


def run_at_once(commands: Sequence[str]) -> bool:
    """Whether every command succeeded."""
    with _started(commands) as all_of_them:
        for one in all_of_them:
            _show(f"\n$ {one.command}\n".encode())
            while one in [other for other in all_of_them if other.is_running()]:
                _show(one.news())
                time.sleep(LOOK_SECONDS)
            _show(one.news())
        _show("\n".join(["", *(one.told() for one in all_of_them), ""]).encode())
        return not any(one.has_failed for one in all_of_them)


@contextlib.contextmanager
def _started(commands: Sequence[str]) -> Iterator[list[Running]]:
    """The commands; on the way out, those that still run are interrupted as by Ctrl-C."""
    started: list[Running] = []
    try:
        for command in commands:
            started.append(Running(command))  # noqa: PERF401 - those started are to be ended
        yield started
    finally:
        running = [one for one in started if one.is_running()]
        for one in running:
            one.signal(signal.SIGINT)
        for one in running:
            one.end()


def _show(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def _interrupt(*_signal: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for _number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(_number, _interrupt)
    try:
        sys.exit(0 if run_at_once(sys.argv[1:]) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
