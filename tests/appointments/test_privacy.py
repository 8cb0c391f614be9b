"""What citizens read of how their data is used: a link on every page, and where they write."""

import pytest
from django.conf import settings

from appointments.services.visits.expiry import KEPT_CONTACT
from borgerservice.audit.forgetting import KEPT_YEARS as ENTRIES_KEPT
from borgerservice.retention.due import KEPT_YEARS as VISITS_KEPT
from tests.appointments.pages import book, text_of, times_address
from tests.appointments.test_own import settle
from tests.builders import build_world
from witnesses.services.forgetting import KEPT_YEARS as WITNESSINGS_KEPT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SAID = "How we use what you tell us"


def link_on(page):
    before = page.content.decode().rpartition(f">{SAID}</a>")[0]
    return before.rpartition('href="')[2].rstrip('"')


def test_every_page_leads_to_it_those_of_a_centre_to_its_municipalitys(client):
    world = build_world()
    visit = book(client, world)
    for address in ("/en/", "/en/guide/", "/en/find/", "/en/no/such/page/"):
        assert link_on(client.get(address)) == "/en/privacy/", address
    for address in (f"/en/{world.centre.key}/", times_address(world), visit):
        assert link_on(client.get(address)) == "/en/privacy/0657/", address


def test_it_names_who_is_responsible_and_whom_to_ask(client):
    world = build_world()
    page = text_of(client.get("/en/privacy/0657/"))
    assert "Herning Municipality is responsible for what you tell here." in page
    assert "Its switchboard knows who." in page
    settle(world.municipality)
    answer = client.get("/en/privacy/0657/").content.decode()
    assert 'href="mailto:dpo@herning.example"' in answer
    assert 'href="https://herning.example/persondata"' in answer
    assert "switchboard" not in answer
    assert "The municipality whose centre you visit" in text_of(client.get("/en/privacy/"))


def test_a_municipality_there_is_not_has_none(client):
    assert client.get("/privacy/9999/").status_code == 404


def test_it_says_the_terms_that_things_go_by(client):
    page = text_of(client.get("/en/privacy/"))
    assert f"until {KEPT_CONTACT.days} days after the visit" in page
    assert page.count(f"for {VISITS_KEPT} years") == 3
    assert f"After {VISITS_KEPT} years it goes once the Danish National Archives allow it." in page
    assert ENTRIES_KEPT == WITNESSINGS_KEPT == 2
    assert "For 24 months." in page
    assert "on which day: for 24 months" in page


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_it_speaks_every_language_of_the_pages(client, language):
    address = "/privacy/" if language == "da" else f"/{language}/privacy/"
    page = client.get(address).content.decode()
    assert page.count("datatilsynet.dk") == 2
    assert ("What is kept" in page) == (language == "en")
