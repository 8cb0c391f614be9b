"""Every way a call can go wrong: problem+json, a code, a pointer, and nothing of what was sent."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from borgerservice.api import problem as problems
from borgerservice.api.views import PublicView
from borgerservice.api.wording import REQUESTS, VALUES
from tests.builders import build_world
from tests.platform.api_calls import PROBLEM, System, build_system, problem

CANARY = "610190-1234"
DEEP = b"[" * 60_000

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class Broken(PublicView):
    """A view whose author was mistaken."""

    def get(self, request: Any) -> Any:
        raise RuntimeError(CANARY)

    def post(self, request: Any) -> Any:
        raise PermissionDenied(CANARY)


def refuse(request: HttpRequest) -> Any:
    raise {"403": PermissionDenied, "400": SuspiciousOperation}[request.GET["with"]](CANARY)


urlpatterns = [
    path("api/v1/broken/", Broken.as_view()),
    path("api/v1/refused/", refuse),
    path("elsewhere/broken/", Broken.as_view()),
    path("api/v1/", include("borgerservice.api.v1_urls")),
    path("", include("appointments.urls")),
]
handler400 = "borgerservice.api.problem.bad_request"
handler403 = "borgerservice.api.problem.permission_denied"
handler404 = "borgerservice.api.problem.page_not_found"
handler500 = "borgerservice.api.problem.server_error"


def test_an_address_that_is_none() -> None:
    for call in ("", "nothing/", f"appointments/{CANARY}/more/"):
        answer = System().get(call)
        assert problem(answer) == (404, "not_found", [])
    assert Client().get("/api/").json()["code"] == "not_found"


def test_what_is_sent_to_an_address_without_its_slash_is_not_taken_for_a_read() -> None:
    assert System().get("services").status_code == 301
    assert problem(System().post("appointments")) == (404, "not_found", [])
    assert problem(System().post("appointments/K7QF-M3RX-P8/cancel")) == (404, "not_found", [])


def test_a_method_that_an_address_does_not_take() -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"):
        answer = System().send(method, "services/")
        assert problem(answer) == (405, "method_not_allowed", [])
        assert answer["Allow"] == "GET, HEAD"
    assert problem(System().get("decisions/"))[0] == 405
    assert problem(System().send("PUT", "appointments/"))[0] == 405


def test_a_head_is_a_get_without_its_body() -> None:
    answer = System().send("HEAD", "services/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_answer_in_another_form_than_json() -> None:
    for accept in ("text/html", "application/xml", "text/*;q=0.5", "nonsense"):
        assert problem(System().get("services/", Accept=accept)) == (406, "not_acceptable", [])
    for accept in (
        "*/*",
        "application/*",
        "application/json, text/html",
        "application/json; q=0.1",
    ):
        assert System().get("services/", Accept=accept).status_code == 200


def test_a_body_in_another_form_than_json() -> None:
    system = build_system(build_world().municipality)
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        for answer in (
            system.post(
                "appointments/", b"centre=x", content_type=kind, **{"Idempotency-Key": "1"}
            ),
            System().post("decisions/", b"{}", content_type=kind),
        ):
            assert problem(answer) == (415, "unsupported_media_type", [])


@pytest.mark.parametrize("call", ["appointments/", "decisions/"])
def test_a_body_larger_than_the_limit(call: str) -> None:
    system = build_system(build_world().municipality)
    big = json.dumps({"centre": "x" * 65_536}).encode()
    answer = system.post(call, big, **{"Idempotency-Key": "1"})
    assert problem(answer) == (413, "too_large", [])
    just_fits = b" " * (65_536 - 2) + b"{}"
    assert system.post(call, just_fits, **{"Idempotency-Key": "1"}).status_code == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not_json"),
        (b"nothing", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'\xef\xbb\xbf{"centre": "x"}', "not_json"),
        (b'{"centre": NaN}', "not_json"),
        (b'{"centre": -Infinity}', "not_json"),
        (b'{"centre": "a\x00b"}', "not_json"),
        (b'{"centre": ' + b"1" * 5_000 + b"}", "not_json"),
        (DEEP, "not_json"),
        (b'{"a":' * 10_000, "not_json"),
        (b'{"centre": "x", "centre": "x"}', "key_twice"),
        (b'{"participants": [{"name": "x", "name": "y"}]}', "key_twice"),
    ],
)
def test_a_body_that_is_not_json(body: bytes, code: str) -> None:
    system = build_system(build_world().municipality)
    answer = system.post("appointments/", body, **{"Idempotency-Key": "1"})
    assert problem(answer) == (400, code, [])


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"', b"true", b"[[]]"])
def test_a_body_that_is_no_object(body: bytes) -> None:
    system = build_system(build_world().municipality)
    answer = system.post("appointments/", body, **{"Idempotency-Key": "1"})
    assert problem(answer)[0] == 400
    assert problem(answer)[1] == "invalid_request"


def test_the_language_of_the_answer_is_the_callers() -> None:
    english = System().get("nothing/")
    danish = System(**{"Accept-Language": "da"}).get("nothing/")
    none = System(**{"Accept-Language": "fr"}).get("nothing/")
    assert english.json()["detail"] == "There is nothing at this address."
    assert (danish["Content-Language"], none["Content-Language"]) == ("da", "da")
    assert System().get("services/")["Content-Language"] == "en"
    assert System(**{"Accept-Language": "da"}).get("services/")["Content-Language"] == "da"
    assert "Accept-Language" in english["Vary"]


@override_settings(ROOT_URLCONF=__name__)
def test_what_nobody_foresaw_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = System().get("broken/")
    assert problem(answer) == (500, "server_error", [])
    assert CANARY not in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_of_the_frame_is_a_problem_too() -> None:
    assert problem(System().post("broken/", {})) == (403, "permission_denied", [])
    assert problem(System().get("refused/", {"with": "403"})) == (403, "permission_denied", [])
    assert problem(System().get("refused/", {"with": "400"})) == (400, "bad_request", [])


@override_settings(ROOT_URLCONF=__name__)
def test_pages_outside_the_api_keep_their_own_errors() -> None:
    answer = Client(raise_request_exception=False).get("/elsewhere/broken/")
    assert answer.status_code == 500
    assert answer["Content-Type"] != PROBLEM


def test_a_host_that_is_not_ours() -> None:
    answer = Client().get("/api/v1/services/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert b"elsewhere" not in answer.content


@pytest.mark.parametrize("call", ["municipalities/", "services/", "centres/", "slots/"])
def test_an_unknown_parameter_is_pointed_at_without_its_name(call: str) -> None:
    answer = System().get(call, {CANARY: CANARY})
    assert ("unknown_key", "") in problem(answer)[2]
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize(
    "call", ["appointments/", "appointments/K7QF-M3RX-P8/", "proofings/K7QF-M3RX-P8/"]
)
def test_an_unknown_parameter_of_a_municipal_call_too(call: str) -> None:
    system = build_system(build_world().municipality)
    assert problem(system.get(call, {"format": "json"})) == (
        400, "invalid_request", [("unknown_key", "")],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("call", "query", "faults"),
    [
        ("centres/", "municipality=0657&municipality=0101", [("sent_twice", "/municipality")]),
        ("centres/", "municipality=", [("blank", "/municipality")]),
        ("centres/", "municipality=06571", [("too_long", "/municipality")]),
        ("centres/", "municipality=06%007", [("not_text", "/municipality")]),
        ("slots/", "", [("required", "/centre"), ("required", "/service")]),
        ("slots/", "centre=%00&service=%00", [("not_text", "/centre"), ("not_text", "/service/0")]),
        ("slots/", "centre=a&service=", [("blank", "/service/0")]),
        (
            "slots/",
            "centre=a&service=b&service=b&service=b&service=b&service=b",
            [("too_long", "/service")],
        ),
        ("slots/", "centre=a&service=b&participants=5", [("out_of_range", "/participants")]),
        ("slots/", "centre=a&service=b&participants=0", [("out_of_range", "/participants")]),
        ("slots/", "centre=a&service=b&participants=two", [("wrong_type", "/participants")]),
        (
            "slots/",
            "centre=a&service=b&service=c&participants=2",
            [("one_way_only", "/participants")],
        ),
        ("slots/", "centre=a&service=b&from=2026-02-30", [("not_a_date", "/from")]),
        (
            "slots/",
            "centre=a&service=b&from=tomorrow&to=20261124",
            [("not_a_date", "/to"), ("not_a_date", "/from")],
        ),
        ("slots/", "centre=a&service=b&from=2026-11-24T10:00", [("not_a_date", "/from")]),
        ("slots/", "centre=a&service=b&from=%D9%A2026-11-24", [("not_a_date", "/from")]),
        ("slots/", "centre=a&service=b&to=", [("not_a_date", "/to")]),
        ("slots/", "centre=a&service=b&from=2026-11-24&from=2026-11-25", [("sent_twice", "/from")]),
    ],
)
def test_a_parameter_that_cannot_be_used(call: str, query: str, faults: list[Any]) -> None:
    assert problem(System().get(f"{call}?{query}")) == (400, "invalid_request", faults)


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("centre=%00", [("not_text", "/centre")]),
        ("centre=" + "x" * 81, [("too_long", "/centre")]),
        ("date=2026-13-01", [("not_a_date", "/date")]),
        ("date=2026-11-24&date=2026-11-24", [("sent_twice", "/date")]),
        ("cursor=x", [("invalid_cursor", "/cursor")]),
        ("cursor=%00", [("not_text", "/cursor")]),
        ("cursor=" + "x" * 81, [("too_long", "/cursor")]),
        ("cursor=OTk5OTk5OTk5OTk5LjE", [("invalid_cursor", "/cursor")]),
        ("page=2", [("unknown_key", "")]),
    ],
)
def test_a_list_that_cannot_be_read(query: str, faults: list[Any]) -> None:
    system = build_system(build_world().municipality)
    assert problem(system.get(f"appointments/?{query}")) == (400, "invalid_request", faults)


def test_every_code_of_the_kit_has_its_sentence() -> None:
    assert all(str(sentence) for sentence in (*REQUESTS.values(), *VALUES.values()))
    assert set(problems._VALUE_CODES.values()) <= set(VALUES)


def test_the_frames_handlers_leave_other_pages_to_the_frame() -> None:
    request = RequestFactory().get("/elsewhere/")
    for handler, status in (
        (problems.bad_request, 400),
        (problems.permission_denied, 403),
        (problems.page_not_found, 404),
    ):
        answer = handler(request, Exception())
        assert answer.status_code == status
        assert answer["Content-Type"] != PROBLEM
    assert problems.server_error(request).status_code == 500
