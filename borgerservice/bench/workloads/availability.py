"""W1a: two months of free times at one centre, through the API."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.test import Client

from borgerservice.bench import web
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.statements import counting
from borgerservice.bench.world import World, service_code

ID = "W1a"
MUST, WANTED = Bound(">=", 0.40), Bound(">=", 0.55)
GROWTH, WANTED_GROWTH = Bound("<=", 1.25), Bound("<=", 1.10)


def run(bench: Bench) -> Iterator[Row]:
    """Beside one row as JSON; with ten times the history; with longer services."""
    first = _path(bench.world, "single", 15)
    yield counted(
        *(ID, "SQL statements", bench.vendor, _statements(first)),
        must=Bound("<=", 2),
        goal=Bound("<=", 1),
    )
    longer = {"10x history": ("tenfold", 15), "30 min": ("single", 30), "45 min": ("single", 45)}
    with bench.product() as product, bench.plain_site() as plain:
        page = partial(bench.page, product)
        parts = {"JSON ceiling": bench.page(plain, web.get("/json"))}
        parts["free times"] = page(web.get(first))
        for name, (centre, minutes) in longer.items():
            parts[name] = page(web.get(_path(bench.world, centre, minutes)))
        yield from bench.ratios(
            parts,
            [
                Goal(ID, "req/s / JSON ceiling", "free times", "JSON ceiling", MUST, WANTED),
                *(
                    Goal(ID, f"time, {name} / 1x", "free times", name, GROWTH, WANTED_GROWTH)
                    for name in longer
                ),
            ],
        )


def _path(world: World, centre: str, minutes: int) -> str:
    last = world.first + timedelta(days=world.scale.days - 1)
    asked = {
        "centre": centre,
        "service": service_code(minutes),
        "from": world.first.isoformat(),
        "to": last.isoformat(),
    }
    return f"/api/v1/slots/?{urlencode(asked)}"


def _statements(path: str) -> int:
    browser = Client()
    browser.get(path, secure=True, headers={"host": web.HOST})
    with counting() as statements:
        browser.get(path, secure=True, headers={"host": web.HOST})
    return len(statements)
