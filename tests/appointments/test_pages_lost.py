"""Find my booking: the link goes to the contact, and the page says the same to everybody."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from appointments.services import cancel_appointment
from borgerservice.notifications.models import Message
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PHONE, EMAIL = "+4520304050", "amina@example.org"


@pytest.fixture
def visit():
    world = build_world()
    return build_visit(world, day=TODAY + timedelta(days=2), phone=PHONE, email=EMAIL)


def sent():
    return sorted(Message.unscoped.filter(kind="found").values_list("channel", flat=True))


def asks(**typed):
    return Client().post("/find/", {"phone": "", "email": "", **typed})


@pytest.mark.parametrize(
    ("typed", "channels"),
    [
        ({"phone": "20 30 40 50"}, ["sms"]),
        ({"phone": "+45 20304050"}, ["sms"]),
        ({"email": "Amina@Example.org"}, ["email"]),
        ({"phone": "20304050", "email": EMAIL}, ["email", "sms"]),
    ],
)
def test_the_link_goes_to_the_contact_that_was_asked_for(visit, typed, channels):
    assert asks(**typed).status_code == 200
    assert sent() == channels
    message = Message.unscoped.filter(kind="found")[0]
    assert message.facts["link_salt"] == visit.link_salt


def without_token(response):
    return re.sub(rb"csrf\w*[^>]*>", b"", response.content)


def test_the_page_says_the_same_to_everybody(visit):
    there, not_there = asks(phone="20304050"), asks(phone="20304051")
    assert without_token(there) == without_token(not_there)
    assert sent() == ["sms"]


def test_asking_again_sends_one_message_an_hour(visit):
    for _again in range(3):
        asks(phone="20304050")
    assert sent() == ["sms"]


def test_a_cancelled_visit_is_not_told_of(visit):
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    asks(phone="20304050")
    assert sent() == []


@pytest.mark.parametrize(
    "typed", [{}, {"phone": "12"}, {"email": "a b@example.org"}, {"phone": "610190-1234"}]
)
def test_bad_input_is_told_at_the_field_and_not_echoed(visit, typed):
    page = asks(**typed)
    assert page.status_code == 200
    assert b'id="errors-heading"' in page.content
    assert b"610190-1234" not in page.content
    assert sent() == []


def test_asking_too_often_is_refused(visit):
    answers = [asks(phone="20304050") for _try in range(12)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    told = answers[-1].content.decode()
    assert "Der er bedt om linket for mange gange. Der er ikke sendt noget nu." in told
    assert "Du kan prøve igen om" in told
    assert "netværk" not in told
    assert "For mange bestillinger" not in told
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert 'value="20 30 40 50"' in told, "what was typed is kept"


def test_others_in_the_same_network_are_not_refused_for_what_one_asked(visit):
    shared = Client(REMOTE_ADDR="8.8.8.9")

    def ask(digits: int):
        return shared.post("/find/", {"phone": f"203040{digits}", "email": ""})

    assert [ask(50).status_code for _try in range(12)] == [200] * 10 + [429] * 2
    assert [ask(number).status_code for number in range(60, 78)] == [200] * 18
    refused = ask(79)
    assert refused.status_code == 429
    assert "eller fra et andet netværk" in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="8.8.9.9")
    assert elsewhere.post("/find/", {"phone": "20304079", "email": ""}).status_code == 200
