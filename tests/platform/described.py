"""What the API answers in any test is held against what it says of itself."""

import re
from copy import deepcopy
from datetime import date, datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from borgerservice.api.docs import _description

METHODS = ("get", "post", "put", "patch", "delete")
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(told: object) -> bool:
    return not isinstance(told, str) or datetime.fromisoformat(told).tzinfo is not None


@formats.checks("date", raises=ValueError)
def _is_day(told: object) -> bool:
    return not isinstance(told, str) or date.fromisoformat(told).isoformat() == told


def as_described(answer: Any) -> Any:
    """The answer itself; fails where its status, type, code, keys or values are not described."""
    call = answer.request
    responses = _responses(call["REQUEST_METHOD"].lower(), call["PATH_INFO"])
    if responses is None:
        return answer
    place = f"{call['REQUEST_METHOD']} {call['PATH_INFO']} answered {answer.status_code}"
    assert str(answer.status_code) in responses, f"{place}, which is not described"
    described = responses[str(answer.status_code)]
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in described["content"], f"{place} as {kind}"
    told = answer.json()
    validator = _validator(described["content"][kind]["schema"]["$ref"])
    faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(told)]
    assert not faults, f"{place}: {faults}"
    if kind == "application/problem+json" and "`" in described["description"]:
        codes = re.findall(r"`(\w+)`", described["description"])
        assert told["code"] in codes, f"{place} with {told['code']}, described are {codes}"
    return answer


def _responses(method: str, path: str) -> dict[str, Any] | None:
    """What a call may answer; None where there is no such call."""
    for pattern, methods in _paths():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = methods.get(method, {}).get("responses")
            return found
    return None


@cache
def _paths() -> list[tuple[re.Pattern[str], Any]]:
    """The addresses; those without a name in them come first."""
    ordered = sorted(_description()["paths"].items(), key=lambda one: "{" in one[0])
    return [
        (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(address))), methods)
        for address, methods in ordered
    ]


@cache
def _validator(reference: str) -> Draft202012Validator:
    """What an answer must be: as described, and with no key that is not."""
    components = deepcopy(_description()["components"])
    for schema in components["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    whole = {"$ref": reference, "components": components}
    return Draft202012Validator(whole, format_checker=formats)
