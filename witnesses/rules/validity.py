"""The strict check that facts are whole, before any rule is looked at. It names every problem."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase
from typing import Any, Final, TypedDict

from witnesses.rules.dates import parse_day
from witnesses.rules.facts import DOCUMENT_FORMS, DOCUMENT_TYPES, QUESTION_OUTCOMES, Facts


class Problem(TypedDict):
    """What is wrong with the facts, and where. Never what was sent."""

    path: str
    problem: str


class TwiceKeyed(dict[str, Any]):
    """A JSON object in which a key stood twice; the last value is kept, as JSON readers do."""


class InvalidFacts(Exception):
    """The facts are no valid case; `problems` names everything found wrong with them."""

    def __init__(self, problems: list[Problem], case_id: str | None) -> None:
        super().__init__("invalid_facts")
        self.problems = problems
        self.case_id = case_id


Accepts = Callable[[object], bool]

_TYPES: Final = frozenset(DOCUMENT_TYPES)
_FORMS: Final = frozenset(DOCUMENT_FORMS)
_OUTCOMES: Final = frozenset(QUESTION_OUTCOMES)
_LETTER_PAIRS: Final = frozenset(map("".join, product(ascii_uppercase, repeat=2)))


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return value is True or value is False


def _day(value: object) -> bool:
    return parse_day(value) is not None


def _day_or_null(value: object) -> bool:
    return value is None or parse_day(value) is not None


def _document_type(value: object) -> bool:
    return isinstance(value, str) and value in _TYPES


def _document_form(value: object) -> bool:
    return isinstance(value, str) and value in _FORMS


def _question_outcome(value: object) -> bool:
    return isinstance(value, str) and value in _OUTCOMES


def _two_capitals(value: object) -> bool:
    return isinstance(value, str) and value in _LETTER_PAIRS


def _looked_into(_value: object) -> bool:
    return True  # an object or a list: its own check follows


_PROBLEM: Final[Mapping[Accepts, str]] = {
    _text: "must be a string",
    _flag: "must be true or false",
    _day: "must be a day of the calendar, written YYYY-MM-DD",
    _day_or_null: "must be null or a day of the calendar, written YYYY-MM-DD",
    _document_type: "must be one of: " + ", ".join(DOCUMENT_TYPES),
    _document_form: "must be one of: " + ", ".join(DOCUMENT_FORMS),
    _question_outcome: "must be one of: " + ", ".join(QUESTION_OUTCOMES),
    _two_capitals: "must be two capital letters A to Z",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The keys an object may have, what each accepts, and which it must have."""

    keys: Mapping[str, Accepts]
    required: tuple[str, ...]


_CASE: Final = _Shape(
    {
        "id": _text,
        "rule_set": _text,
        "on": _day,
        "applicant": _looked_into,
        "witness": _looked_into,
    },
    ("on", "applicant"),
)
_APPLICANT: Final = _Shape(
    {
        "birth_date": _day,
        "person": _text,
        "wants_cpr_link": _flag,
        "documents": _looked_into,
        "questions": _question_outcome,
    },
    ("birth_date",),
)
_WITNESS: Final = _Shape(
    {
        "birth_date": _day,
        "mitid_since": _day_or_null,
        "brought_mitid": _flag,
        "documents": _looked_into,
        "is_applicant": _flag,
        "is_clerk": _flag,
        "earlier_witnessings": _looked_into,
    },
    ("birth_date",),
)
_DOCUMENT: Final = _Shape(
    {
        "type": _document_type,
        "issuer": _two_capitals,
        "shows_photo": _flag,
        "shows_cpr": _flag,
        "form": _document_form,
        "expires_on": _day_or_null,
        "issued_on": _day_or_null,
        "provisional": _flag,
    },
    ("type", "issuer"),
)
_EARLIER: Final = _Shape({"on": _day, "person": _text, "counted": _flag}, ("on", "person"))


def problems_of(facts: object, *, rule_sets: Container[str]) -> list[Problem]:
    """Name everything wrong with the facts; an empty list means they are `Facts`, whole.

    `rule_sets` holds the ids that are known. Every part is looked at, whether or not a rule will
    need it. A value of the wrong kind is one problem: nothing inside it is looked at.
    """
    problems: list[Problem] = []
    if not isinstance(facts, dict):
        return [_problem("", "must be a JSON object")]
    _check(facts, _CASE, "", problems)
    named = facts.get("rule_set")
    if isinstance(named, str) and named not in rule_sets:
        problems.append(_problem("rule_set", "must be the id of a known rule set"))
    if "applicant" in facts:
        _check_person(facts["applicant"], _APPLICANT, "applicant", problems)
    witness = facts.get("witness")
    if witness is not None:
        _check_person(witness, _WITNESS, "witness", problems)
    return problems


def key_count(facts: Facts) -> int:
    """The number of keys in all objects of checked facts."""
    applicant, witness = facts["applicant"], facts.get("witness")
    count = len(facts) + len(applicant) + sum(map(len, applicant.get("documents", ())))
    if witness is not None:
        count += len(witness) + sum(map(len, witness.get("documents", ())))
        count += sum(map(len, witness.get("earlier_witnessings", ())))
    return count


def _check_person(value: object, shape: _Shape, path: str, problems: list[Problem]) -> None:
    if not isinstance(value, dict):
        problems.append(_problem(path, "must be a JSON object"))
        return
    _check(value, shape, path, problems)
    if "documents" in value:
        _check_list(value["documents"], _DOCUMENT, f"{path}.documents", problems)
    if shape is _WITNESS and "earlier_witnessings" in value:
        earlier = value["earlier_witnessings"]
        _check_list(earlier, _EARLIER, f"{path}.earlier_witnessings", problems)


def _check_list(value: object, shape: _Shape, path: str, problems: list[Problem]) -> None:
    if not isinstance(value, list):
        problems.append(_problem(path, "must be a list"))
        return
    for place, part in enumerate(value):
        if isinstance(part, dict):
            _check(part, shape, path, problems, place)
        else:
            problems.append(_problem(f"{path}[{place}]", "must be a JSON object"))


def _check(
    value: dict[str, object],
    shape: _Shape,
    path: str,
    problems: list[Problem],
    place: int | None = None,
) -> None:
    """Check one object's own keys. Paths are only written out where something is wrong."""
    keys = shape.keys
    whole = not isinstance(value, TwiceKeyed)
    for key, part in value.items():
        accepts = keys.get(key)
        if accepts is None or not accepts(part):
            whole = False
    for key in shape.required:
        if key not in value:
            whole = False
    if not whole:
        problems += _named(value, shape, path if place is None else f"{path}[{place}]")


def _named(value: dict[str, object], shape: _Shape, path: str) -> Iterator[Problem]:
    if not value.keys() <= shape.keys.keys():
        yield _problem(path, "holds a key that is not known here")
    if isinstance(value, TwiceKeyed):
        yield _problem(path, "holds a key twice")
    for key, accepts in shape.keys.items():
        here = f"{path}.{key}" if path else key
        if key not in value:
            if key in shape.required:
                yield _problem(here, "is missing")
        elif not accepts(value[key]):
            yield _problem(here, _PROBLEM[accepts])


def _problem(path: str, text: str) -> Problem:
    return {"path": path, "problem": text}
