"""Production as it is run: gunicorn, Celery, PostgreSQL with two roles, Valkey, an SMS gateway."""

import json
import re
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest

from borgerservice.kernel import clock
from borgerservice.notifications.models import Message
from tests.days import build_coming_world
from tests.production.installation import ADDRESS, Door
from tests.rig.processes import DidNotStart

pytestmark = pytest.mark.only("postgresql")
NEEDED = (
    "SECRET_KEY",
    "TOKEN_KEY",
    "KEYS_FILE",
    "ALLOWED_HOSTS",
    "PUBLIC_ADDRESS",
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "SMS_GATEWAY",
    "SMS_GATEWAY_URL",
    "SMS_GATEWAY_TOKEN",
)


@pytest.fixture(scope="module")
def door(rig, env, database):
    with rig.serve(database, env=env) as server:
        yield Door(server)


@pytest.fixture(scope="module")
def worker(rig, env, database):
    with rig.work(database, env=env, beat=True) as worker:
        yield worker


def client_of(rig, database, env):
    """A municipality's system, let in by the operator's command."""
    said = rig.manage(
        *("create_api_client", "--municipality", "0657", "--scope", "appointments:write"),
        database=database,
        env=env,
    )
    return (
        re.search(r"client_id: +(\S+)", said)[1],
        re.search(r"client_secret: +(\S+)", said)[1],
        re.search(r"token address: +(\S+)", said)[1],
    )


def first_free_time(door, world):
    today = clock.danish_date(clock.now())
    query = (
        f"?centre={world.centre.key}&service={world.service.code}"
        f"&from={today}&to={today + timedelta(days=13)}"
    )
    status, _, body = door.ask(f"/api/v1/slots/{query}")
    assert status == 200, body
    return json.loads(body)["results"][0]["start"]


def test_a_booking_over_http_is_confirmed_by_text_message_once(
    rig, env, database, door, worker, provider
):
    client_id, secret, token_address = client_of(rig, database, env)
    assert token_address == f"{ADDRESS}/identity/o/api/token"
    with database.opened():
        world = build_coming_world()
    door.sign_in(client_id, secret, "appointments:write")
    booking = {
        "centre": world.centre.key,
        "service": world.service.code,
        "start": first_free_time(door, world),
        "participants": [{"name": "Amina Hassan"}],
        "phone": "+4520304050",
        "language": "da",
    }
    answers = [
        door.post_json("/api/v1/appointments/", booking, **{"Idempotency-Key": "one-booking"})
        for _ in range(2)
    ]
    assert [status for status, _ in answers] == [201, 201]
    assert answers[0] == answers[1]
    reference = answers[0][1]["reference"]
    assert answers[0][1]["links"]["visit"].startswith(f"{ADDRESS}/")

    end = time.monotonic() + 40
    while not provider.posts and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(3)  # a second copy would come now
    assert [post.to for post in provider.posts] == ["+4520304050"]
    assert reference in provider.posts[0].text
    assert len(provider.posts[0].text) <= 160
    assert provider.posts[0].token == f"Bearer {env['SMS_GATEWAY_TOKEN']}"
    with database.opened():
        assert [message.status for message in Message.unscoped.all()] == [Message.Status.SENT]
    logs = door.server.log() + worker.log()
    for secret_word in ("20304050", "Amina", "Hassan", client_id, secret, door.token):
        assert secret_word not in logs


@pytest.mark.parametrize("path", ["/demo/", "/demo/inbox/", "/en/demo/inbox/"])
def test_the_demo_does_not_exist_here(door, path):
    assert door.ask(path)[0] == 404


def test_pages_are_served_with_their_styles(door):
    status, _, page = door.ask("/")
    assert status == 200
    styles = re.findall(r'href="(/static/[^"]+\.css)"', page.decode())
    assert styles
    for address in styles:
        status, headers, _ = door.ask(address)
        assert status == 200
        assert "immutable" in headers["Cache-Control"]


def test_plain_http_is_sent_to_https_and_health_answers_all_the_same(door):
    status, headers, _ = door.ask("/api/v1/municipalities/", is_behind_proxy=False)
    assert (status, headers["Location"].partition(":")[0]) == (301, "https")
    assert door.ask("/healthz", is_behind_proxy=False)[0] == 200
    assert door.ask("/readyz", is_behind_proxy=False)[2] == b"ready"


