"""The report: rows, as a table, as JSON, as a picture."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

IN_JSON: Final = ("id", "metric", "database", "value", "must", "goal", "verdict")
SIGNS: Final = {"pass": "ok", "fail": "FAILED", "noisy": "noisy"}


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure that must be reached, must not be passed, or must be met."""

    sign: Literal[">=", "<=", "="]
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a value keeps to it."""
        if self.sign == ">=":
            return value >= self.limit
        return value <= self.limit if self.sign == "<=" else value == self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one workload on one database."""

    id: str
    metric: str
    database: str
    value: float
    must: str
    goal: str
    verdict: str
    detail: str = ""


def counted(
    workload: str,
    metric: str,
    database: str,
    value: float,
    *,
    must: Bound,
    goal: Bound | None = None,
) -> Row:
    """A row whose value is counted, so that no noise is in it."""
    verdict = "pass" if must.holds(value) else "fail"
    return Row(workload, metric, database, value, str(must), str(goal or must), verdict)


def as_json(rows: Sequence[Row]) -> str:
    """What `--json` prints."""
    workloads = [{name: getattr(row, name) for name in IN_JSON} for row in rows]
    return json.dumps({"workloads": workloads}, indent=1)


def as_table(rows: Sequence[Row]) -> str:
    """What is read on a terminal."""
    head = ("", "metric", "database", "value", "must", "goal", "verdict", "rounds")
    lines = [head]
    lines += [
        (
            *(row.id, row.metric, row.database, f"{row.value:g}", row.must, row.goal),
            *(SIGNS[row.verdict], row.detail),
        )
        for row in rows
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in (head, rule, *lines[1:])
    )


_ROW, _LEFT, _UNIT, _MOST = 26, 430, 180, 2.5
_COLOURS: Final = {"pass": "#1b7d4f", "fail": "#b3261e", "noisy": "#8a6d00"}


def as_svg(rows: Sequence[Row]) -> str:
    """A bar for each figure: how many times what it must reach. The line is where it must be."""
    height = _ROW * (len(rows) + 2)
    width = int(_LEFT + _UNIT * _MOST + 90)
    bars = "\n".join(_bar(row, _ROW * (place + 1)) for place, row in enumerate(rows))
    line = f'<path d="M{_LEFT + _UNIT} {_ROW - 6}V{height - _ROW}" stroke="#222" fill="none"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">\n'
        "<title>Borgerservice: workloads beside what they must reach</title>\n"
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text x="{_LEFT + _UNIT}" y="14" text-anchor="middle">must</text>\n'
        f"{bars}\n{line}\n</svg>\n"
    )


def _bar(row: Row, top: int) -> str:
    label = html.escape(f"{row.id} {row.database}: {row.metric}")
    told = html.escape(f"{row.value:g} (must {row.must}) {SIGNS[row.verdict]}")
    length = int(_UNIT * min(_MOST, _reached(row)))
    return (
        f'<text x="{_LEFT - 8}" y="{top + 13}" text-anchor="end">{label}</text>'
        f'<rect x="{_LEFT}" y="{top}" width="{length}" height="18"'
        f' fill="{_COLOURS[row.verdict]}"/>'
        f'<text x="{_LEFT + length + 6}" y="{top + 13}">{told}</text>'
    )


def _reached(row: Row) -> float:
    """How many times what must be reached; 1 is the bound itself."""
    sign, limit = row.must.split()
    bound = float(limit)
    if sign == "=":
        return 1.0 if row.verdict == "pass" else 0.0
    over, under = (row.value, bound) if sign == ">=" else (bound, row.value)
    return over / under if under else _MOST
