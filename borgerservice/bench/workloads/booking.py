"""W2a and W2b: bookings a second, through the service function and through the API."""

from collections.abc import Iterator
from functools import partial

from borgerservice.bench import web
from borgerservice.bench.bookers import (
    BOOKED,
    TAKEN,
    anywhere,
    by_service,
    let_in,
    national_centres,
    to_the_api,
)
from borgerservice.bench.clients import Attempt
from borgerservice.bench.context import Bench, Goal
from borgerservice.bench.load import Requests
from borgerservice.bench.report import Bound, Row, counted
from borgerservice.bench.statements import counting
from borgerservice.bench.world import World
from borgerservice.municipalities.models import Centre

GOALS = {
    ("postgresql", 8): (0.25, 0.40),
    ("postgresql", 32): (0.18, 0.28),
    ("sqlite", 4): (0.25, 0.40),
}
HTTP_CLIENTS, CALLERS = 8, 20
MOST_READS = 3


def run(bench: Bench) -> Iterator[Row]:
    """Beside T1 with as many clients; over HTTP beside one row as JSON."""
    centres = national_centres()
    yield _reads(bench, centres)
    parts, goals = {}, []
    for (vendor, clients), (must, goal) in GOALS.items():
        if vendor != bench.vendor:
            continue
        product, ceiling = f"booking, {clients} clients", f"T1, {clients} clients"
        parts[ceiling] = bench.t1(clients)
        make = partial(_client, bench.world, centres)
        parts[product] = bench.rate(make, clients=clients, words=(BOOKED,))
        metric = f"committed/s / T1, {clients} clients"
        bounds = Bound(">=", must), Bound(">=", goal)
        goals.append(Goal("W2a", metric, product, ceiling, *bounds))
    yield from bench.ratios(parts, goals)
    with bench.product() as site, bench.plain_site() as plain:
        places = list({centre.municipality_id: centre.municipality for centre in centres}.values())
        places = places[:CALLERS]
        centres = [centre for centre in centres if centre.municipality in places]
        tokens = let_in(site, places, bench.world.now)
        callers = partial(_api_client, bench.world, centres, tokens)
        yield from bench.ratios(
            {
                "JSON ceiling": bench.page(plain, web.get("/json")),
                "booking, API": bench.asked(site, callers, clients=HTTP_CLIENTS, word="201"),
            },
            [
                Goal(
                    *("W2b", "booked/s / JSON ceiling", "booking, API", "JSON ceiling"),
                    must=Bound(">=", 0.30),
                    goal=Bound(">=", 0.40),
                )
            ],
        )


def _client(world: World, centres: list[Centre], number: int) -> Attempt:
    return by_service(anywhere(world, centres, number), client=number, now=world.now)


def _api_client(
    world: World, centres: list[Centre], tokens: dict[int, str], number: int
) -> Requests:
    return to_the_api(anywhere(world, centres, number), tokens, client=f"w2b-{number}")


def _reads(bench: Bench, centres: list[Centre]) -> Row:
    """How often a booking reads before the statement that decides."""
    book = _client(bench.world, centres, 99)
    while book() == TAKEN:
        pass
    with counting() as statements:
        book()
    verbs = [statement.lstrip().split(maxsplit=1)[0].upper() for statement in statements]
    decides = next(place for place, verb in enumerate(verbs) if verb in {"UPDATE", "WITH"})
    bench.progress.tell(f"a booking: {' '.join(verbs)}")
    reads = verbs[:decides].count("SELECT")
    return counted(
        "W2a",
        "reads before the deciding statement",
        bench.vendor,
        reads,
        must=Bound("<=", MOST_READS),
    )
