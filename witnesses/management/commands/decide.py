"""manage.py decide: one case a line in, one answer a line out."""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache, partial
from typing import Any, BinaryIO, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFailure
from django.db import connection

from witnesses.rules.figures import LANGUAGES, RuleSet
from witnesses.rules.lines import answer_line, explain_line
from witnesses.rules.rule_sets import AT_THE_START, RULE_SETS
from witnesses.selectors import cases

SCHEDULE: Final = "witnesses_rulesetinforce"
FAILED: Final = 1
SOME_INVALID: Final = 2

_CHUNK: Final = 1 << 16  # bytes read at once
_DAYS_KEPT: Final = 20_000  # days whose rule set is remembered: a bound, so memory stays flat
_PROGRESS_EVERY: Final = 5_000  # lines

AnswerLine = Callable[[bytes], tuple[str, bool]]


class Command(BaseCommand):
    """Decide the cases on standard input; see the contract of the identity decision."""

    help = (
        "Decide identity cases. Reads one JSON object a line, writes one answer a line. "
        "Exit status: 0 all answered, 2 some line was no valid case, 1 anything else."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def run_from_argv(self, argv: list[str]) -> None:
        """A wrong call exits with 1: status 2 is kept for invalid lines."""
        try:
            self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
        except CommandError as wrong_call:
            self.stderr.write(str(wrong_call))
            sys.exit(FAILED)
        super().run_from_argv(argv)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rule-set",
            metavar="ID",
            choices=list(RULE_SETS),
            help="decide every case under this set, whatever it names: " + ", ".join(RULE_SETS),
        )
        parser.add_argument(
            "--explain",
            choices=LANGUAGES,
            help="write a readable account in Danish or English instead of JSON",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        if sys.stdin is None or sys.stdout is None:
            raise CommandError("Standard input and output must both be open.")
        named, language = options["rule_set"], options["explain"]
        answer: AnswerLine = partial(
            partial(explain_line, language=language) if language else answer_line,
            in_force=lru_cache(_DAYS_KEPT)(_in_force),
            under=RULE_SETS[named] if named else None,
        )
        between = "\n\n" if language else "\n"
        progress = Progress()
        try:
            for lines in _read(sys.stdin.buffer):
                _answer(lines, answer, between, progress)
        except KeyboardInterrupt:
            sys.exit(FAILED)
        finally:
            progress.finish()
        if progress.invalid:
            sys.exit(SOME_INVALID)


class Progress:
    """Counts lines; shows the count on standard error where that is a terminal."""

    def __init__(self) -> None:
        self.lines = 0
        self.invalid = 0
        self._shown = 0
        self._terminal = sys.stderr is not None and sys.stderr.isatty()

    def add(self, lines: int, invalid: int) -> None:
        self.lines += lines
        self.invalid += invalid
        if self._terminal and self.lines - self._shown >= _PROGRESS_EVERY:
            self._show("")

    def finish(self) -> None:
        if self._terminal and self.lines:
            self._show("\n")

    def _show(self, end: str) -> None:
        self._shown = self.lines
        sys.stderr.write(f"\r{self.lines} lines, {self.invalid} invalid{end}")
        sys.stderr.flush()


def _in_force(on: date) -> RuleSet:
    """The scheduled set on a local day. The one place here that asks the database."""
    try:
        return cases.rules_on(on)
    except DatabaseFailure as failure:
        if _has_no_tables_yet():
            return RULE_SETS[AT_THE_START]
        raise CommandError(f"The schedule of rule sets cannot be read: {failure}") from failure
    except LookupError as missing:
        raise CommandError(f"The schedule names no known rule set for {on}.") from missing


def _has_no_tables_yet() -> bool:
    """Whether the installation is reached and was never migrated: it has no other schedule."""
    try:
        return SCHEDULE not in connection.introspection.table_names()
    except DatabaseFailure:
        return False


def _read(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Lines as they come, as many as have arrived; what follows the last LF only if not empty."""
    pieces: list[bytes] = []
    while chunk := stream.read1(_CHUNK):  # type: ignore[attr-defined]
        whole, line_end, rest = chunk.rpartition(b"\n")
        if not line_end:
            pieces.append(chunk)
            continue
        pieces.append(whole)
        yield b"".join(pieces).split(b"\n")
        pieces = [rest] if rest else []
    if pieces:
        yield [b"".join(pieces)]


def _answer(lines: list[bytes], answer: AnswerLine, between: str, progress: Progress) -> None:
    """Answer lines and write the answers out at once, also those before a failure."""
    texts: list[str] = []
    valid = 0
    try:
        for line in lines:
            text, is_case = answer(line)
            texts.append(text)
            valid += is_case
    finally:
        if texts:
            _write((between.join(texts) + between).encode())
    progress.add(len(texts), len(texts) - valid)


def _write(content: bytes) -> None:
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as failure:
        _give_up_output()
        if isinstance(failure, BrokenPipeError):
            sys.exit(FAILED)  # the reader has gone; there is nobody to tell
        raise CommandError(f"The answers cannot be written: {failure.strerror}") from failure


def _give_up_output() -> None:
    """Point standard output nowhere, so that Python's own flush at exit does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
