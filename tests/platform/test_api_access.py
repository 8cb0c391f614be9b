"""Who gets into the API, with what, and who is shut out."""

import base64
import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from rest_framework.response import Response

from borgerservice.api.clients import end_api_client
from borgerservice.api.scopes import Scope
from borgerservice.api.v1_urls import urlpatterns
from borgerservice.api.views import ApiView, MunicipalView
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import ApiClient
from tests.builders import NOW, build_municipality, build_world
from tests.platform.api_calls import System, build_system, problem, statements

TOKEN = "/identity/o/api/token"
REALM = 'Bearer realm="borgerservice"'

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def new_client(*scopes: str, code: str = "0657") -> tuple[str, str, str]:
    """What an operator reads off the command: id, secret and token address."""
    build_municipality(code)
    out = StringIO()
    call_command(
        "create_api_client", "--municipality", code, *(f"--scope={scope}" for scope in scopes),
        stdout=out, stderr=StringIO(),
    )  # fmt: skip
    found = re.fullmatch(
        r"client_id: +(\S+)\nclient_secret: +(\S+)\ntoken address: +(\S+)\n", out.getvalue()
    )
    assert found
    return found[1], found[2], found[3]


def ask_for_token(client_id: str, secret: str, **more: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Client().post(TOKEN, {**form, **more})


def test_an_operator_makes_a_client_and_its_system_reads_the_appointments() -> None:
    client_id, secret, address = new_client("appointments:read")
    assert address == f"http://testserver{TOKEN}"
    answer = ask_for_token(client_id, secret)
    told = answer.json()
    assert (answer.status_code, told["token_type"], told["scope"], told["expires_in"]) == (
        200, "Bearer", "appointments:read", 3600,
    )  # fmt: skip
    assert "no-store" in answer["Cache-Control"]
    assert System(told["access_token"]).get("appointments/").json() == {"results": [], "next": None}


def test_a_client_may_show_its_secret_as_basic_credentials() -> None:
    client_id, secret, _ = new_client("appointments:read")
    shown = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    answer = Client().post(
        TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {shown}"}
    )
    assert answer.status_code == 200


def test_secret_and_token_are_stored_as_hashes_only() -> None:
    client_id, secret, _ = new_client("appointments:read")
    token = ask_for_token(client_id, secret).json()["access_token"]
    client = OAuthClient.objects.get(pk=client_id)
    stored = Token.objects.get(client_id=client_id)
    assert client.check_secret(secret)
    assert secret not in client.secret
    assert re.fullmatch("[0-9a-f]{64}", stored.hash)
    assert stored.hash != token


def test_making_a_client_is_recorded_without_its_secret() -> None:
    client_id, secret, _ = new_client("proofings:read", "appointments:read")
    client = ApiClient.unscoped.get(client_id=client_id)
    entry = AuditEntry.unscoped.get(event="api_client.created")
    assert (entry.actor, entry.subject, entry.facts) == (
        "command", f"client:{client.pk}", {"scopes": ["appointments:read", "proofings:read"]},
    )  # fmt: skip
    assert client.municipality.code == "0657"
    assert (client.name, client.ended_at) == ("Herning", None)


def test_a_client_is_made_for_a_known_municipality_only() -> None:
    with pytest.raises(CommandError, match="No municipality"):
        call_command("create_api_client", "--municipality", "0999", "--scope=proofings:read")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--municipality=0657"], "--scope"),
        (["--scope=proofings:read"], "--municipality"),
        (["--municipality=0657", "--scope=everything"], "invalid choice"),
    ],
)
def test_a_client_needs_a_municipality_and_known_scopes(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("create_api_client", *arguments)


def test_a_client_gets_no_scope_it_was_not_given() -> None:
    client_id, secret, _ = new_client("appointments:read")
    answer = ask_for_token(client_id, secret, scope="appointments:read proofings:read")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_may_hold_less_than_its_client() -> None:
    client_id, secret, _ = new_client("appointments:read", "proofings:read")
    token = ask_for_token(client_id, secret, scope="proofings:read").json()["access_token"]
    assert problem(System(token).get("appointments/"))[:2] == (403, "insufficient_scope")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "no\0body"}, 400, "invalid_request"),
        ({"client_secret": "no\0thing"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"resource": "not an address"}, 400, "invalid_target"),
        ({"resource": "https://elsewhere.example/"}, 400, "invalid_target"),
        ({"scope": "\0"}, 400, "invalid_request"),
        ({"scope": ["appointments:read", "proofings:read"]}, 400, "invalid_request"),
    ],
)
def test_a_token_is_refused_in_the_words_of_oauth(form: Any, status: int, error: str) -> None:
    client_id, secret, _ = new_client("appointments:read")
    sent = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = Client().post(TOKEN, {**sent, **form})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("header", ["Basic", "Basic ###", "Basic //79", "Bearer x", "Basic AA=="])
def test_broken_credentials_are_no_client(header: str) -> None:
    answer = Client().post(
        TOKEN, {"grant_type": "client_credentials"}, headers={"Authorization": header}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_nothing_secret_is_taken_from_the_address() -> None:
    client_id, secret, _ = new_client("appointments:read")
    query = f"?client_id={client_id}&client_secret={secret}&grant_type=client_credentials"
    assert Client().post(TOKEN + query).json() == {"error": "invalid_request"}
    assert Client().get(TOKEN + query).status_code == 405
    token = ask_for_token(client_id, secret).json()["access_token"]
    assert problem(System().get("appointments/", {"access_token": token}))[0] == 401
    assert problem(System(token).get("appointments/", {"access_token": token})) == (
        400, "invalid_request", [("unknown_key", "")],
    )  # fmt: skip


def test_only_the_token_address_of_the_oauth_server_is_open() -> None:
    closed = [
        "/identity/o/authorize",
        "/identity/o/device",
        "/identity/o/logout",
        "/identity/o/api/revoke",
        "/identity/o/api/introspect",
        "/identity/o/api/userinfo",
        "/identity/o/api/device/code",
        "/identity/o/api/clients",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ]
    assert [Client().post(address).status_code for address in closed] == [404] * len(closed)
    with pytest.raises(NoReverseMatch):
        reverse("idp:oidc:authorization")


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


def test_an_ended_client_is_refused_at_once_and_gets_no_new_token() -> None:
    client_id, secret, _ = new_client("appointments:read")
    system = System(ask_for_token(client_id, secret).json()["access_token"])
    client = ApiClient.unscoped.get(client_id=client_id)
    assert system.get("appointments/").status_code == 200
    for _ in range(2):
        end_api_client(client=client, actor="command", now=NOW)
    assert problem(system.get("appointments/"))[0] == 401
    assert ask_for_token(client_id, secret).status_code == 401
    client.refresh_from_db()
    assert client.ended_at == NOW
    assert AuditEntry.unscoped.filter(event="api_client.ended").count() == 1


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
    assert len(views) == 12
    for view in views:
        shown = getattr(view.cls, "open_to", "") or getattr(view.cls, "scopes", {})
        assert shown, view.cls
        assert view.open_to, view.cls
        assert issubclass(view.cls, ApiView)
        handlers = {name.upper() for name in ("get", "post") if hasattr(view.cls, name)}
        assert view.cls.open_to == "anyone" or set(view.cls.scopes) == handlers


def test_knowing_who_calls_takes_two_statements() -> None:
    system = build_system(build_municipality())
    answer, sql = statements(lambda: system.get("proofings/none/"))
    assert answer.status_code == 404
    assert len(sql) == 2


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
