"""Wait for a time or an earlier one, and open links that lead nowhere: in every setting."""

import pytest

from appointments.models import Appointment, Offer, UseCount
from appointments.services import cancel_appointment
from borgerservice.kernel import clock
from tests.appointments.pages import link_of
from tests.journeys.conftest import Place
from tests.journeys.settings import How, in_every_setting

pytestmark = pytest.mark.only("postgresql")


@in_every_setting("waiting list")
def test_who_waits_is_offered_the_time_another_gives_back(place: Place, how: How) -> None:
    free = place.free()
    another, late = place.book(free[4]), place.visit(at=free[-1])
    walk = place.walk(how)
    walk.open(late)
    walk.follow("Ask for an earlier time")
    walk.press("Wait for an earlier time")
    assert walk.reads("You are waiting for an earlier time")
    with place.server.database.opened():
        cancel_appointment(appointment=another, actor="citizen", now=clock.now())
        offer = link_of(Offer.unscoped.get(centre=place.world.centre))
    walk.open(f"/offer/{offer}/")
    assert walk.heading == walk.said("A time is kept for you")
    walk.press("Take this time")
    assert walk.reads("Your appointment has been moved")
    with place.server.database.opened():
        visit = Appointment.unscoped.get(centre=place.world.centre, status="booked")
    assert visit.starts_at == free[4]

    walk.open(f"{place.times}wait/")
    walk.fill(name_0=walk.name, phone="20 30 40 50")
    walk.press("Wait for a time")
    assert walk.heading == walk.said("You are waiting for a time")
    walk.press("Leave the waiting list")
    assert walk.heading == walk.said("You are not waiting any more")


@in_every_setting("wrong link")
def test_a_link_that_was_cut_off_says_what_to_do(place: Place, how: How) -> None:
    walk = place.walk(how)
    visit = place.visit()
    for address in (visit[:-4] + "/", "/visit/x/move/", "/offer/x/", "/waiting/x/"):
        walk.open(address, status=404)
        assert walk.heading == walk.said("We cannot find the appointment")
    walk.open("/book/x/", status=410)
    assert walk.heading == walk.said("The booking was not finished")
    walk.open("/witness/check/x/", status=404)
    assert walk.heading == walk.said("You have not been checked")
    walk.open(f"{visit}no-such-page/", status=404)
    with place.server.database.opened():
        UseCount.objects.all().delete()  # as if nobody had asked before
    walk.open("/find/")
    walk.fill(phone="20 30 40 50")
    walk.press("Send the link")
    assert walk.heading == walk.said("Look at your messages")
