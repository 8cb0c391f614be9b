"""At most three statements for a page that is read: all of them, from front page to receipt."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments.models import Offer
from appointments.services import cancel_appointment
from appointments.services.centres.booking_rules import Stop, set_stops
from tests.appointments.pages import begin, fill_in, link_of, times_address, visit_address
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MOST = 3


def asked(client: Client, address: str, *, status: int = 200) -> list[str]:
    """The statements of a page, after one that filled what a process keeps."""
    client.get(address)
    with CaptureQueriesContext(connection) as statements:
        assert client.get(address).status_code == status, address
    return [one["sql"] for one in statements]


@pytest.mark.parametrize("is_mobile", [False, True], ids=["a house", "a mobile centre"])
def test_every_page_of_a_booking_takes_at_most_three_statements(is_mobile: bool) -> None:  # noqa: FBT001
    world, client = build_world(desks=3), Client()
    if is_mobile:
        stops = [
            Stop(weekday=day, address="Torvet 1", postal_code="7400", city="Herning")
            for day in range(5)
        ]
        set_stops(centre=world.centre, stops=stops, is_accepted=False, actor="staff:1", now=NOW)
    free, draft = times_address(world), begin(client, world)
    visit = visit_address(build_visit(world, day=TODAY + timedelta(days=10), minute=600))
    pages = ["/en/", f"/en/?q={world.municipality.name}", f"/en/{world.centre.key}/", free, draft]
    pages += [f"{draft}time/", "/en/find/", f"{free}wait/", "/en/earliest/?service=new_mitid"]
    pages += [visit, f"{visit}move/", f"{visit}cancel/", f"{visit}earlier/", f"{visit}calendar.ics"]
    counted = {page: asked(client, page) for page in pages}
    fill_in(client, draft)
    counted["check"] = asked(client, f"{draft}check/")
    booked = client.post(f"{draft}check/").headers["Location"]
    counted["receipt"] = asked(client, booked)
    counted["waiting"] = asked(client, waits(client, f"{free}wait/"))
    soon = build_visit(world, minute=660)
    client.post(f"{visit}earlier/", {"centres": [world.centre.key], "hours": "any"})
    counted["earlier, waiting"] = asked(client, f"{visit}earlier/")
    cancel_appointment(appointment=soon, actor="citizen", now=NOW)
    for offer in Offer.unscoped.all():
        counted["offer"] = asked(client, f"/en/offer/{link_of(offer)}/")
    assert "offer" in counted
    assert {page: len(said) for page, said in counted.items() if len(said) > MOST} == {}


def waits(client: Client, address: str) -> str:
    answer = client.post(address, {"hours": "any", "name_0": "Amina Hassan", "phone": "20304050"})
    return answer.headers["Location"]