def test_answers_carry_the_headers_that_protect_whoever_reads_them(door):
    _, headers, _ = door.ask("/api/v1/municipalities/")
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_web_process_works_as_the_role_without_ddl(database, door):
    with database.opened() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchall() == [(connection.settings_dict["USER"],)]


def test_nothing_that_belongs_to_a_debugging_session_is_shown(door):
    status, _, body = door.ask("/api/v1/appointments/NOT-THERE-00/")
    assert status in {401, 403, 404}
    assert b"Traceback" not in body


@pytest.mark.parametrize("name", NEEDED)
def test_it_refuses_to_start_without(rig, database, env, name):
    with pytest.raises(DidNotStart, match=rf"The environment lacks:\n  {name}: \w+"):
        rig.manage("check", database=database, env={**env, name: ""})


def test_it_names_everything_that_is_missing_at_once(rig, database, env):
    nothing = {**dict.fromkeys(NEEDED, ""), "SMS_GATEWAY": env["SMS_GATEWAY"]}
    with pytest.raises(DidNotStart) as refusal:
        rig.manage("check", database=database, env={**env, **nothing})
    named = {name for name in NEEDED if f"  {name}: " in str(refusal.value)}
    assert named == set(NEEDED) - {"SMS_GATEWAY"}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 50 characters"),
        ("KEYS_FILE", "/nowhere/keys.json", "KEYS_FILE names no file"),
    ],
)
def test_it_refuses_to_start_with_half_a_value(rig, database, env, name, value, why):
    with pytest.raises(DidNotStart, match=why):
        rig.manage("check", database=database, env={**env, name: value})


def test_it_refuses_to_start_with_pseudonyms_that_are_cheap_to_guess(rig, database, env):
    cheap = {**env, "DJANGO_SETTINGS_MODULE": "tests.production.cheap_settings"}
    with pytest.raises(DidNotStart, match="PSEUDONYM_COST is below the least allowed: memory_kib"):
        rig.manage("check", database=database, env=cheap)


def test_a_version_is_added_to_the_keys_of_a_running_installation(rig, database, env, door):
    """The workers that run take it up; the file is never away."""
    file = Path(env["KEYS_FILE"])
    before = json.loads(file.read_text())
    for domain in ("mark", "wrap", "link"):
        said = rig.manage("rotate_keys", "--domain", domain, database=database, env=env)
        assert f"{domain} has version 2" in said
    after = json.loads(file.read_text())
    assert {domain: sorted(after[domain]) for domain in after} == {
        domain: ["1", "2"] for domain in after
    }
    assert all(after[domain]["1"] == before[domain]["1"] for domain in before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert door.ask("/readyz", is_behind_proxy=False)[2] == b"ready"


def test_gunicorn_itself_refuses_to_start_half_configured(rig, database, env):
    with (
        pytest.raises(DidNotStart, match=r"The environment lacks:\n  KEYS_FILE"),
        rig.serve(database, env={**env, "KEYS_FILE": ""}),
    ):
        pass


def test_gunicorn_refuses_to_start_before_the_styles_are_collected(rig, database, env, tmp_path):
    """Every page would fail, while health says all is well."""
    with (
        pytest.raises(DidNotStart, match=r"not collected. Run manage.py collectstatic"),
        rig.serve(database, env={**env, "STATIC_ROOT": str(tmp_path / "empty")}),
    ):
        pass


def test_djangos_own_checks_for_deployment_are_clean(rig, database, env):
    said = rig.manage("check", "--deploy", "--fail-level", "INFO", database=database, env=env)
    assert "no issues" in said


def test_keys_are_made_once_and_for_their_owner_alone(rig, database, tmp_path):
    keys = tmp_path / "keys.json"
    checks = {"DJANGO_SETTINGS_MODULE": "borgerservice.settings.checks"}
    rig.manage("new_keys", str(keys), database=database, env=checks)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o400
    before = keys.read_bytes()
    with pytest.raises(DidNotStart, match="never written over"):
        rig.manage("new_keys", str(keys), database=database, env=checks)
    assert keys.read_bytes() == before
