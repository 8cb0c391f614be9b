"""Ask whether to come at all and what to bring, then book with the answer: in every setting."""

import pytest

from tests.journeys.conftest import Place
from tests.journeys.settings import How, in_every_setting
from tests.journeys.walk import Walk

pytestmark = pytest.mark.only("postgresql")


def needs_to_come(walk: Walk) -> None:
    """Through the questions to the answer that one must come."""
    walk.open("/")
    walk.click(walk.page.locator(".way-in a").first)
    for reply in ("new", "new-me", "new-me-yes", "new-me-yes-no", "new-me-yes-no-no"):
        walk.click(walk.page.locator(f".replies a[href$='path={reply}']"))
    walk.follow("What do I bring?")


def has_a_foreign_passport(walk: Walk) -> None:
    walk.pick("p", "passport")
    for name, value in (("number", "yes"), ("lived", "new"), ("address", "yes")):
        walk.pick(name, value)
    walk.press("Continue")
    walk.page.locator("[name='0-issuer']").select_option("ZZ")
    walk.page.locator("[name='0-expires']").fill("01-05-2039")
    walk.click(walk.page.locator("main form .button-primary").last)


@in_every_setting("guide then book")
def test_a_newcomer_asks_first_and_books_with_the_answer(place: Place, how: How) -> None:
    walk = place.walk(how)
    needs_to_come(walk)
    has_a_foreign_passport(walk)
    assert walk.reads("Your papers are not enough yet")
    walk.follow("Change my answers")
    walk.pick("p", "health_card")
    walk.press("Continue")
    assert walk.page.locator("[name='0-expires']").input_value() == "01-05-2039"
    for field in walk.page.locator("[name='1-issuer']").all():
        field.select_option("DK")
    walk.click(walk.page.locator("main form .button-primary").last)
    assert walk.reads("Your papers are enough if you bring a witness")
    walk.press("Take the answer along and book a time")
    assert walk.reads("You are booking:")
    walk.open(place.times)
    walk.choose_time()
    walk.fill(name_0=walk.name, phone="20 30 40 50")
    walk.press("Continue")
    assert walk.page.locator("[name=keep_papers]").is_checked()
    walk.press("Confirm and book")
    assert walk.reads("Your own list of papers to bring")
    walk.follow("Your papers for the visit")
    assert walk.reads("Your papers are enough if you bring a witness")
    walk.follow("Ask your witness beforehand")
    assert walk.heading == walk.said("Ask your witness beforehand")
