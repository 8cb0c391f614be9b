"""`python -m tests.rig.at_once COMMAND…`: shell commands at the same time, told one after another.

One more than there are processors run at once; the others follow in their order. What the first
one says is shown as it comes, then that of the second, and so on; at the end, how each came out,
how long it took, and what failed in it. Fails where one of them failed. Ctrl-C ends them all.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

AT_MOST = (os.cpu_count() or 1) + 1
LOOK_SECONDS = 0.2
ENDING_SECONDS = 60
FAULTS = (b"FAILED ", b"ERROR ")  # as pytest sums them up
LAST_LINES = 10


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

    def faults(self) -> list[bytes]:
        """The lines that name what failed in it; where none does, the last ones it said."""
        if not self.has_failed:
            return []
        self._said.seek(0)
        lines = self._said.read().splitlines()
        return [line for line in lines if line.startswith(FAULTS)] or lines[-LAST_LINES:]


def run_at_once(commands: Sequence[str]) -> bool:
    """Whether every command succeeded."""
    with _to_be_ended() as started:
        for place, command in enumerate(commands):
            _show(f"\n$ {command}\n".encode())
            _start_more(started, commands)
            while started[place].is_running():
                _show(started[place].news())
                time.sleep(LOOK_SECONDS)
                _start_more(started, commands)
            _show(started[place].news())
        faults = [fault for one in started for fault in one.faults()]
        for line in (b"", *(one.told().encode() for one in started), *faults):
            _show(line + b"\n")
        return not any(one.has_failed for one in started)


def _start_more(started: list[Running], commands: Sequence[str]) -> None:
    """As many of those that follow as may run at once with those that do."""
    free = AT_MOST - sum(one.is_running() for one in started)
    for command in commands[len(started) :][:free]:
        started.append(Running(command))  # noqa: PERF401 - those started are to be ended


@contextlib.contextmanager
def _to_be_ended() -> Iterator[list[Running]]:
    """A list to note commands in; on the way out, those that run are interrupted as by Ctrl-C."""
    started: list[Running] = []
    try:
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
