"""All answers in a few characters for an address, and back. What is not exactly that is refused."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from witnesses.rules.guide.answers import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_PAPERS,
    Answers,
    Form,
    Lived,
    Paper,
    paper,
)
from witnesses.rules.guide.papers import kinds

VERSION: Final = "1"
NO_DAY: Final = "0"
_FORMS: Final[Mapping[str, Form]] = {"p": "physical", "a": "app", "c": "copy", "t": "temporary"}
_LIVED: Final[Mapping[str, Lived]] = {"a": "abroad", "n": "new", "s": "settled"}
_FORM_LETTERS: Final = {form: letter for letter, form in _FORMS.items()}
_LIVED_LETTERS: Final = {lived: letter for letter, lived in _LIVED.items()}
_HEAD: Final = re.compile(r"1\.([0-9]{8})\.([yn])([ans])([yn])")
_PAPER: Final = re.compile(
    r"(?P<kind>[a-z]{2})(?P<issuer>[A-Z]{2})(?P<form>[pact])(?P<shows>[0-3])"
    r"\.(?P<expires>0|[0-9]{8})\.(?P<issued>0|[0-9]{8})"
)


class LinkUnreadable(ValueError):
    """A text that is no link's. It repeats nothing."""


def written(answers: Answers) -> str:
    """The answers as they stand in a link: letters, digits, full stops and underscores."""
    said = "".join(
        [
            "y" if answers.has_number else "n",
            _LIVED_LETTERS[answers.lived],
            "y" if answers.has_address else "n",
        ]
    )
    head = f"{VERSION}.{_day(answers.on)}.{said}"
    return "_".join([head, *map(_paper, answers.papers)])


def written_papers(papers: Iterable[Paper]) -> str:
    """Papers alone, written as in a link; empty where there are none."""
    return "_".join(map(_paper, papers))


def read_papers(text: str) -> tuple[Paper, ...]:
    """The papers that `written_papers` wrote, of somebody who has a CPR number.

    Raises LinkUnreadable for every other text.
    """
    papers = tuple(_read_paper(one, has_number=True) for one in text.split("_") if text)
    if written_papers(papers) != text:
        raise LinkUnreadable
    return papers


def read(text: str) -> Answers:
    """The answers that `written` wrote. Raises LinkUnreadable for every other text."""
    first, *rest = text.split("_")
    head = _HEAD.fullmatch(first)
    if head is None or len(rest) > MOST_PAPERS:
        raise LinkUnreadable
    has_number = head[2] == "y"
    papers = tuple(_read_paper(one, has_number=has_number) for one in rest)
    answers = Answers(_read_day(head[1]), has_number, _LIVED[head[3]], head[4] == "y", papers)
    if written(answers) != text:
        raise LinkUnreadable
    return answers


def _paper(one: Paper) -> str:
    shows = one.shows_photo + 2 * one.shows_cpr
    form = _FORM_LETTERS[one.form]
    dates = f"{_day(one.expires_on)}.{_day(one.issued_on)}"
    return f"{one.kind.code}{one.issuer}{form}{shows}.{dates}"


def _read_paper(text: str, *, has_number: bool) -> Paper:
    found = _PAPER.fullmatch(text)
    if found is None:
        raise LinkUnreadable
    kind = next((one for one in kinds().values() if one.code == found["kind"]), None)
    if kind is None or found["issuer"] not in kind.countries:
        raise LinkUnreadable
    return paper(
        kind,
        issuer=found["issuer"],
        form=_FORMS[found["form"]],
        photo=found["shows"] in {"1", "3"},
        number=found["shows"] in {"2", "3"},
        has_number=has_number,
        expires_on=_read_day_if_any(found["expires"]),
        issued_on=_read_day_if_any(found["issued"]),
    )


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else NO_DAY


def _read_day_if_any(text: str) -> date | None:
    return None if text == NO_DAY else _read_day(text)


def _read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise LinkUnreadable from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise LinkUnreadable
    return day
