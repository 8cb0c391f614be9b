"""Several people in one visit, each with a service of their own, from the citizen's pages."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Appointment, CentreService, Hold, Participant
from appointments.services.centres.reconciling import reconcile
from tests.appointments.desk import at
from tests.appointments.pages import begin, starts_on, text_of
from tests.builders import NOW, World, build_service, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
AMINA = {"name_0": "Amina Hassan", "phone": "20 30 40 50", "email": ""}
TWO = {**AMINA, "name_1": "Omar Hassan", "service_0": "new_mitid"}


@pytest.fixture
def world() -> World:
    """One desk; a new MitID takes 30 minutes, a passport 15."""
    made = build_world()
    passport = build_service("passport", minutes=15)
    passport.names = {"da": "Pas", "en": "Passport"}
    passport.proves_identity = False
    passport.save()
    CentreService.objects.create(centre=made.centre, service=passport, minutes=15)
    return made


def held_minutes() -> int:
    hold = Hold.unscoped.get()
    return int((hold.busy_until - hold.starts_at).total_seconds()) // 60


def all_is_right() -> bool:
    return not list(reconcile(now=NOW))


def test_two_come_each_for_something_else_and_the_lengths_add_up(world):
    client = Client()
    draft = begin(client, world)
    until = Hold.unscoped.get().expires_at
    assert client.post(draft, {**AMINA, "add": "1"})["Location"] == f"{draft}#id_name_1"
    assert held_minutes() == 60
    page = client.get(draft).content.decode()
    assert 'value="Amina Hassan"' in page
    assert 'value="20 30 40 50"' in page
    check = client.post(draft, {**TWO, "service_1": "passport"})["Location"]
    assert held_minutes() == 45
    assert Hold.unscoped.get().expires_at == until, "held no longer than before"
    review = text_of(client.get(check)).replace(" ,", ",")
    for told in ("Amina Hassan, New MitID", "Omar Hassan, Passport"):
        assert told in review
    client.post(check)
    visit = Appointment.unscoped.get()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=45)
    services = Participant.unscoped.order_by("position").values_list("service__code", flat=True)
    assert list(services) == ["new_mitid", "passport"]
    assert all_is_right()


def test_somebody_is_taken_away_again_and_the_time_is_shorter(world):
    client = Client()
    draft = begin(client, world)
    client.post(draft, {**AMINA, "add": "1"})
    client.post(draft, {**TWO, "service_1": "passport", "remove": "0"})
    page = client.get(draft).content.decode()
    assert "Omar Hassan" in page
    assert "Amina" not in page
    assert held_minutes() == 15
    check = client.post(draft, {"name_0": "Omar Hassan", "phone": "20304050"})["Location"]
    client.post(check)
    assert Participant.unscoped.get().service.code == "passport"
    assert all_is_right()


def test_at_most_four_come(world):
    client = Client()
    draft = begin(client, world)
    for _ in range(6):
        client.post(draft, {**AMINA, "add": "1"})
    assert held_minutes() == 4 * 30
    assert 'name="add"' not in client.get(draft).content.decode()


def test_where_the_time_is_too_short_another_is_chosen_and_nothing_typed_is_lost(world):
    client = Client()
    draft = begin(client, world)
    hold = Hold.unscoped.get()
    minute = (hold.starts_at.hour + 1) * 60 + hold.starts_at.minute
    build_visit(world, day=hold.day, minute=minute + 30)
    answer = client.post(draft, {**AMINA, "add": "1"})
    assert answer["Location"] == f"{draft}time/?short=1"
    shown = client.get(answer["Location"])
    assert "not enough free time" in text_of(shown)
    assert Hold.unscoped.get().pk == hold.pk
    chosen = starts_on(shown)[0].isoformat()
    assert client.post(f"{draft}time/", {"start": chosen})["Location"] == draft
    assert held_minutes() == 60
    assert "Amina Hassan" in client.get(draft).content.decode()
    assert all_is_right()


@pytest.mark.parametrize("wrong", ["nothing", "driving_licence", "<b>"])
def test_a_service_the_centre_does_not_offer_is_said_at_the_field(world, wrong):
    client = Client()
    draft = begin(client, world)
    client.post(draft, {**AMINA, "add": "1"})
    answer = client.post(draft, {**TWO, "service_1": wrong})
    assert answer.status_code == 200
    assert 'href="#id_service_1"' in answer.content.decode()


@pytest.mark.parametrize("gone", ["", "9", "-1", "x", "99999999999999999999"])
def test_taking_away_somebody_who_is_not_there_changes_nothing(world, gone):
    client = Client()
    draft = begin(client, world)
    assert client.post(draft, {**AMINA, "remove": gone})["Location"] == f"{draft}#party"
    assert held_minutes() == 30


def test_a_mistyped_contact_is_still_there_after_somebody_was_added_and_a_cpr_number_is_not(world):
    client = Client()
    draft = begin(client, world)
    client.post(draft, {**AMINA, "phone": "2030", "email": "amina@", "add": "1"})
    page = client.get(draft).content.decode()
    assert 'value="2030"' in page
    assert 'value="amina@"' in page
    client.post(draft, {**AMINA, "phone": "610190-1099", "add": "1"})
    assert "1099" not in client.get(draft).content.decode()


def test_after_the_hold_is_over_people_can_still_be_added(world):
    client = Client()
    draft = begin(client, world, nth=5)
    with at(NOW + timedelta(minutes=11)):
        assert client.post(draft, {**AMINA, "add": "1"})["Location"] == f"{draft}#id_name_1"
        check = client.post(draft, {**TWO, "service_1": "new_mitid"})["Location"]
        client.post(check)
        visit = Appointment.unscoped.get()
    assert visit.ends_at - visit.starts_at == timedelta(minutes=60)


@pytest.mark.parametrize("page", ["", "check/", "time/"])
def test_a_page_for_several_people_reads_with_few_statements(
    world, page, django_assert_max_num_queries
):
    client = Client()
    draft = begin(client, world)
    client.post(draft, {**AMINA, "add": "1"})
    client.post(draft, {**TWO, "service_1": "passport"})
    with django_assert_max_num_queries(3):
        assert client.get(f"{draft}{page}").status_code == 200
