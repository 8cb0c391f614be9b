"""W4: a clerk's list of a full day at one centre, in the staff's frame."""

from collections.abc import Iterator
from functools import partial

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from borgerservice.bench import web
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.statements import counting
from borgerservice.bench.world import World
from borgerservice.municipalities.models import Centre, StaffMember, StaffRole
from borgerservice.people.services import new_person

ID = "W4"
MUST, WANTED = Bound(">=", 0.04), Bound(">=", 0.10)
AS_JSON, WANTED_AS_JSON = Bound(">=", 0.25), Bound(">=", 0.40)
GROWTH, WANTED_GROWTH = Bound("<=", 1.25), Bound("<=", 1.10)


def run(bench: Bench) -> Iterator[Row]:
    """Beside a DRF list of 20 rows; at a centre with ten times the history."""
    session = _sign_in(bench.world)
    first, tenfold = (_path(bench.world, key) for key in ("single", "tenfold"))
    statements = _statements(first, session)
    yield counted(
        *(ID, "SQL statements", bench.vendor, statements), must=Bound("<=", 5), goal=Bound("<=", 3)
    )
    with bench.product() as product, bench.plain_site() as plain:
        page = partial(bench.page, product)
        yield from bench.ratios(
            {
                "DRF list": bench.page(plain, web.get("/list")),
                "day": page(web.get(first, session=session)),
                "day as JSON": page(web.get(first.replace("/day/", "/day.json"), session=session)),
                "day, 10x history": page(web.get(tenfold, session=session)),
            },
            [
                Goal(ID, "req/s / DRF 20-row ceiling", "day", "DRF list", MUST, WANTED),
                Goal(
                    *(ID, "same rows as JSON, req/s / same ceiling", "day as JSON", "DRF list"),
                    must=AS_JSON,
                    goal=WANTED_AS_JSON,
                ),
                Goal(
                    *(ID, "time, 10x history / 1x", "day", "day, 10x history"),
                    must=GROWTH,
                    goal=WANTED_GROWTH,
                ),
            ],
        )


def _sign_in(world: World) -> str:
    """The session of a clerk who works at both centres and signed in with a second factor."""
    clerk = StaffMember.objects.create_user(
        username="clerk", is_staff=True, person=new_person(now=world.now)
    )
    for centre in Centre.objects.filter(key__in=["single", "tenfold"]):
        StaffRole.unscoped.get_or_create(
            staff=clerk,
            municipality_id=centre.municipality_id,
            role=StaffRole.Role.CLERK,
            defaults={"since": world.now},
        )
    request = RequestFactory().get("/")
    request.session = SessionStore()
    login(request, clerk, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, clerk, method="mfa", type="totp")
    request.session.save()
    return str(request.session.session_key)


def _path(world: World, key: str) -> str:
    code = Centre.objects.values_list("municipality__code", flat=True).get(key=key)
    return f"/admin/{code}/centres/{key}/day/?date={world.full_day.isoformat()}"


def _statements(path: str, session: str) -> int:
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session
    browser.get(path, secure=True, headers={"host": web.HOST})
    with counting() as statements:
        browser.get(path, secure=True, headers={"host": web.HOST})
    return len(statements)
