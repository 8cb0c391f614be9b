"""The main job: four citizens book on a phone, clerks in two municipalities prove who they are.

The same witness helps all four. Three times that is accepted; the fourth is refused, in the other
municipality, with the rule, the figure, its source and the day the witness is free again.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from appointments.models import Desk, ServiceType
from appointments.services.centres.desk_days import open_days
from borgerservice.municipalities.models import Centre
from tests.builders import build_staff
from tests.days import monday_morning
from tests.journeys.people import Citizen, Clerk, Paper
from tests.rig.services import Server
from tests.servers import IS_FULL, Rig
from witnesses.models import IdentityProofing, Witnessing

pytestmark = pytest.mark.once
HERNING = "Borgerservice Herning"
AALBORG = "International Citizen Service North"
SERVICE = "Nyt MitID med vidne"
PASSPORT = Paper("Pas", "UA", "01-05-2039", photo=True)
HEALTH_CARD = Paper("Sundhedskort", "DK", cpr=True)
DANISH_PASSPORT = Paper("Pas", "DK", "01-05-2039", photo=True, cpr=True)
CITIZENS = (
    ("Amina Hassan", HERNING, "0657"),
    ("Oleksandr Kovalenko", HERNING, "0657"),
    ("María Núñez", AALBORG, "0851"),
    ("Yusuf O’Brien", AALBORG, "0851"),
)


def replacement_number(serial: int) -> str:
    """A number with 60 added to its day, which can be nobody's."""
    return f"{61}0190-{1000 + serial}"


OPENING = monday_morning()
MONDAY = OPENING.date()


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    env = {
        "GUNICORN_CMD_ARGS": "--config=tests/rig/moved_clock.py",
        "MOVED_CLOCK": OPENING.isoformat(),
    }
    with rig.fresh_database() as database:
        with database.opened():
            capable = sum(1 << bit for bit in ServiceType.objects.values_list("bit", flat=True))
            for code, name in (("0657", HERNING), ("0851", AALBORG)):
                centre = Centre.objects.get(municipality__code=code, name__startswith=name)
                Desk.objects.create(centre=centre, number=1, caps=capable)
                open_days(centre=centre, first=MONDAY, last=MONDAY + timedelta(days=7))
                build_staff(
                    centre.municipality,
                    username=f"clerk-{code}",
                    now=OPENING - timedelta(days=30),
                )
        with rig.serve(database, env=env) as server:
            yield server


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_four_citizens_one_witness_and_the_fourth_is_refused(
    server: Server, new_page: Callable[..., Page], *, javascript: bool
) -> None:
    hour = 10 if javascript else 12
    number = 0 if javascript else 500
    witness = replacement_number(number + 99)
    before = counted(server)
    since = (MONDAY - timedelta(days=100)).strftime("%d-%m-%Y")
    for place, (person, centre, code) in enumerate(CITIZENS):
        name = f"{person} {'Med' if javascript else 'Uden'}"
        # In a full run the one who is refused, too, and the clerk's wide pages (tests/rig/looks.py).
        is_examined = javascript and (place == 0 or (IS_FULL and place == 3))
        phone = Citizen(
            new_page(size=(360, 740), javascript=javascript), server.address, is_examined
        )
        phone.books(
            place=centre,
            name=name,
            service=SERVICE,
            time=f"{hour + place % 2}.00",
            phone="+45 20 30 40 5" + str(place),
        )
        clerk = Clerk(new_page(javascript=javascript), server.address, is_examined and IS_FULL)
        clerk.signs_in(f"clerk-{code}")
        clerk.receives(name)
        clerk.records_documents(
            number=replacement_number(number + place), papers=[PASSPORT, HEALTH_CARD]
        )
        clerk.records_that_questions_could_not_be_asked()
        clerk.records_witness(
            name="Lars Jensen", number=witness, since=since, paper=DANISH_PASSPORT
        )
        clerk.sees_the_declaration_signed()
        said = clerk.decides()
        if place < 3:
            assert "Identiteten er bekræftet" in said, said
        else:
            free = MONDAY + timedelta(days=121)
            assert "Identiteten er ikke bekræftet" in said, said
            assert "højst 3 gange inden for 120 dage" in said, said
            assert "mitid.dk" in said, said
            assert free.strftime("%d-%m-%Y") in said or f"{free.day}. " in said, said
    assert counted(server) == (before[0] + 3, before[1] + 1)


def counted(server: Server) -> tuple[int, int]:
    """How many witnessings stand in the ledger, and how many cases were refused."""
    with server.database.opened():
        refused = IdentityProofing.unscoped.filter(outcome="not_confirmed")
        return Witnessing.unscoped.count(), refused.count()
