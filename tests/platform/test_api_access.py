"""Who gets into the API, with what, and who is shut out."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.idp.oidc.models import Token
from django.test import RequestFactory
from rest_framework.response import Response

from borgerservice.api.scopes import Scope
from borgerservice.api.v1_urls import urlpatterns
from borgerservice.api.views import ApiView, MunicipalView
from borgerservice.municipalities.models import ApiClient
from tests.builders import NOW, build_municipality, build_world
from tests.platform.api_calls import System, build_system, problem, statements

REALM = 'Bearer realm="borgerservice"'

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_call_without_a_token_is_told_how_to_come_in() -> None:
    answer = System().get("appointments/")
    assert problem(answer) == (401, "not_authenticated", [])
    assert answer["WWW-Authenticate"] == REALM


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer unknown",
        "Bearer a b",
        "Bearer æøå",
        "bearer \x01",
        "Bearer " + "x" * 4000,
        "BEARER =====",
    ],
)
def test_a_token_nobody_gave_is_refused(header: str) -> None:
    answer = System(Authorization=header).get("appointments/")
    assert problem(answer) == (401, "authentication_failed", [])
    assert answer["WWW-Authenticate"] == f'{REALM}, error="invalid_token"'


def test_credentials_of_another_kind_are_no_token() -> None:
    assert problem(System(Authorization="Basic YTpi").get("appointments/"))[0] == 401


def test_an_expired_token_is_refused_at_once() -> None:
    system = build_system(build_municipality())
    assert system.get("appointments/").status_code == 200
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert problem(system.get("appointments/"))[:2] == (401, "authentication_failed")


def test_a_token_left_behind_by_an_ended_client_opens_nothing() -> None:
    system = build_system(build_municipality())
    ApiClient.unscoped.filter(pk=system.client.pk).update(ended_at=NOW)
    assert problem(system.get("appointments/"))[0] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"type": Token.Type.REFRESH_TOKEN},
        {"data": {"resources": ["https://elsewhere.example/"]}},
    ],
)
def test_a_token_made_for_something_else_is_refused(change: dict[str, Any]) -> None:
    system = build_system(build_municipality())
    Token.objects.update(**change)
    assert problem(system.get("appointments/"))[0] == 401


def test_a_client_of_no_municipality_is_refused() -> None:
    system = build_system(build_municipality())
    ApiClient.unscoped.all().delete()
    assert problem(system.get("appointments/"))[0] == 401


@pytest.mark.parametrize(
    ("method", "call", "needed"),
    [
        ("GET", "appointments/", Scope.APPOINTMENTS_READ),
        ("HEAD", "appointments/", Scope.APPOINTMENTS_READ),
        ("POST", "appointments/", Scope.APPOINTMENTS_WRITE),
        ("GET", "appointments/K7QF-M3RX-P8/", Scope.APPOINTMENTS_READ),
        ("POST", "appointments/K7QF-M3RX-P8/cancel/", Scope.APPOINTMENTS_WRITE),
        ("POST", "appointments/K7QF-M3RX-P8/move/", Scope.APPOINTMENTS_WRITE),
        ("POST", "appointments/K7QF-M3RX-P8/witness/", Scope.APPOINTMENTS_WRITE),
        ("GET", "proofings/K7QF-M3RX-P8/", Scope.PROOFINGS_READ),
    ],
)
def test_every_call_asks_for_its_own_scope(method: str, call: str, needed: Scope) -> None:
    place = build_municipality()
    others = [scope for scope in Scope if scope is not needed]
    assert build_system(place, others).send(method, call).status_code == 403
    assert build_system(place, [needed]).send(method, call).status_code in (200, 400, 404)


def test_a_view_that_names_no_scope_lets_nobody_in() -> None:
    class Forgotten(MunicipalView):
        def get(self, request: Any) -> Response:
            return Response({})

    class HalfForgotten(Forgotten):
        scopes = {"POST": Scope.APPOINTMENTS_WRITE}

    system = build_system(build_municipality())
    for view in (Forgotten, HalfForgotten):
        request = RequestFactory().get("/", headers={"Authorization": f"Bearer {system.token}"})
        assert problem(_rendered(view.as_view()(request)))[:2] == (403, "insufficient_scope")
        assert problem(_rendered(view.as_view()(RequestFactory().get("/"))))[0] == 401


def test_every_view_says_whom_it_is_open_to() -> None:
    views = list(_views(urlpatterns))
    assert len(views) == 17
    for view in views:
        shown = getattr(view.cls, "open_to", "") or getattr(view.cls, "scopes", {})
        assert shown, view.cls
        assert view.open_to, view.cls
        assert issubclass(view.cls, ApiView)
        handlers = {name.upper() for name in ("get", "post") if hasattr(view.cls, name)}
        assert view.cls.open_to == "anyone" or set(view.cls.scopes) == handlers


def test_knowing_who_calls_takes_one_statement() -> None:
    system = build_system(build_municipality())
    answer, sql = statements(lambda: system.get("proofings/none/"))
    assert answer.status_code == 404
    assert len(sql) == 1


def test_a_public_call_looks_at_no_token() -> None:
    build_world()
    answer, sql = statements(lambda: System("whatever").get("municipalities/"))
    assert answer.status_code == 200
    assert len(sql) == 1


def test_what_a_municipality_reads_is_kept_nowhere_on_the_way() -> None:
    system = build_system(build_municipality())
    assert "no-store" in system.get("appointments/")["Cache-Control"]
    assert "no-store" in System().get("appointments/")["Cache-Control"]


def _rendered(answer: Any) -> Any:
    answer.json = lambda: json.loads(answer.content)
    return answer


def _views(patterns: Any) -> Any:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern.url_patterns)
        else:
            yield pattern.callback
