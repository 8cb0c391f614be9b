"""The demo's own pages: the real outbox for whoever tries the product, and nowhere else."""

import re
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from appointments.services import cancel_appointment
from borgerservice.notifications.delivery import deliver
from borgerservice.notifications.models import Message
from borgerservice.notifications.services import shred_contacts
from borgerservice.notifications.wording import word
from borgerservice.settings import base
from tests.appointments.desk import at
from tests.builders import NOW, TODAY, build_municipality, build_visit, build_world
from tests.rig.databases import Database
from tests.servers import Rig

TOMORROW = TODAY + timedelta(days=1)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_a_visitor_reads_what_the_citizen_is_sent_and_opens_the_link(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW, email="amina@example.com", language="en")
    deliver(now=NOW)
    page = text_of(client, "/en/demo/inbox/")
    assert "+4520304050" in page
    assert "amina@example.com" in page
    assert page.count("<dd>Sent</dd>") == 2
    for message in Message.unscoped.all():
        wording = word(message)
        assert wording.text.partition(wording.link)[0].partition("\n")[0] in page
        assert f'<a href="{wording.link}">{wording.link}</a>' in page
    link = re.findall(r'href="http://testserver(/en/visit/[^"]+)"', page)[0]
    with at(NOW):
        assert visit.reference in text_of(client, link)


@pytest.mark.django_db
def test_the_newest_is_first_and_what_was_taken_back_says_why(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW, language="en")
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    page = text_of(client, "/en/demo/inbox/")
    assert page.index("Cancelled: ") < page.index("Appointment: ")
    assert "moved or cancelled before it was sent" in page
    assert "<dd>Waiting</dd>" in page


@pytest.mark.django_db
def test_an_empty_inbox_and_a_forgotten_contact_are_no_error(client: Client) -> None:
    assert "There are none yet" in text_of(client, "/en/demo/inbox/")
    visit = build_visit(build_world(), day=TOMORROW)
    shred_contacts([visit.contact], now=NOW)
    assert "20304050" not in text_of(client, "/en/demo/inbox/")


@pytest.mark.django_db
def test_a_centre_called_like_a_script_is_only_text(client: Client) -> None:
    world = build_world()
    world.centre.name = "<script>alert(1)</script>"
    world.centre.save()
    build_visit(world, day=TOMORROW, email="amina@example.com")
    page = text_of(client, "/demo/inbox/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.django_db
def test_the_first_page_of_the_demo_leads_to_every_door(client: Client, settings: Settings) -> None:
    build_municipality()
    page = text_of(client, "/en/demo/")
    for address in ("/en/", "/admin/", "/api/v1/docs/", "/en/demo/inbox/"):
        assert f'href="{address}"' in page
    assert "demo-passwords.txt" in page
    assert "clerk-0657" in page


@pytest.mark.django_db
def test_the_inbox_takes_one_statement_however_many_messages(
    client: Client, django_assert_max_num_queries: object
) -> None:
    world = build_world()
    for place in range(12):
        build_visit(world, day=TOMORROW, minute=540 + 30 * place)
    with django_assert_max_num_queries(1):
        text_of(client, "/demo/inbox/")


@pytest.mark.once
def test_where_borgerservice_is_in_use_there_is_no_demo(rig: Rig, fresh_database: Database) -> None:
    assert base.IS_DEMO is False
    assert "IS_DEMO" not in Path(base.__file__).with_name("production.py").read_text()
    env = {"DJANGO_SETTINGS_MODULE": "tests.platform.without_demo_settings"}
    with rig.serve(fresh_database, env=env) as server:
        for address in ("/demo/", "/demo/inbox/", "/en/demo/inbox/"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(server.url(address), timeout=10)
