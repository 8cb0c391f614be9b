"""Thousands of requests nobody meant, at a real server: never a 5xx, never what was not promised."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from appointments.models import Desk
from appointments.services.centres.desk_days import open_days
from borgerservice.kernel import clock
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, Municipality
from tests.platform.api_calls import PROBLEM, build_system
from tests.servers import IS_FULL, Rig

EXAMPLES = 300 if IS_FULL else 15
SEED = secrets.randbits(32) if IS_FULL else 20261122
CENTRE = "borgerservice-herning"
LAST_MIDNIGHT = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
CALLS = [
    ("GET", "/api/v1/municipalities/", True),
    ("GET", "/api/v1/centres/", True),
    ("GET", "/api/v1/services/", True),
    ("GET", "/api/v1/slots/", False),
    ("GET", "/api/v1/slots/free/", False),
    ("GET", "/api/v1/earliest/", False),
    ("POST", "/api/v1/decisions/", True),
    ("POST", "/api/v1/holds/", False),
    ("POST", "/api/v1/holds/release/", False),
    ("POST", "/api/v1/appointments/", False),
    ("GET", "/api/v1/appointments/", False),
    ("GET", "/api/v1/appointments/{reference}/", True),
    ("POST", "/api/v1/appointments/{reference}/cancel/", True),
    ("POST", "/api/v1/appointments/{reference}/move/", False),
    ("POST", "/api/v1/appointments/{reference}/witness/", False),
    ("GET", "/api/v1/proofings/{reference}/", True),
]
"""Each call, and whether its schema says all there is to say of a request."""

load_all_checks()
fuzzing = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Live:
    """A real server, its description of itself, and a token that may do everything."""

    schema: Any
    headers: dict[str, str]
    session: requests.Session
    address: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {**self.headers, "Idempotency-Key": secrets.token_hex(8)}
        return self.session.request(method, self.address + path, headers=headers, **options)


@pytest.fixture(scope="module")
def live(rig: Rig) -> Iterator[Live]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        with database.opened():
            herning = Municipality.objects.get(code="0657")
            system = build_system(herning, now=clock.now())
            today = danish_date(clock.now())
            herning_centre = Centre.objects.get(key=CENTRE)
            Desk.objects.create(centre=herning_centre, number=90, caps=(1 << 48) - 1)
            open_days(centre=herning_centre, first=today, last=today + timedelta(days=60))
        with requests.Session() as session:
            schema = schemathesis.openapi.from_url(server.url("/api/v1/schema/"))
            yield Live(schema, system.headers, session, server.address)
        assert "Traceback" not in server.log()


@pytest.mark.parametrize(("method", "address", "is_whole"), CALLS)
def test_what_the_description_allows_is_answered_as_it_promises(
    live: Live, method: str, address: str, *, is_whole: bool
) -> None:
    excluded = [] if is_whole else [CHECKS.get_one("positive_data_acceptance")]
    operation = live.schema[address][method]

    @seeded(SEED)
    @fuzzing
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def send(case: Any) -> None:
        case.call_and_validate(session=live.session, headers=live.headers, excluded_checks=excluded)

    send()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        (method, address)
        for method, address, _ in CALLS
        if method == "POST" or address.endswith(("centres/", "slots/", "free/", "appointments/"))
        if "cancel" not in address
    ],
)
def test_what_the_description_forbids_is_refused_as_it_promises(
    live: Live, method: str, address: str
) -> None:
    operation = live.schema[address][method]

    @seeded(SEED)
    @fuzzing
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def send(case: Any) -> None:
        case.call_and_validate(session=live.session, headers=live.headers)

    send()


any_moment = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat(),
    st.datetimes(),
    st.integers(-1439, 1439),
)
near_moment = st.builds(
    lambda days, quarters: (
        LAST_MIDNIGHT + timedelta(days=days, minutes=15 * quarters)
    ).isoformat(),
    st.integers(0, 65),
    st.integers(28, 60),
)
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def mostly(right: st.SearchStrategy[Any], *others: st.SearchStrategy[Any]) -> Any:
    """Nearly always what is meant, now and then something like it or anything at all."""
    strange = st.one_of(*others, any_json)
    return st.integers(0, 9).flatmap(lambda pick: right if pick else strange)


bookings = st.fixed_dictionaries(
    {
        "centre": st.just(CENTRE),
        "service": mostly(st.just("passport"), st.text(max_size=50)),
        "start": mostly(near_moment, any_moment),
        "participants": mostly(
            st.lists(
                st.fixed_dictionaries({"name": mostly(st.just("Bo"), st.text(max_size=120))}),
                min_size=1,
                max_size=2,
            )
        ),
        "phone": mostly(st.just("+4520304050"), st.text(max_size=50)),
    },
    optional={
        "email": mostly(st.just("bo@example.com"), st.emails(), st.text(max_size=40)),
        "language": mostly(st.sampled_from(["da", "en"])),
    },
)


def test_any_booking_at_a_real_centre_is_made_or_refused(live: Live) -> None:
    seen: dict[int, int] = {}

    @seeded(SEED)
    @settings(fuzzing, max_examples=6 * EXAMPLES)
    @given(body=bookings)
    def book(body: Any) -> None:
        answer = live.call("POST", "/api/v1/appointments/", json=body)
        assert answer.status_code in (201, 400, 409, 422), answer.text
        kind = "application/json" if answer.status_code == 201 else PROBLEM
        assert answer.headers["Content-Type"] == kind
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1

    book()
    assert {201, 400, 409, 422} <= set(seen)


def test_any_days_at_a_real_centre_have_times_or_a_refusal(live: Live) -> None:
    @seeded(SEED)
    @settings(fuzzing, max_examples=EXAMPLES)
    @given(
        first=st.dates() | st.text(max_size=12),
        last=st.dates() | st.text(max_size=12),
        cursor=st.text(max_size=80),
    )
    def ask(first: Any, last: Any, cursor: str) -> None:
        query = {"centre": CENTRE, "service": "passport", "from": first, "to": last}
        assert live.call("GET", "/api/v1/slots/", params=query).status_code in (200, 400, 422)
        for asked in ({"date": first}, {"cursor": cursor, "centre": CENTRE}, {"date": last}):
            answer = live.call("GET", "/api/v1/appointments/", params=asked)
            assert answer.status_code in (200, 400), answer.text

    ask()


@pytest.mark.once
def test_any_bytes_are_answered(live: Live) -> None:
    @seeded(SEED)
    @settings(fuzzing, max_examples=5 * EXAMPLES)
    @given(body=st.binary(max_size=200), path=st.sampled_from(["appointments", "decisions"]))
    def post(body: bytes, path: str) -> None:
        headers = {**live.headers, "Idempotency-Key": "1", "Content-Type": "application/json"}
        answer = live.session.post(f"{live.address}/api/v1/{path}/", data=body, headers=headers)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == PROBLEM

    post()
