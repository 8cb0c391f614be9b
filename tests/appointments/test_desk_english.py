"""Staff who read English: what citizens get of their pages is Danish, and a typed day is that day."""

import html
from datetime import date

import pytest

from borgerservice.municipalities.models import (
    Centre,
    Closure,
    OpeningHours,
    StaffMember,
    StaffRole,
)
from tests.appointments.desk import at_work, centre_page
from tests.appointments.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PLACE = {"address": "Torvet 5", "postal_code": "7400", "city": "Herning"}


@pytest.fixture(params=["da", "en"])
def administrator(request, world):
    client = at_work(world.municipality, StaffRole.Role.ADMINISTRATOR)
    StaffMember.objects.update(language=request.param)
    return client


def test_the_addresses_for_a_web_site_and_for_a_screen_are_the_danish_ones(administrator, world):
    links = html.unescape(administrator.get("/admin/0657/own/links/").content.decode())
    assert f"http://testserver/{world.centre.key}/" in links
    screen = administrator.get(centre_page(world, "screen")).content.decode()
    assert "http://testserver/kiosk/" in screen
    assert "testserver/en/" not in links + screen


@pytest.mark.parametrize("name", ["Admin", "Guide", "Find", "En"])
def test_a_centre_gets_no_name_whose_address_is_another_page_s(administrator, name):
    page = "/admin/0657/centres/new/"
    before = Centre.objects.count()
    answer = administrator.post(page, {**PLACE, "name": name})
    assert answer.status_code == 200
    assert Centre.objects.count() == before
    assert administrator.post(page, {**PLACE, "name": "Torvehallen"}).status_code == 302


@pytest.mark.parametrize("typed", ["2027-02-01", "01-02-2027", "1/2/2027", "1.2.2027"])
def test_a_typed_day_is_the_same_in_both_languages(administrator, world, typed):
    sent = {"first_day": typed, "last_day": typed}
    assert administrator.post(centre_page(world, "closures"), sent).status_code == 302
    assert Closure.objects.get().first_day == date(2027, 2, 1)


def test_the_weekly_hours_take_the_day_that_was_typed(administrator, world):
    page = centre_page(world, "hours")
    row = {"weekday_0": "0", "opens_minute_0": "9.30", "closes_minute_0": "15"}
    sent = {**row, "valid_from_0": "1/2/2027", "valid_to_0": "01-03-2027", "use_0": "booking"}
    answer = administrator.post(page, {**sent, "is_accepted": "on"})
    assert answer.status_code == 302, text_of(answer)
    (hours,) = OpeningHours.objects.filter(centre=world.centre, weekday=0)
    assert (hours.valid_from, hours.valid_to) == (date(2027, 2, 1), date(2027, 3, 1))
    assert (hours.opens_minute, hours.closes_minute) == (570, 900)
