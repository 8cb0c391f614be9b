"""`manage.py decide` as an operator runs it: a real process, bytes in, bytes out, a status."""

import errno
import io
import json
import os
import pty
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import call_command

from tests.witnesses.rules.builders import case, decided, line, lines_of, witness
from tests.witnesses.rules.random_cases import FULL
from witnesses.selectors import cases

ROOT = Path(__file__).resolve().parents[3]
NO_DATABASE = {"DATABASE_URL": "sqlite:////nowhere/none.sqlite3"}
GOOD = line(case())
UNNAMED = line({key: value for key, value in case().items() if key != "rule_set"})
MANY = 1_000_000 if FULL else 30_000


def command(*arguments):
    return [sys.executable, "manage.py", "decide", *arguments]


def run(content, *arguments, **options):
    """Run the command with no database within reach."""
    return subprocess.run(
        command(*arguments), input=content, capture_output=True, cwd=ROOT, timeout=120,
        check=False, env={**os.environ, **NO_DATABASE}, **options,
    )  # fmt: skip


def start(*arguments, **options):
    return subprocess.Popen(
        command(*arguments), cwd=ROOT, env={**os.environ, **NO_DATABASE}, **options
    )


def answers(done):
    assert done.stdout.isascii()
    assert b"\r" not in done.stdout
    assert done.stdout.endswith(b"\n")
    return [json.loads(text) for text in done.stdout.decode().split("\n")[:-1]]


def test_worked_cases_are_answered_in_their_order_without_a_database():
    worked = lines_of("decisions.jsonl")
    expected = [one.pop("expect") for one in worked]
    for one in worked:
        del one["why"]
        one.setdefault("rule_set", "mitid-2022")
    done = run(b"".join(line(one) + b"\n" for one in worked))
    assert (done.returncode, done.stderr) == (0, b"")
    given = answers(done)
    assert [one["id"] for one in given] == [one["id"] for one in worked]
    keys = ("outcome", "route", "failed")
    assert [{key: one[key] for key in keys} for one in given] == expected


def test_bytes_of_every_kind_are_answered_line_by_line():
    content = b"".join((
        GOOD + b"\n",
        GOOD + b"\r\n",
        b"\n",
        b"\r\n",
        b"  \t\n",
        b'{"id": "\xff"}\n',
        b"\x00\n",
        b"[]\n",
        line(case(id="\ud83d", on="x")) + b"\n",
        b"[" * 50_000 + b"\n",
        '{"id": "ø\u2028"}\n'.encode(),
        GOOD,  # the last line has no LF
    ))  # fmt: skip
    done = run(content)
    assert (done.returncode, done.stderr) == (2, b"")
    given = answers(done)
    assert len(given) == 12
    assert given[0] == given[1] == given[11] == decided(GOOD, in_force=None)
    for one in (*given[2:8], given[9]):
        assert one["id"] is None
        assert [entry["path"] for entry in one["error"]["detail"]] == [""]
    assert given[8]["id"] == "\ud83d"
    assert given[10]["id"] == "ø\u2028"


def test_empty_input_writes_nothing():
    done = run(b"")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_refusals_are_answers():
    done = run(line(case(witness=witness(brought_mitid=False))))
    assert done.returncode == 0
    assert answers(done)[0]["outcome"] == "not_confirmed"


def test_without_a_schedule_an_unnamed_line_fails_after_those_before_it():
    done = run(GOOD + b"\n" + UNNAMED + b"\n" + GOOD + b"\n")
    assert done.returncode == 1
    assert len(answers(done)) == 1
    assert b"Traceback" not in done.stderr
    assert done.stderr


def test_a_rule_set_given_overrides_the_lines_and_the_schedule():
    done = run(GOOD + b"\n" + UNNAMED + b"\n", "--rule-set", "mitid-2025")
    assert done.returncode == 0
    assert [one["rule_set"] for one in answers(done)] == ["mitid-2025"] * 2
    wrong = run(line(case(rule_set="x")), "--rule-set", "mitid-2025")
    assert wrong.returncode == 2  # the facts are checked all the same


@pytest.mark.parametrize(("language", "word"), [("da", "Opfyldt:"), ("en", "Met:")])
def test_an_account_is_written_in_place_of_json(language, word):
    done = run(line(case(id="ø\ud800")) + b"\n{\n", "--explain", language)
    assert done.returncode == 2
    told, invalid, rest = done.stdout.decode().split("\n\n")
    assert word in told
    assert len(invalid.splitlines()) == 3
    assert rest == ""


@pytest.mark.parametrize(
    "arguments", [["--rule-set", "MITID-2022"], ["--explain", "de"], ["--bogus"], ["case.json"]]
)
def test_a_wrong_call_exits_with_one(arguments):
    done = run(GOOD, *arguments)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"Traceback" not in done.stderr
    assert done.stderr


