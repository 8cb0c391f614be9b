"""A system becomes a client of the API, gets its tokens, and is shut out again."""

import base64
import re
from io import StringIO
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import ApiClient
from tests.builders import NOW, build_municipality
from tests.platform.api_calls import System, problem

TOKEN = "/identity/o/api/token"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
    client_id, _secret, _ = new_client("proofings:read", "appointments:read")
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
        (
            {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
            400,
            "unsupported_grant_type",
        ),
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


def test_an_ended_client_is_refused_at_once_and_gets_no_new_token() -> None:
    client_id, secret, _ = new_client("appointments:read")
    system = System(ask_for_token(client_id, secret).json()["access_token"])
    client = ApiClient.unscoped.get(client_id=client_id)
    assert system.get("appointments/").status_code == 200
    for _ in range(2):
        call_command("end_api_client", client_id, stdout=StringIO())
    assert problem(system.get("appointments/"))[0] == 401
    assert ask_for_token(client_id, secret).status_code == 401
    client.refresh_from_db()
    assert client.ended_at == NOW
    assert AuditEntry.unscoped.filter(event="api_client.ended").count() == 1


def test_only_a_known_client_can_be_ended() -> None:
    with pytest.raises(CommandError, match="No client"):
        call_command("end_api_client", "nobody")
