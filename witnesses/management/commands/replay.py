"""manage.py replay: decide stored decisions again, under their own rule set or another."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from borgerservice.kernel import clock
from borgerservice.municipalities.models import Municipality
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.services.replay import CHANGES, Report, decisions_in, replay_decisions

BROKEN: Final = 1
WRONG_CALL: Final = 2
NAMES: Final[Mapping[str, str]] = {
    "to_not_confirmed": "confirmed, now not confirmed",
    "to_confirmed": "not confirmed, now confirmed",
    "other_grounds": "same outcome on other grounds",
    "key_destroyed": "not readable: the key was destroyed",
    "key_missing": "not readable: the wrapping key is missing here",
    "seal_broken": "not readable: the sealed facts were changed",
    "facts_do_not_fit": "not readable: the facts do not fit the decision",
    "set_unknown": "not readable: the rule set is unknown here",
}
_PROGRESS_EVERY: Final = 500
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Command(BaseCommand):
    """Recompute stored decisions and report what would have come out differently."""

    help = (
        "Decide stored decisions again from their sealed facts, each under its own rule set, or all"
        " under the one named. Tells counts, never persons. Exit status: 0; 1 where a decision does"
        " not come out as it is stored under its own rule set, or its facts cannot be used though"
        " their key was not destroyed; 2 for a wrong call."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=_day, required=True, metavar="DAY",
            help="the first day of meetings, YYYY-MM-DD",
        )  # fmt: skip
        parser.add_argument(
            "--to", dest="last", type=_day, required=True, metavar="DAY",
            help="the last day of meetings, YYYY-MM-DD",
        )  # fmt: skip
        parser.add_argument(
            "--rule-set",
            metavar="ID",
            choices=list(RULE_SETS),
            help="decide every case under this set: " + ", ".join(RULE_SETS),
        )
        parser.add_argument("--json", action="store_true", help="write the report as JSON")
        parser.add_argument(
            "--list", action="store_true", help="name the cases that differ by their reference"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        first, last, named = options["first"], options["last"], options["rule_set"]
        if first > last:
            raise CommandError("--from lies after --to.", returncode=WRONG_CALL)
        report = replay_decisions(
            first=first,
            last=last,
            under=RULE_SETS[named] if named else None,
            now=clock.now(),
            lists_cases=options["list"],
            tell=_progress(first, last),
        )
        if options["json"]:
            self.stdout.write(json.dumps(_as_object(report, lists_cases=options["list"])))
        else:
            self.stdout.write("\n".join(_table(report)))
        if report.broken:
            self.stderr.write(
                f"BROKEN ARCHIVE: {report.broken} stored decisions do not come out of their own"
                " facts under their own rule set, or their facts cannot be used."
            )
            sys.exit(BROKEN)


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError("must be a day of the calendar, written YYYY-MM-DD")


def _progress(first: date, last: date) -> Callable[[int], None]:
    """Tells on a terminal's standard error how far it is; elsewhere nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        return lambda _done: None
    total = decisions_in(first, last)

    def tell(done: int) -> None:
        if done % _PROGRESS_EVERY == 0 or done >= total:
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{done} of {total} decisions{end}")
            sys.stderr.flush()

    return tell


def _as_object(report: Report, *, lists_cases: bool) -> dict[str, object]:
    names = dict(Municipality.objects.values_list("code", "name"))
    told: dict[str, object] = {
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "rule_set": report.rule_set,
        "decisions": report.decisions,
        "same": report.same,
        "broken": report.broken,
        "different": {change: report.changes[change] for change in CHANGES},
        "not_readable": dict(report.unreadable),
        "rules": {rule: dict(report.rules[rule]) for rule in sorted(report.rules)},
        "municipalities": {
            code: {"name": names[code], **report.municipalities[code]}
            for code in sorted(report.municipalities)
        },
    }
    if lists_cases:
        told["cases"] = [{"case": case, "found": found} for case, found in report.cases]
    return told


def _table(report: Report) -> Iterator[str]:
    under = report.rule_set or "the rule set of each"
    yield f"Decisions about meetings from {report.first} to {report.last}, under {under}"
    yield ""
    yield f"  {'decisions':<48}{report.decisions:>9}"
    yield f"  {'come out the same':<48}{report.same:>9}"
    for change in CHANGES:
        yield f"  {NAMES[change]:<48}{report.changes[change]:>9}"
    for why, count in sorted(report.unreadable.items()):
        yield f"  {NAMES[why]:<48}{count:>9}"
    if report.rules:
        yield ""
        yield f"  {'rule':<24}{'now fails':>12}{'now passes':>12}{'otherwise':>12}"
        for rule, found in sorted(report.rules.items()):
            counts = (found["now_fails"], found["now_passes"], found["otherwise"])
            yield f"  {rule:<24}" + "".join(f"{count:>12}" for count in counts)
    if report.municipalities:
        yield from _by_municipality(report)
    if report.cases:
        yield ""
        yield from (f"  {case}  {NAMES[found]}" for case, found in report.cases)


def _by_municipality(report: Report) -> Iterator[str]:
    names = dict(Municipality.objects.values_list("code", "name"))
    heads = ("decisions", "now not", "now confirmed", "other grounds", "not readable")
    yield ""
    yield f"  {'municipality':<24}" + "".join(f"{head:>15}" for head in heads)
    for code, found in sorted(report.municipalities.items()):
        counts = [found[key] for key in ("decisions", *CHANGES, "not_readable")]
        yield f"  {f'{code} {names[code]}':<24}" + "".join(f"{count:>15}" for count in counts)