def test_help_is_no_failure():
    assert run(b"", "--help").returncode == 0


def test_a_reader_who_leaves_is_no_traceback(tmp_path):
    lines = tmp_path / "lines"
    lines.write_bytes((GOOD + b"\n") * 5_000)
    with lines.open("rb") as stream:
        process = start(stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_told_and_exits_with_one():
    with Path("/dev/full").open("wb") as full:
        process = start(stdin=subprocess.PIPE, stdout=full, stderr=subprocess.PIPE)
        told = process.communicate(GOOD)[1]
    assert process.returncode == 1
    assert b"Traceback" not in told
    assert os.strerror(errno.ENOSPC).encode() in told


@pytest.mark.parametrize("closed", ["stdin", "stdout"])
def test_a_closed_stream_is_told_and_exits_with_one(closed):
    redirect = "<&-" if closed == "stdin" else ">&-"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" manage.py decide {redirect}', sys.executable],
        capture_output=True, stdin=None if closed == "stdin" else subprocess.DEVNULL, cwd=ROOT,
        check=False, timeout=60, env={**os.environ, **NO_DATABASE},
    )  # fmt: skip
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_progress_shows_on_a_terminal_only(tmp_path):
    lines = tmp_path / "lines"
    lines.write_bytes((GOOD + b"\n") * 12_000)
    ours, theirs = pty.openpty()
    with lines.open("rb") as stream:
        process = start(stdin=stream, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        assert process.wait(60) == 0
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "12000 lines, 0 invalid" in shown
    assert shown.count("\r") >= 3


def peak_memory(pid):
    """The most memory the process has held so far, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_answers_come_while_the_input_is_open_and_memory_stays_flat():
    """Every line differs: other days, persons and ids, so nothing can be kept per line."""
    process = start(stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def batch(first, count):
        for number in range(first, first + count):
            day = f"{1900 + number % 200}-{number % 12 + 1:02}-{number % 28 + 1:02}"
            past = [{"on": day, "person": f"p{number}"}]
            unlike = case(id=f"c:{number}", on=day, witness=witness(earlier_witnessings=past))
            process.stdin.write(line(unlike) + (b"\n" if number % 3 else b"x\n"))
        process.stdin.flush()

    def answered(first, count):
        sender = Thread(target=batch, args=(first, count))
        sender.start()
        for number in range(first, first + count):
            given = json.loads(process.stdout.readline())
            assert given["id"] == (f"c:{number}" if number % 3 else None)
        sender.join()

    answered(0, 5_000)
    early = peak_memory(process.pid)
    answered(5_000, MANY)
    late = peak_memory(process.pid)
    process.stdin.close()
    assert process.stdout.read() == b""
    process.stdout.close()
    assert process.wait(60) == 2
    assert late - early < 4_000, (early, late)


class Bytes(io.TextIOWrapper):
    """A standard stream over memory."""

    def __init__(self, content=b""):
        super().__init__(io.BytesIO(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "count", "status"),
    [(b"\n", 1, 2), (b"\n\n", 2, 2), (b" ", 1, 2), (b"\r", 1, 2), (GOOD, 1, 0), (GOOD + b"\n", 1, 0),
     (GOOD + b"\r\n", 1, 0), (GOOD + b"\n\n", 2, 2)],
)  # fmt: skip
def test_the_end_of_the_file_is_no_line(monkeypatch, content, count, status):
    monkeypatch.setattr(sys, "stdin", Bytes(content))
    written = Bytes()
    monkeypatch.setattr(sys, "stdout", written)
    with pytest.raises(SystemExit) if status else nullcontext() as ended:
        call_command("decide")
    assert (ended.value.code if ended else 0) == status
    assert len([json.loads(text) for text in written.buffer.getvalue().splitlines()]) == count


def test_the_schedule_is_asked_once_for_each_day(monkeypatch):
    asked = []

    def rule_set_in_force(on):
        asked.append(on.isoformat())
        return "digst-2023"

    other = UNNAMED.replace(b"2026-04-15", b"2026-04-16")
    monkeypatch.setattr(cases, "rule_set_in_force", rule_set_in_force)
    monkeypatch.setattr(sys, "stdin", Bytes(b"\n".join([UNNAMED, other, UNNAMED, GOOD, other])))
    written = Bytes()
    monkeypatch.setattr(sys, "stdout", written)
    call_command("decide")
    given = [json.loads(text) for text in written.buffer.getvalue().splitlines()]
    assert asked == ["2026-04-15", "2026-04-16"]
    assert [one["rule_set"] for one in given] == [
        "digst-2023", "digst-2023", "digst-2023", "mitid-2022", "digst-2023",
    ]  # fmt: skip
