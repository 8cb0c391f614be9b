"""The citizen asks a witness, who is fine, not yet, or never; or MitID is down: in every setting."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from borgerservice.adapters.mitid.demo import DemoWitness
from borgerservice.kernel import clock
from tests.journeys.conftest import ADULTS, CHILD, Place
from tests.journeys.settings import How, in_every_setting
from tests.journeys.walk import Walk
from tests.rig.services import Server
from tests.servers import Rig
from witnesses.models import WitnessCheck

pytestmark = [
    pytest.mark.only("postgresql"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),  # the demo's own
]


@pytest.fixture(scope="module")
def cut_off(rig: Rig, town: Server) -> Iterator[Server]:
    """The same town, where nothing answers in MitID's place."""
    env = {"DEMO_MITID": "http://127.0.0.1:9"}
    with rig.serve(town.database, env=env, workers=1) as server:
        yield server


def asks_for_a_witness(walk: Walk, visit: str) -> str:
    """From the visit to the link that is sent to the witness."""
    walk.open(visit)
    walk.follow("Ask your witness beforehand")
    assert walk.reads("You have not asked anybody yet.")
    walk.press("Make a link for my witness")
    return walk.page.locator(".address-to-share a").inner_text()


def says(walk: Walk, had: str, *papers: str) -> None:
    """How long they have had MitID, and which papers they will bring."""
    walk.pick("had", had)
    for paper in papers:
        walk.pick("p", paper)
    walk.press("Next")


def signs_in(walk: Walk, one: DemoWitness) -> None:
    walk.click(walk.page.get_by_role("button", name=one.name, exact=True))


def is_told(citizen: Walk, text: str) -> None:
    citizen.page.reload()
    citizen.look()
    assert citizen.reads(text), citizen.text


@in_every_setting("witness fine")
def test_a_witness_is_fine_and_the_citizen_is_told_no_more(place: Place, how: How) -> None:
    citizen, witness = place.walk(how), place.walk(how)
    witness.open(asks_for_a_witness(citizen, place.visit()))
    says(witness, "long", "passport")
    witness.page.locator("[name=pa-issuer]").select_option("DK")
    witness.fill(**{"pa-expires": "01-05-2020"})
    witness.press("Next")
    assert witness.heading == witness.said("Not yet: bring other ID")
    witness.follow("Choose other ID")
    witness.press("Next")
    assert witness.page.locator("[name=pa-expires]").input_value() == "01-05-2020"
    witness.fill(**{"pa-expires": "01-05-2039"})
    witness.press("Next")
    witness.follow("Sign in with MitID")
    signs_in(witness, ADULTS[how])
    assert witness.reads("You may be the witness")
    is_told(citizen, "Your witness is fine")
    assert ADULTS[how].name not in citizen.text
    witness.press("I will not be the witness")
    assert witness.heading == witness.said("You will not be the witness")
    is_told(citizen, "You have not asked anybody yet.")


@in_every_setting("witness not yet")
def test_a_witness_with_a_new_mitid_is_told_from_which_day(place: Place, how: How) -> None:
    citizen, witness = place.walk(how), place.walk(how)
    visit = place.visit()
    witness.open(asks_for_a_witness(citizen, visit))
    says(witness, "recent")
    assert witness.page.locator("[role=alert]").count() == 1
    witness.fill(since=clock.danish_date(clock.now()).strftime("%d-%m-%Y"))
    witness.press("Next")
    witness.follow("Sign in with MitID")
    signs_in(witness, ADULTS[how])
    assert witness.reads("You may not be the witness on that day")
    assert witness.page.locator("main .font-lead").inner_text()
    with place.server.database.opened():
        check = WitnessCheck.unscoped.get(participant__appointment__centre=place.world.centre)
    assert check.from_day == clock.danish_date(clock.now()) + timedelta(days=10)
    is_told(citizen, "Please ask another")
    citizen.press("Ask another person")
    assert citizen.reads("Your witness has not signed in yet. Send them this link:")


@in_every_setting("witness never")
def test_a_child_is_told_no_and_the_citizen_is_not_told_why(place: Place, how: How) -> None:
    citizen, witness = place.walk(how), place.walk(how)
    witness.open(asks_for_a_witness(citizen, place.visit()))
    says(witness, "unknown")
    witness.follow("Sign in with MitID")
    signs_in(witness, CHILD)
    assert witness.reads("You may not be the witness on that day")
    assert witness.reads("You are too young on the day of the visit.")
    assert witness.page.locator("main .font-lead").count() == 0
    is_told(citizen, "Please ask another")
    assert not citizen.reads("You are too young on the day of the visit.")


@in_every_setting("broker down")
def test_without_mitid_only_the_check_is_closed(place: Place, cut_off: Server, how: How) -> None:
    citizen, witness = place.walk(how, on=cut_off), place.walk(how, on=cut_off)
    address = asks_for_a_witness(citizen, place.visit())
    witness.open(address)
    says(witness, "long")
    witness.follow("Sign in with MitID")
    assert witness.heading == witness.said("You have not been checked")
    assert witness.reads("We cannot reach MitID right now.")
    witness.follow("Try again")
    assert witness.page.url == address
    is_told(citizen, "Your witness has not signed in yet. Send them this link:")
    citizen.open(place.times)
    citizen.choose_time()
    assert citizen.heading == citizen.said("Who is coming?")
