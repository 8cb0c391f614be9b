"""A municipality's centres on its administrator's pages: a new one, another name or address."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from appointments.models import Appointment, DeskDay, Hold
from appointments.rules.local_time import instant
from appointments.services import plan_visit
from appointments.services.booking.holds import place_hold
from appointments.services.centres.reference import load_reference
from appointments.wording import REFUSALS
from borgerservice.audit.models import AuditEntry
from borgerservice.kernel.clock import danish_date
from borgerservice.municipalities.models import Centre, StaffRole
from borgerservice.notifications.models import Message
from tests.appointments.desk import at, at_work, centre_page
from tests.appointments.pages import text_of
from tests.builders import NOW, build_municipality, build_service, build_visit, build_world

pytestmark = pytest.mark.django_db
ADMINISTRATOR = StaffRole.Role.ADMINISTRATOR
TOMORROW = danish_date(NOW) + timedelta(days=1)
THERE = {
    "name": "Borgerservice Vejle",
    "address": "Skolegade 1",
    "postal_code": "7100",
    "city": "Vejle",
    "phone": "76 81 00 00",
    "is_step_free": "yes",
    "is_open_for_booking": "on",
}


@pytest.fixture(autouse=True)
def monday_morning():
    with at(NOW):
        yield


def adding(place):
    return reverse("admin:centre_add", kwargs={"code": place.code})


def as_it_is(centre):
    known = {name: getattr(centre, name) for name in ("name", "address", "postal_code", "city")}
    return {**known, "phone": centre.phone, "is_step_free": "", "is_open_for_booking": "on"}


def test_a_municipality_without_a_centre_adds_one_and_takes_its_first_booking(client: Client):
    """It was a dead end: centres came with the reference data or not at all."""
    place = build_municipality("0630", "Vejle")
    service = build_service()
    office = at_work(place, ADMINISTRATOR)
    assert adding(place) in office.get(reverse("admin:index")).content.decode()
    desks = office.post(adding(place), THERE).headers["Location"]
    centre = Centre.objects.get(municipality=place)
    assert desks == reverse("admin:desks", kwargs={"code": "0630", "key": "borgerservice-vejle"})
    assert (centre.phone, centre.is_step_free) == ("+45 76 81 00 00", True)
    assert AuditEntry.objects.for_municipality(place).filter(event="centre.added").count() == 1
    office.post(f"{desks}new/", {"number": 1, "services": service.code, "is_staffed": "on"})
    hours = {"weekday_0": str(TOMORROW.weekday()), "opens_minute_0": "9", "closes_minute_0": "15"}
    office.post(desks.replace("desks", "hours"), {**hours, "use_0": "booking"})
    page = f"/en/{centre.key}/{service.code}/"
    start = f"{TOMORROW}T10:00:00+01:00"
    draft = client.post(page, {"people": 1, "start": start}).headers["Location"]
    client.post(draft, {"name_0": "Amina Hassan", "phone": "20 30 40 50"})
    assert client.post(f"{draft}check/").status_code == 302
    assert Appointment.unscoped.get().centre == centre


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "Borgerservice Herning"}, "centre_name_taken"),
        ({"name": "Guide"}, "centre_name_taken"),
        ({"name": "Earliest"}, "centre_name_taken"),
        ({"name": "Admin"}, "centre_name_taken"),
        ({"name": "Visit"}, "centre_name_taken"),
        ({"name": "Witness"}, "centre_name_taken"),
        ({"name": "API"}, "centre_name_taken"),
        ({"name": "Static"}, "centre_name_taken"),
        ({"name": "Accounts"}, "centre_name_taken"),
        ({"name": "مركز"}, "centre_name_taken"),
        ({"name": " "}, "centre_without_name"),
        ({"address": ""}, "stop_without_address"),
        ({"postal_code": "710"}, "no_such_postal_code"),
        ({"city": ""}, "stop_without_town"),
        ({"phone": "12"}, "invalid_phone"),
        ({"address": "610190-1234"}, "looks_like_cpr"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_added(wrong, code):
    world = build_world()
    office = at_work(world.municipality, ADMINISTRATOR)
    Centre.objects.filter(pk=world.centre.pk).update(key="borgerservice-herning")
    page = office.post(adding(world.municipality), {**THERE, **wrong})
    assert page.status_code == 200
    assert page.content.decode().count('aria-invalid="true"') == 1
    with override("da"):
        assert escape(str(REFUSALS[code])) in page.content.decode()
    assert list(Centre.objects.all()) == [world.centre]


def test_who_is_booked_at_an_address_that_changes_is_shown_first_and_then_told():
    world = build_world()
    visit = build_visit(world, day=TOMORROW, phone="+4520304050")
    Message.unscoped.update(status="sent")
    office = at_work(world.municipality, ADMINISTRATOR)
    address = centre_page(world, "place")
    typed = as_it_is(world.centre) | {"address": "Kirkevej 1", "city": "Give"}
    held = place_hold(
        centre=world.centre,
        plan=plan_visit(centre=world.centre, codes=[world.service.code]),
        start=instant(TOMORROW, 12 * 60),
        purpose=Hold.Purpose.OFFER,
        expires_at=NOW + timedelta(hours=6),
        now=NOW,
    )
    shown = office.post(address, typed).content.decode()
    assert visit.reference in shown
    assert "alle får besked om det nye sted" in shown
    assert "reserveret" not in shown, "no held time ends by another address"
    world.centre.refresh_from_db()
    assert world.centre.address == "Torvet 5"
    assert office.post(address, {**typed, "is_accepted": "on"}).status_code == 302
    world.centre.refresh_from_db()
    assert world.centre.address == "Kirkevej 1"
    assert Message.unscoped.filter(kind="place_changed").count() == 1
    assert Hold.unscoped.get().expires_at == held.expires_at
    assert office.post(address, typed).status_code == 302  # nothing changes: nobody is told


def test_another_name_or_phone_is_no_other_place(client: Client):
    world = build_world()
    build_visit(world, day=TOMORROW)
    office = at_work(world.municipality, ADMINISTRATOR)
    typed = as_it_is(world.centre) | {"name": "Borgerservice på Torvet", "phone": "70 10 18 81"}
    assert office.post(centre_page(world, "place"), typed).status_code == 302
    shown = text_of(client.get(f"/{world.centre.key}/"))
    assert "Borgerservice på Torvet" in shown
    assert "+45 70 10 18 81" in shown
    assert not Message.unscoped.filter(kind="place_changed").exists()


def test_a_centre_stops_taking_bookings_and_takes_them_again():
    world = build_world()
    DeskDay.objects.all().delete()
    office = at_work(world.municipality, ADMINISTRATOR)
    typed = as_it_is(world.centre)
    del typed["is_open_for_booking"]
    for sent, is_open in ((typed, False), (as_it_is(world.centre), True)):
        assert office.post(centre_page(world, "place"), sent).status_code == 302
        world.centre.refresh_from_db()
        assert world.centre.is_open_for_booking is is_open
        assert DeskDay.objects.exists() is is_open


def test_what_a_municipality_says_of_its_centre_stays_when_the_reference_data_comes_again():
    load_reference(tell=lambda _line: None)
    Centre.objects.filter(key="borgerservice-herning").update(address="Kirkevej 1", name="Torvet")
    load_reference(tell=lambda _line: None)
    centre = Centre.objects.get(key="borgerservice-herning")
    assert (centre.address, centre.name) == ("Kirkevej 1", "Torvet")


def test_only_its_own_administrator_changes_a_centre():
    world = build_world()
    elsewhere = at_work(build_municipality("0751", "Aarhus"), ADMINISTRATOR)
    for who in (elsewhere, at_work(world.municipality)):
        assert who.get(centre_page(world, "place")).status_code in {403, 404}
        assert who.get(adding(world.municipality)).status_code in {403, 404}
