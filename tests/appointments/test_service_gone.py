"""A centre no longer offers a service: what those see who are booking it, have it or wait for it."""

import pytest
from django.test import Client

from appointments.models import Appointment, CentreService, Offer
from appointments.rules.waiting import Wish
from appointments.services import cancel_appointment
from appointments.services.centres.reconciling import reconcile
from appointments.services.offering.waiting import wait_for_any
from tests.appointments.desk import at_work, centre_page, visit_page, words
from tests.appointments.pages import begin, fill_in, link_of, text_of, visit_address
from tests.builders import NOW, TODAY, World, build_service, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
GONE = "This centre does not offer that service."


@pytest.fixture
def world() -> World:
    world = build_world()
    CentreService.objects.create(
        centre=world.centre, service=build_service("passport", 15), minutes=15
    )
    return world


def take_away(world: World) -> None:
    CentreService.objects.filter(centre=world.centre, service=world.service).delete()


def test_who_is_at_the_details_is_told_and_what_was_typed_is_kept(world):
    client = Client()
    draft = begin(client, world)
    take_away(world)
    answer = fill_in(client, draft, name_0="Zenobia Palmyra")
    said = client.get(answer.headers["Location"])
    assert GONE in text_of(said)
    assert "not enough free time" not in text_of(said)
    assert "There are no free times" not in text_of(said)
    assert b'value="Zenobia Palmyra"' in client.get(draft).content


def test_who_adds_somebody_or_looks_for_another_time_is_told(world):
    client = Client()
    draft = begin(client, world)
    take_away(world)
    answer = fill_in(client, draft, add="1")
    assert GONE in text_of(client.get(answer.headers["Location"]))
    assert GONE in text_of(client.get(f"{draft}time/"))


def test_who_comes_for_something_else_instead_goes_on(world):
    client = Client()
    draft = begin(client, world, people=2)
    people = {"name_1": "Bo Berg", "service_0": "passport", "service_1": "new_mitid"}
    fill_in(client, draft, **people)
    take_away(world)
    assert b'href="#id_service_1"' in fill_in(client, draft, **people).content
    answer = fill_in(client, draft, **people | {"service_1": "passport"})
    assert answer.headers["Location"] == f"{draft}check/"
    client.post(f"{draft}check/")
    assert Appointment.unscoped.get().ends_at > NOW
    assert list(reconcile(now=NOW)) == []


def test_who_has_a_visit_for_it_keeps_it_and_is_told_why_it_cannot_be_moved(world):
    visit, client = build_visit(world), Client()
    address = visit_address(visit)
    take_away(world)
    said = client.get(f"{address}move/")
    assert GONE in text_of(said)
    assert "There are no free times" not in text_of(said)
    again = client.post(f"{address}move/", {"start": "2026-11-23T11:00:00+01:00"})
    assert (again.status_code, GONE in text_of(again)) == (409, True)
    for page in ("", "cancel/", "earlier/", "calendar.ics"):
        assert client.get(f"{address}{page}").status_code == 200
    visit.refresh_from_db()
    assert (visit.status, visit.moves) == ("booked", 0)


def test_who_is_offered_a_time_for_it_is_told_and_nothing_is_booked(world):
    visit = build_visit(world, day=TODAY.replace(day=25))
    wait_for_any(
        centre=world.centre,
        service=world.service.code,
        names=["Bo Berg"],
        phone="+4520304051",
        email="",
        language="en",
        wish=Wish(TODAY, TODAY.replace(day=26), 0, 1440, 127),
        now=NOW,
    )
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    take_away(world)
    answer = Client().post(f"/en/offer/{link_of(Offer.unscoped.get())}/", {"accept": "1"})
    assert (answer.status_code, GONE in text_of(answer)) == (409, True)
    assert Offer.unscoped.get().answer == Offer.Answer.OPEN
    assert Appointment.unscoped.filter(status="booked").count() == 0


def test_staff_are_told_that_it_is_gone_and_not_that_no_time_is_free(world):
    visit, clerk = build_visit(world), at_work(world.municipality)
    take_away(world)
    move = clerk.get(visit_page(world, visit.reference, "visit_move")).content.decode()
    assert words(GONE) in move
    assert words("There are no free times.") not in move


@pytest.mark.parametrize("page", ["book", "walk_in"])
def test_staff_who_had_chosen_it_are_told_that_it_is_gone(world, page):
    clerk, address = at_work(world.municipality), centre_page(world, page)
    take_away(world)
    chosen = {"service": world.service.code, "name_0": "Bo Berg"}
    said = clerk.get(address, chosen) if page == "book" else clerk.post(address, chosen)
    assert words(GONE) in said.content.decode()
    assert world.service.code not in said.context["form"].errors.as_text()
