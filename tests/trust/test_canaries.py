"""CPR-shaped numbers are typed into every field of every form and sent to every call.

Afterwards they are looked for in the whole database, the outbox, everything the server wrote and
every page it answered. They may be nowhere: what is kept of them is sealed or keyed.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from appointments.rules.local_time import instant
from appointments.services import check_in
from borgerservice.api.clients import create_api_client
from borgerservice.api.scopes import Scope
from borgerservice.municipalities.models import StaffRole
from borgerservice.vault.links import derive_link
from tests.builders import PASSWORD, build_staff, build_visit, build_world
from tests.days import monday_morning
from tests.rig.databases import Database
from tests.rig.services import Server
from tests.servers import Rig
from tests.trust.forms import Forms, send

OPENING = monday_morning()
PAGES = (
    "/",
    "/en/",
    "/{centre}/",
    "/{centre}/{service}/",
    "/visit/{link}/",
    "/visit/{link}/move/",
    "/visit/{link}/cancel/",
    "/accounts/login/",
)
STAFF_PAGES = (
    "/admin/{code}/centres/{centre}/day/",
    "/admin/{code}/centres/{centre}/book/",
    "/admin/{code}/centres/{centre}/walk-in/",
    "/admin/{code}/visits/{reference}/",
)
ROLES = (StaffRole.Role.CLERK, StaffRole.Role.ADMINISTRATOR, StaffRole.Role.AUDITOR)
AUDITOR_PAGES = ("/admin/{code}/decisions/", "/admin/{code}/decisions/summary/")


class Canaries:
    """Numbers with 60 added to the day, one for each place they are typed in."""

    def __init__(self) -> None:
        self._serial = itertools.count(1000)
        self.planted: dict[str, str] = {}

    def plant(self, place: str) -> str:
        """A fresh number, written as people write them."""
        number = f"{61}0190{next(self._serial)}"
        self.planted[number] = place
        return f"{number[:6]}-{number[6:]}"

    def found_in(self, text: str) -> list[str]:
        """The places whose canary the text holds, whatever stands between its digits."""
        digits = re.sub(r"(?<=\d)[\s\-.]+(?=\d)", "", text)
        return sorted(place for number, place in self.planted.items() if number in digits)


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


class House:
    """A centre with a visit, a case being opened, staff, and a client of the API."""

    def __init__(self, server: Server) -> None:
        self.server = server
        now = OPENING
        with server.database.opened():
            world = build_world(desks=3, today=now.date(), days=10)
            for role in ROLES:
                build_staff(world.municipality, role=role, username=str(role), now=now)
            visit = build_visit(world, day=now.date() + timedelta(days=1), now=now)
            client = create_api_client(
                municipality=world.municipality,
                name="canary",
                scopes=list(Scope),
                actor="system",
                now=now,
            )
            self.names = {
                "code": world.municipality.code,
                "centre": world.centre.key,
                "service": world.service.code,
                "reference": visit.reference,
                "link": derive_link("visit", visit.link_salt),
            }
        self.client = client
        self.visit, self.world = visit, world

    def session(self, username: str = "") -> requests.Session:
        session = requests.Session()
        if username:
            page = session.get(self.server.url("/accounts/login/"), timeout=60)
            form = next(f for f in Forms(page.url, page.text).found if "login" in f.typed)
            answer = send(session, form, {"login": username, "password": PASSWORD})
            assert "/admin/" in answer.url, answer.url
        return session


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    env = {
        "GUNICORN_CMD_ARGS": "--config=tests/rig/moved_clock.py",
        "MOVED_CLOCK": OPENING.isoformat(),
    }
    with rig.fresh_database() as database, rig.serve(database, env=env) as server:
        yield server


@pytest.fixture(scope="module")
def house(server: Server) -> House:
    return House(server)


def everything_stored(database: Database) -> Iterator[str]:
    """Every value of every column of every table, as text."""
    with database.opened(as_owner=True) as connection, connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    if isinstance(value, (bytes, memoryview)):
                        yield bytes(value).decode("latin-1")
                    else:
                        yield str(value)


def careless_people(house: House, canaries: Canaries) -> Iterator[tuple[str, str]]:
    """Fill in every form of every page with canaries; yields what each answer said."""
    walks = {"": PAGES, "clerk": STAFF_PAGES, "administrator": (), "auditor": AUDITOR_PAGES}
    for username, pages in walks.items():
        session = house.session(username)
        addresses = [house.server.url(page.format(**house.names)) for page in pages]
        if username == "administrator":
            start = session.get(house.server.url("/admin/"), timeout=60)
            links = re.findall(r'href="(/admin/\d{4}/[^"#?]+)"', start.text)
            addresses = sorted({house.server.url(link) for link in links})
            assert len(addresses) > 3
        for address in addresses:
            page = session.get(address, timeout=60)
            assert page.status_code == 200, (address, page.status_code)
            for number, form in enumerate(Forms(page.url, page.text).found):
                if "logout" in form.action or "setlang" in form.action:
                    continue
                filling = {n: canaries.plant(f"{address} {n}") for n in form.typed}
                answer = send(session, form, filling)
                assert answer.status_code < 500, (address, number, filling)
                yield f"{address} form {number}", answer.text
                for again in Forms(answer.url, answer.text).found:
                    if again.method == "post" and again.typed:
                        more = {n: canaries.plant(f"{answer.url} {n}") for n in again.typed}
                        second = send(session, again, more)
                        assert second.status_code < 500, (answer.url, more)
                        yield answer.url, second.text


def careless_systems(house: House, canaries: Canaries) -> Iterator[tuple[str, str]]:
    """Send canaries in every part of every API call."""
    api = house.server.url("/api/v1/")
    token = requests.post(
        house.server.url("/identity/o/api/token"),
        data={"grant_type": "client_credentials"},
        auth=(house.client.client.client_id, house.client.secret),
        timeout=60,
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    good = {
        "centre": house.names["centre"],
        "service": house.names["service"],
        "start": instant(OPENING.date() + timedelta(days=2), 780).isoformat(),
        "participants": [{"name": "Amina"}],
        "phone": "+4520304050",
        "email": "a@example.com",
        "language": "da",
    }
    for key in [*good, "note"]:
        canary = canaries.plant(f"API {key}")
        body = {**good, key: [{"name": canary}] if key == "participants" else canary}
        answer = requests.post(
            f"{api}appointments/",
            json=body,
            headers={**headers, "Idempotency-Key": f"canary-{key}"},
            timeout=60,
        )
        assert 400 <= answer.status_code < 500, (key, answer.text)
        yield f"POST appointments {key}", answer.text
    for path in ("slots/?centre={}", "appointments/?date={}", "appointments/{}/", "proofings/{}/"):
        answer = requests.get(api + path.format(canaries.plant(path)), headers=headers, timeout=60)
        assert answer.status_code < 500
        yield path, answer.text
    facts = {"on": "2026-11-23", "applicant": {"birth_date": canaries.plant("decisions")}}
    answer = requests.post(f"{api}decisions/", json=facts, timeout=60)
    assert answer.status_code == 400
    yield "POST decisions", answer.text


def a_case_at_the_desk(house: House, canaries: Canaries) -> Iterator[tuple[str, str]]:
    """A clerk proves an identity; the numbers typed are what the desk is for."""
    with house.server.database.opened():
        visit = build_visit(house.world, day=OPENING.date(), minute=660, now=OPENING)
        check_in(appointment=visit, actor="staff:1", now=OPENING)
    session = house.session("clerk")
    page = session.get(
        house.server.url(f"/admin/{house.names['code']}/visits/{visit.reference}/"), timeout=60
    )
    opening = next(f for f in Forms(page.url, page.text).found if "proofing" in f.action)
    page = send(session, opening, {})
    documents = {"documents-0-type": "passport", "documents-0-issuer": "DK"}
    for _step in range(6):
        forms = [f for f in Forms(page.url, page.text).found if "proofings" in f.action]
        step = next((f for f in forms if f.method == "post" and (f.typed or f.chosen)), None)
        if step is None:
            break
        filling = dict.fromkeys(step.typed, "")
        if "number" in step.typed:
            filling |= {"number": canaries.plant("desk number"), "name": "Lars Jensen"}
            filling |= documents
        if "mitid_since" in step.typed:
            filling["mitid_since"] = "01-02-2024"
        page = send(session, step, filling)
        assert page.status_code < 500
        yield page.url, page.text


def an_account_of_what_is_held(house: House, canaries: Canaries) -> Iterator[tuple[str, str]]:
    """An administrator asks, as it should be, what is held of a number; on the page and as a file."""
    session = house.session("administrator")
    page = session.get(house.server.url(f"/admin/{house.names['code']}/held/"), timeout=60)
    form = next(f for f in Forms(page.url, page.text).found if "journal" in f.typed)
    filling = {
        "number": canaries.plant("access request"),
        "name": "Lars Jensen",
        "journal": "26/1",
    }
    for buttons in ([], form.buttons):
        form.buttons = buttons
        answer = send(session, form, filling)
        assert ('"groups"' if buttons else 'id="trail"') in answer.text, answer.text
        yield answer.url, answer.text


def what_is_kept_and_what_goes(house: House, canaries: Canaries) -> Iterator[tuple[str, str]]:
    """An administrator takes a number for a visit's, and writes one where a journal's belongs."""
    session = house.session("administrator")
    for path, typed in (("holds", "reference"), ("disposal", "authority")):
        page = session.get(house.server.url(f"/admin/{house.names['code']}/{path}/"), timeout=60)
        form = next(f for f in Forms(page.url, page.text).found if typed in f.typed)
        answer = send(session, form, {typed: canaries.plant(path)})
        assert answer.status_code < 500
        yield answer.url, answer.text


def test_no_number_that_is_typed_anywhere_can_be_found_afterwards(
    house: House, canaries: Canaries, server: Server
) -> None:
    answers = [
        *careless_people(house, canaries),
        *careless_systems(house, canaries),
        *a_case_at_the_desk(house, canaries),
        *an_account_of_what_is_held(house, canaries),
        *what_is_kept_and_what_goes(house, canaries),
    ]
    assert len(canaries.planted) > 60
    assert any(place == "desk number" for place in canaries.planted.values())
    echoes = {place for _where, text in answers for place in canaries.found_in(text)}
    assert sorted(echoes) == []
    stored = "\n".join(everything_stored(server.database))
    assert canaries.found_in(stored) == []
    assert canaries.found_in(server.log()) == []


def test_a_number_that_did_leak_would_be_found(house: House, canaries: Canaries) -> None:
    canary = canaries.plant("a leak")
    with house.server.database.opened():
        house.world.centre.note = f"ring {canary.replace('-', ' ')}"
        house.world.centre.save(update_fields=["note"])
    assert canaries.found_in("\n".join(everything_stored(house.server.database))) == ["a leak"]


def test_a_leak_in_the_log_would_be_found(rig: Rig, canaries: Canaries) -> None:
    assert canaries.found_in(f"GET /?q={canaries.plant('log')} 200") == ["log"]
