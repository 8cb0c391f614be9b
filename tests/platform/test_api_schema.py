"""The API's description of itself: valid, whole, and readable in a browser."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from borgerservice.api.docs import _description
from borgerservice.api.scopes import Scope
from tests.platform.api_calls import System, problem

CALLS = {
    ("get", "/api/v1/municipalities/"): None,
    ("get", "/api/v1/centres/"): None,
    ("get", "/api/v1/services/"): None,
    ("get", "/api/v1/slots/"): None,
    ("get", "/api/v1/slots/free/"): None,
    ("get", "/api/v1/earliest/"): None,
    ("post", "/api/v1/decisions/"): None,
    ("post", "/api/v1/appointments/"): Scope.APPOINTMENTS_WRITE,
    ("post", "/api/v1/holds/"): Scope.APPOINTMENTS_WRITE,
    ("post", "/api/v1/holds/release/"): Scope.APPOINTMENTS_WRITE,
    ("get", "/api/v1/appointments/"): Scope.APPOINTMENTS_READ,
    ("get", "/api/v1/appointments/{reference}/"): Scope.APPOINTMENTS_READ,
    ("post", "/api/v1/appointments/{reference}/cancel/"): Scope.APPOINTMENTS_WRITE,
    ("post", "/api/v1/appointments/{reference}/move/"): Scope.APPOINTMENTS_WRITE,
    ("post", "/api/v1/appointments/{reference}/witness/"): Scope.APPOINTMENTS_WRITE,
    ("get", "/api/v1/proofings/{reference}/"): Scope.PROOFINGS_READ,
}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return System().get("schema/").json()


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, address): call
        for address, methods in described["paths"].items()
        for method, call in methods.items()
    }


def test_the_description_is_valid_openapi(tmp_path: Path) -> None:
    call_command(
        "spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yaml"),
        stdout=StringIO(), stderr=StringIO(),
    )  # fmt: skip


def test_it_is_openapi_3_1_and_open_to_anyone(described: dict[str, Any]) -> None:
    answer = System().get("schema/")
    assert answer["Content-Type"] == "application/json"
    assert described["openapi"] == "3.1.0"
    openapi = "application/vnd.oai.openapi+json"
    assert System().get("schema/", Accept=openapi)["Content-Type"] == openapi
    assert problem(System().get("schema/", Accept="text/html"))[0] == 406
    assert problem(System().post("schema/", {}))[0] == 405


def test_it_holds_every_call_with_who_may(described: dict[str, Any]) -> None:
    found = {
        place: next(iter(call["security"][0].values()))[0] if call.get("security") else None
        for place, call in operations(described).items()
    }
    assert found == CALLS
    scheme = described["components"]["securitySchemes"]["clientCredentials"]
    flow = scheme["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/identity/o/api/token"
    assert set(flow["scopes"]) == set(Scope)


def test_every_error_is_a_problem(described: dict[str, Any]) -> None:
    for place, call in operations(described).items():
        errors = {code: told for code, told in call["responses"].items() if code >= "400"}
        assert {"400", "406"} <= set(errors), place
        assert ({"401", "403"} <= set(errors)) == bool(CALLS[place]), place
        for told in errors.values():
            assert list(told["content"]) == ["application/problem+json"], place
            assert told["description"], place


def test_a_process_draws_the_description_once() -> None:
    System().get("schema/")
    assert _description() is _description()


def test_no_description_holds_danish_or_a_private_name(described: dict[str, Any]) -> None:
    text = str(described)
    for word in ("engelsk", "link_hash", "sealed", "x-spec-enum-id"):
        assert word not in text


@pytest.mark.once
def test_a_developer_reads_the_calls_in_a_browser(server: Any, desktop: Any) -> None:
    desktop.goto(server.url("/api/v1/docs/"))
    desktop.get_by_text("/api/v1/slots/").first.wait_for()
    desktop.get_by_text("/api/v1/slots/").first.click()
    desktop.get_by_role("button", name="Try it out").click()
    shown = desktop.get_by_placeholder("centre")
    shown.fill("nowhere")
    desktop.get_by_role("button", name="Add string item").click()
    desktop.locator(".parameters textarea, .parameters input").last.fill("new_mitid")
    desktop.get_by_role("button", name="Execute").click()
    desktop.get_by_text("centre_not_found").first.wait_for()
