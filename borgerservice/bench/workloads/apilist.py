"""W5: a municipality's visits through the API, a page of 20 at a time."""

from collections.abc import Iterator
from functools import partial

from django.test import Client, RequestFactory
from rest_framework.request import Request

from appointments.models import Appointment
from borgerservice.api import pagination
from borgerservice.bench import web
from borgerservice.bench.bookers import let_in
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.statements import counting
from borgerservice.bench.world import World
from borgerservice.municipalities.models import Centre

ID = "W5"
ADDRESS = "/api/v1/appointments/"
LAST_PAGE = 1000
OF_WHO_CALLS = ("allauth_idp_oidc", "municipalities_apiclient")
MUST, WANTED = Bound(">=", 0.60), Bound(">=", 1.0)
GROWTH, WANTED_GROWTH = Bound("<=", 1.25), Bound("<=", 1.10)


def run(bench: Bench) -> Iterator[Row]:
    """A centre's day beside a DRF list of 20 rows; the thousandth page beside the first."""
    own = {
        key: Centre.objects.select_related("municipality").get(key=key)
        for key in ("single", "tenfold")
    }
    day = f"{ADDRESS}?centre=single&date={bench.world.first.isoformat()}"
    first = f"{ADDRESS}?centre=tenfold"
    with bench.product() as product, bench.plain_site() as plain:
        tokens = let_in(product, [own[key].municipality for key in own], bench.world.now)
        bearer = {key: tokens[centre.municipality_id] for key, centre in own.items()}
        yield counted(
            ID,
            "SQL besides token and client",
            bench.vendor,
            _statements(day, bearer["single"]),
            must=Bound("<=", 2),
        )
        page = partial(bench.page, product)
        last = _far_page(bench.world, own["tenfold"], first)
        yield from bench.ratios(
            {
                "DRF list": bench.page(plain, web.get("/list")),
                "a day": page(web.get(day, bearer=bearer["single"])),
                "first page": page(web.get(first, bearer=bearer["tenfold"])),
                "far page": page(web.get(last, bearer=bearer["tenfold"])),
            },
            [
                Goal(ID, "req/s / DRF 20-row ceiling", "a day", "DRF list", MUST, WANTED),
                Goal(
                    *(ID, f"time, page {LAST_PAGE} / page 1", "first page", "far page"),
                    must=GROWTH,
                    goal=WANTED_GROWTH,
                ),
            ],
        )


def _far_page(world: World, centre: Centre, path: str) -> str:
    """The address of the thousandth page, or of the last but one where there are fewer."""
    visits = Appointment.objects.for_municipality(centre.municipality).filter(centre=centre)
    places = visits.order_by("starts_at", "id").values_list("starts_at", "id")
    pages = min(LAST_PAGE, places.count() // pagination.PAGE_ROWS - 1)
    before = places[(pages - 1) * pagination.PAGE_ROWS - 1]
    asked = Request(RequestFactory().get(path, headers={"host": web.HOST}))
    following = pagination.next_address(asked, before)
    return following[following.index(ADDRESS) :]


def _statements(path: str, bearer: str) -> int:
    browser = Client()
    headers = {"host": web.HOST, "authorization": f"Bearer {bearer}"}
    browser.get(path, secure=True, headers=headers)
    with counting() as statements:
        browser.get(path, secure=True, headers=headers)
    return sum(not any(table in sql for table in OF_WHO_CALLS) for sql in statements)
