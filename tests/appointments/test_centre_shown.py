"""What citizens see of a centre: the stop of the day, when the door is open, whom it serves."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.rules.local_time import instant
from appointments.services import move_appointment
from appointments.services.centres.booking_rules import Stop, set_stops
from borgerservice.municipalities.models import Centre, OpeningHours, StaffRole
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from tests.appointments.desk import at_work, centre_page
from tests.appointments.pages import begin, fill_in, text_of, times_address, visit_address
from tests.builders import NOW, TODAY, build_municipality, build_visit, build_world
from tests.platform.api_calls import System

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TOMORROW = TODAY + timedelta(days=1)
MONDAYS = Stop(0, "Bibliotekspladsen 2", "6040", "Egtved")
TUESDAYS = Stop(1, "Skolegade 8", "7300", "Jelling")


@pytest.fixture
def bus():
    world = build_world()
    set_stops(
        centre=world.centre, stops=[MONDAYS, TUESDAYS], is_accepted=False, actor="staff:1", now=NOW
    )
    return world


def told(visit):
    subject = f"appointment:{visit.reference}"
    return [one.facts["address"] for one in Message.unscoped.filter(subject=subject).order_by("id")]


@pytest.mark.parametrize(
    ("phone", "said", "without_hours"),
    [
        ("+4596282400", "Call +4596282400.", "We do not know the opening hours of the centre."),
        ("", "We know no phone number of this centre.", "We know neither the hours nor the phone"),
    ],
)
def test_a_centre_that_takes_no_bookings_any_more_knows_its_hours(
    client: Client, phone, said, without_hours
):
    world = build_world()
    Centre.objects.update(is_open_for_booking=False, phone=phone)
    page = text_of(client.get(f"/en/{world.centre.key}/"))
    assert "You cannot book a time online here" in page
    assert said in page
    assert without_hours not in page
    OpeningHours.objects.all().delete()
    assert without_hours in text_of(client.get(f"/en/{world.centre.key}/"))


def test_a_mobile_centre_names_its_stops_and_the_stop_of_each_day(bus, client: Client):
    page = text_of(client.get(f"/en/{bus.centre.key}/"))
    assert "Monday Bibliotekspladsen 2, 6040 Egtved Tuesday Skolegade 8, 7300 Jelling" in page
    assert page.index("Torvet 5") < page.index("On these weekdays the centre stands here:")
    times = text_of(client.get(times_address(bus)))
    assert "Tuesday 24 November Skolegade 8, 7300 Jelling" in times


def test_check_receipt_calendar_and_messages_say_where_the_bus_stands_that_day(bus, client: Client):
    draft = begin(client, bus)
    fill_in(client, draft)
    assert MONDAYS.address in text_of(client.get(f"{draft}check/"))
    visit = build_visit(bus, day=TOMORROW)
    assert TUESDAYS.address in text_of(client.get(visit_address(visit)))
    assert b"Skolegade 8" in client.get(f"{visit_address(visit)}calendar.ics").content
    assert told(visit) == ["Skolegade 8, 7300 Jelling"]
    move_appointment(
        appointment=visit, start=instant(TODAY + timedelta(days=7), 600), actor="citizen", now=NOW
    )
    assert told(visit)[-1] == "Bibliotekspladsen 2, 6040 Egtved"


def test_on_a_weekday_without_a_stop_the_centre_s_own_address_is_told(bus):
    assert told(build_visit(bus, day=TODAY + timedelta(days=2))) == ["Torvet 5, 7400 Herning"]


def test_a_centre_whose_last_stop_is_gone_stands_where_it_did(bus, client: Client):
    set_stops(centre=bus.centre, stops=[], is_accepted=False, actor="staff:1", now=NOW)
    assert "Torvet 5" in text_of(client.get(f"/en/{bus.centre.key}/"))


def test_door_hours_are_shown_beside_the_hours_of_booked_visits_and_cannot_be_booked(
    client: Client,
):
    world = build_world()
    OpeningHours.objects.create(
        centre=world.centre, weekday=5, opens_minute=600, closes_minute=780, use="door"
    )
    page = text_of(client.get(f"/en/{world.centre.key}/"))
    door, booked = page.index("The door is open"), page.index("Booked times")
    assert "Saturday 10:00–13:00" in page[door:booked]
    assert "Monday 09:00–15:00" in page[booked:]
    assert "Saturday" not in text_of(client.get(times_address(world)))


def test_a_special_centre_says_whom_else_it_serves_on_its_page_and_in_the_api(client: Client):
    world = build_world()
    for code, name in (("0751", "Aarhus"), ("0756", "Ikast-Brande")):
        world.centre.serves.add(build_municipality(code, name))
    page = text_of(client.get(f"/en/{world.centre.key}/"))
    assert "Residents of Herning Municipality and of: Aarhus, Ikast-Brande." in page
    assert world.centre.name in text_of(client.get("/en/?q=ikast"))
    answer = System().get("centres/", {"municipality": "0756"}).json()
    assert answer["results"][0]["serves"] == ["0751", "0756"]


def test_the_api_tells_the_stops_of_a_mobile_centre(bus):
    (centre,) = System().get("centres/").json()["results"]
    assert centre["stops"][1] == {
        "weekday": 2,
        "address": "Skolegade 8",
        "postal_code": "7300",
        "city": "Jelling",
    }


def test_on_a_page_read_from_the_right_an_address_is_still_read_from_the_left(bus, client: Client):
    """Else the postal code would stand after its town."""
    visit = build_visit(bus, day=TOMORROW)
    address = visit_address(visit, "da")
    for page, told in (
        (f"/ar/{bus.centre.key}/", '<bdi dir="ltr">7400 Herning</bdi>'),
        (f"/ar/{bus.centre.key}/", '<bdi dir="ltr">Skolegade 8, 7300 Jelling</bdi>'),
        (f"/ar{address}", '<bdi dir="ltr">7300 Jelling</bdi>'),
        ("/ar/?q=herning", '<bdi dir="ltr">Torvet 5, 7400 Herning</bdi>'),
    ):
        assert told in client.get(page).content.decode(), page


def test_a_bus_without_hours_stands_where_its_stop_is_and_shows_each_hour_once(bus, client: Client):
    visit = build_visit(bus, day=TOMORROW)
    page = text_of(client.get(f"/en/{bus.centre.key}/"))
    assert page.count("09:00–15:00") == 5
    assert page.count(TUESDAYS.address) == 1
    OpeningHours.objects.filter(centre=bus.centre).update(valid_to=TODAY - timedelta(days=1))
    assert TUESDAYS.address in text_of(client.get(visit_address(visit)))
    page = text_of(client.get(f"/en/{bus.centre.key}/"))
    assert "09:00–15:00" not in page
    assert page.count(TUESDAYS.address) == 1


def test_who_is_booked_where_the_bus_will_stand_elsewhere_is_shown_first_and_then_told(bus):
    monday, tuesday = (build_visit(bus, day=TODAY + timedelta(days=n)) for n in (7, 8))
    wednesday = build_visit(bus, day=TODAY + timedelta(days=9))
    office = at_work(bus.municipality, StaffRole.Role.ADMINISTRATOR)
    address = centre_page(bus, "stops")
    typed = {"address_0": MONDAYS.address, "postal_code_0": "6040", "city_0": "Egtved"}
    typed |= {"address_1": "Kirkevej 1", "postal_code_1": "7323", "city_1": "Give"}
    page = office.post(address, typed)
    assert page.status_code in (200, 409)
    shown = page.content.decode()
    assert tuesday.reference in shown
    assert monday.reference not in shown
    assert "Kirkevej 1" in shown
    assert [stop.address for stop in bus.centre.stops.order_by("weekday")] == [
        MONDAYS.address,
        TUESDAYS.address,
    ]
    assert office.post(address, typed | {"is_accepted": "on"}).status_code == 302
    assert told(tuesday)[-1] == "Kirkevej 1, 7323 Give"
    assert word(Message.unscoped.get(kind="place_changed")).text.startswith("Nyt sted: ")
    assert told(monday) == ["Bibliotekspladsen 2, 6040 Egtved"]
    assert told(wednesday) == ["Torvet 5, 7400 Herning"]
    assert office.post(address, typed).status_code == 302


def test_a_place_that_changes_twice_is_told_twice(bus):
    visit = build_visit(bus, day=TOMORROW)
    Message.unscoped.update(status="sent")
    for minutes, stops in enumerate(([MONDAYS], [MONDAYS, TUESDAYS])):
        set_stops(
            centre=bus.centre,
            stops=stops,
            is_accepted=True,
            actor="staff:1",
            now=NOW + timedelta(minutes=minutes),
        )
        Message.unscoped.update(status="sent")
    assert told(visit)[1:] == ["Torvet 5, 7400 Herning", "Skolegade 8, 7300 Jelling"]
