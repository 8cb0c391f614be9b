"""The accessibility statement: a link on every page, and `/was` as the law asks for it."""

from dataclasses import replace

import pytest

from appointments.services.centres.own import set_own
from tests.appointments.pages import book, text_of, times_address
from tests.appointments.test_own import OWN
from tests.builders import NOW, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HERNING = "https://was.digst.dk/herning-dk"
WHOLE = "https://www.was.digst.dk/borger-example"


def state(world, address):
    own = replace(OWN, statement=address)
    set_own(municipality=world.municipality, own=own, offers={}, actor="staff:1", now=NOW)


def link_on(page):
    before = page.content.decode().partition(">Accessibility statement</a>")[0]
    return before.rpartition('href="')[2].rstrip('"')


def test_every_page_leads_to_the_statement(client):
    world = build_world()
    visit = book(client, world)
    pages = ("/en/", "/en/guide/", "/en/find/", "/en/no/such/page/", f"/en/{world.centre.key}/")
    for address in (*pages, times_address(world), visit):
        assert link_on(client.get(address)) == "/en/was/", address
    state(world, HERNING)
    for address in (f"/en/{world.centre.key}/", times_address(world), visit):
        assert link_on(client.get(address)) == HERNING, address
    assert link_on(client.get("/en/")) == "/en/was/"


def test_was_leads_straight_to_the_only_statement_there_is(client, settings):
    world = build_world()
    assert client.get("/was").headers["Location"] == "/was/"
    assert "No statement has been published yet." in text_of(client.get("/en/was/"))
    settings.ACCESSIBILITY_STATEMENT_URL = WHOLE
    assert client.get("/was/").headers["Location"] == WHOLE
    settings.ACCESSIBILITY_STATEMENT_URL = ""
    state(world, HERNING)
    assert client.get("/was/").headers["Location"] == HERNING


def test_of_several_statements_was_names_them_all(client, settings):
    settings.ACCESSIBILITY_STATEMENT_URL = WHOLE
    state(build_world(), HERNING)
    page = client.get("/en/was/").content.decode()
    assert f'href="{WHOLE}"' in page
    assert f'href="{HERNING}"' in page
