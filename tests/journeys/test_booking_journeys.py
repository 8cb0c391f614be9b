"""Book; move; cancel; a time that somebody else takes meanwhile: each in every setting."""

from datetime import datetime

import pytest

from appointments.models import Appointment, Hold
from appointments.services.booking.holds import release_hold
from tests.journeys.conftest import Place
from tests.journeys.settings import How, in_every_setting
from tests.journeys.walk import Walk

pytestmark = pytest.mark.only("postgresql")


def fill_in(walk: Walk) -> None:
    """Who comes, once with a number that is none, and the number is asked for again."""
    walk.fill(name_0=walk.name, phone="12")
    walk.press("Continue")
    assert walk.page.locator("[role=alert]").count() == 1
    assert walk.page.locator("[name=name_0]").input_value() == walk.name
    walk.fill(phone="+46 70 123 45 67")
    walk.press("Continue")
    assert walk.name in walk.text


def standing(place: Place) -> list[tuple[datetime, str]]:
    with place.server.database.opened():
        visits = Appointment.unscoped.filter(centre=place.world.centre).order_by("pk")
        return [(visit.starts_at, visit.status) for visit in visits]


@in_every_setting("book")
def test_a_citizen_books_from_the_front_page_to_the_receipt(place: Place, how: How) -> None:
    walk = place.walk(how)
    walk.open("/")
    walk.fill(q=place.world.municipality.name)
    walk.press("Find a centre")
    walk.click(walk.page.locator(f"a[href$='/{place.key}/']"))
    walk.click(walk.page.locator("a[href$='/new_mitid/']"))
    chosen = walk.choose_time()
    assert walk.page.locator(".kept").inner_text()
    fill_in(walk)
    walk.press("Confirm and book")
    assert walk.reads("Your time is booked")
    assert walk.page.get_by_role("img").first.is_visible()
    assert standing(place) == [(datetime.fromisoformat(chosen), "booked")]
    walk.page.go_back()
    walk.page.reload()
    walk.look()
    assert walk.reads("Your appointment"), walk.page.url
    assert len(standing(place)) == 1


@in_every_setting("move")
def test_a_citizen_moves_the_visit_and_the_link_stays(place: Place, how: How) -> None:
    before = place.free()[0]
    walk = place.walk(how)
    walk.open(place.visit(at=before))
    address = walk.page.url
    walk.follow("Move the appointment")
    moved_to = walk.choose_time(nth=3)
    assert walk.page.url == address
    assert walk.reads("Your appointment has been moved")
    assert standing(place) == [(datetime.fromisoformat(moved_to), "booked")]
    assert before in place.free()


@in_every_setting("cancel")
def test_a_citizen_cancels_after_being_asked_once(place: Place, how: How) -> None:
    walk = place.walk(how)
    walk.open(place.visit(nth=5))
    walk.follow("Cancel the appointment")
    walk.follow("No, keep it")
    assert walk.reads("Your time is booked")
    walk.follow("Cancel the appointment")
    walk.press("Yes, cancel the appointment")
    assert walk.reads("The appointment is cancelled")
    assert [status for _, status in standing(place)] == ["cancelled"]
    walk.follow("Book a new time")
    assert place.world.centre.name in walk.heading


@in_every_setting("taken meanwhile")
def test_a_time_taken_meanwhile_costs_nothing_that_was_typed(place: Place, how: How) -> None:
    walk = place.walk(how)
    walk.open(place.times)
    place.book(place.free()[0])
    walk.choose_time()
    assert walk.page.locator("[role=alert]").count() == 1
    assert walk.heading == walk.said("Choose a time")
    held = datetime.fromisoformat(walk.choose_time())
    fill_in(walk)
    let_the_hold_end(place)
    place.book(held)
    walk.press("Confirm and book")
    assert walk.page.locator("[role=alert]").count() == 1
    assert walk.name in walk.text
    chosen = datetime.fromisoformat(walk.choose_time())
    assert walk.name in walk.text
    walk.press("Confirm and book")
    assert walk.reads("Your time is booked")
    assert standing(place)[-1] == (chosen, "booked")
    assert len({start for start, _ in standing(place)}) == 3


def let_the_hold_end(place: Place) -> None:
    """The time is kept no longer, as after ten minutes."""
    with place.server.database.opened():
        [hold] = Hold.unscoped.filter(centre=place.world.centre).select_related("centre")
        release_hold(hold=hold)
