"""The page of the earliest times: near the citizen, in the country, and on to a booking."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import CentreService
from appointments.rules.local_time import instant
from appointments.services.centres.reference import load_reference
from borgerservice.municipalities.models import Centre
from tests.appointments.pages import starts_on, text_of, title_of
from tests.builders import TODAY, build_visit, build_world
from tests.platform.api_calls import statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAGE = "/en/earliest/"


@pytest.fixture
def country():
    """Herning, and København whose times are later."""
    load_reference(tell=lambda _line: None)
    herning = build_world()
    capital = build_world(code="0101", name="København")
    Centre.objects.filter(pk=capital.centre.pk).update(postal_code="1602", city="København V")
    CentreService.objects.filter(centre=capital.centre).update(lead_minutes=3000)
    return herning, capital


def headings(answer):
    return re.findall(r"<h2[^>]*>(.*?)</h2>", answer.content.decode())


def test_the_earliest_times_stand_near_and_in_the_country(country, client: Client) -> None:
    answer = client.get(PAGE, {"service": "new_mitid", "near": "2000 Frederiksberg"})
    assert answer.status_code == 200
    assert "Nearest to 2000 Frederiksberg" in headings(answer)
    assert "Earliest in the whole country" in headings(answer)
    soon, later = instant(TODAY, 600), instant(TODAY + timedelta(days=2), 600)
    assert starts_on(answer) == [later, soon, soon, later]
    text = text_of(answer)
    assert "3 km away" in text
    assert "Borgerservice København Torvet 5, 1602 København V" in text


def test_choosing_one_begins_a_booking_there(country, client: Client) -> None:
    herning, _capital = country
    answer = client.get(PAGE, {"service": "new_mitid", "people": "2"})
    action = re.search(r'formaction="([^"]+)"', answer.content.decode())[1]
    assert action == f"/en/{herning.centre.key}/new_mitid/"
    data = {"people": "2", "start": starts_on(answer)[0].isoformat()}
    draft = client.post(action, data)
    assert draft.status_code == 302
    assert "10:00" in text_of(client.get(draft.headers["Location"]))


def test_a_postal_code_unknown_to_us_says_about(country, client: Client) -> None:
    text = text_of(client.get(PAGE, {"service": "new_mitid", "near": "7401"}))
    assert "About 1 km away" in text
    assert "We do not know where your postal code is." in text


def test_filters_are_kept_and_said(country, client: Client) -> None:
    asked = {"service": "new_mitid", "region": "Region Hovedstaden"}
    answer = client.get(PAGE, asked)
    assert headings(answer)[0] == "Earliest in Region Hovedstaden"
    assert "service=new_mitid&amp;region=Region+Hovedstaden" in answer.content.decode()
    nothing = client.get(PAGE, {**asked, "evening": "1", "step_free": "1"})
    assert "No centre has a free time that fits" in text_of(nothing)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"service": ""}, "Choose what you need help with."),
        ({"service": "nothing"}, "Choose one of the services in the list."),
        ({"service": "new_mitid", "near": "0799"}, "Write a postal code with four digits"),
        ({"service": "new_mitid", "near": "Aarhus"}, "Write a postal code with four digits"),
        ({"service": "new_mitid", "near": "8" * 99}, "Write a postal code with four digits"),
        ({"service": "new_mitid", "region": "Skåne"}, "Choose one of the regions in the list."),
        ({"service": "new_mitid", "people": "9"}, "Choose between 1 and 4 people."),
    ],
)
def test_what_was_not_understood_is_said_at_its_field(country, client, asked, said) -> None:
    answer = client.get(PAGE, asked)
    assert said in text_of(answer)
    assert title_of(answer).startswith("Error:")
    assert starts_on(answer) == []


def test_a_cpr_number_is_not_shown_back(country, client: Client) -> None:
    answer = client.get(PAGE, {"service": "new_mitid", "near": "610190-0001"})
    assert "610190" not in answer.content.decode()


def test_the_front_page_asks_the_same_two_questions(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    front = client.get("/en/").content.decode()
    assert 'action="/en/earliest/"' in front
    assert '<option value="new_mitid">' in front


def test_a_search_leads_on_with_its_postal_code(client: Client) -> None:
    load_reference(tell=lambda _line: None)
    assert 'href="/en/earliest/?near=8000"' in client.get("/en/", {"q": "8000"}).content.decode()
    answer = client.get(PAGE, {"near": "8000"})
    assert re.search(r'name="near" value="8000"', answer.content.decode())
    assert not title_of(answer).startswith("Error:")


def test_it_takes_few_statements(country, client: Client) -> None:
    build_visit(country[0], minute=600)
    asked = {"service": "new_mitid", "near": "8000"}
    _answer, sql = statements(lambda: client.get(PAGE, asked))
    assert len(sql) == 3
