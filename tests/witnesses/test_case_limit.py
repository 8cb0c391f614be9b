"""What a clerk is told of a witness's limit: from when they are free, and nothing of the history."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.appointments.desk import signed_in
from tests.builders import NOW, TODAY
from tests.witnesses.case_pages import address, witness_form
from tests.witnesses.cases import build_office, witness

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(office, clock):
    return signed_in(office.clerk)


def test_the_limit_is_shown_with_figure_source_and_day_and_nothing_of_the_history(client, office):
    elsewhere = build_office("0101", "København")
    for applicant in (11, 12, 13):
        elsewhere.decided(witness(2), applicant=applicant)
    case = office.with_witness(witness(2))

    page = client.get(address(case))
    warning = re.search(r'<div class="warning".*?</div>', page.content.decode(), re.DOTALL)[0]
    words = html.unescape(re.sub(r"<[^>]+>", " ", warning))

    assert "højst 3 gange inden for 120 dage" in words
    assert "24. marts 2027" in words
    assert "mitid.dk" in words
    for given_away in ("København", "0101", "4", "november"):
        assert given_away not in words.replace("24. marts", "")


def test_before_there_is_a_witness_nobody_s_history_can_be_asked_for(client, office):
    case = office.with_questions()

    assert "warning" not in client.get(address(case)).content.decode()


def test_after_the_day_of_the_meeting_the_page_speaks_of_the_meeting_and_not_of_today(office):
    for applicant in (11, 12, 13):
        office.decided(witness(2), applicant=applicant)
    case = office.with_witness(witness(2))
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        client = Client()
        client.force_login(office.clerk)
        shown = html.unescape(client.get(address(case)).content.decode())
        yesterday = f"{TODAY + timedelta(days=2):%d-%m-%Y}"
        sent = client.post(address(case, "witness"), witness_form(mitid_since=yesterday))
        told = html.unescape(sent.content.decode())

    assert "Vidnet kan ikke være vidne ved dette møde." in shown
    assert "i dag" not in shown
    assert "Vidnet kan ikke have fået MitID efter mødedagen." in told
    assert "i fremtiden" not in told
