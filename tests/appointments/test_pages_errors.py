"""When something cannot be: plain words, nothing repeated, no secret in the log."""

import logging

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils.translation import override

from borgerservice import views
from borgerservice.logs import RoutesOnly
from tests.appointments.pages import begin, text_of
from tests.builders import NOW, build_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("door", "status", "told"),
    [
        (views.bad_request, 400, "We could not read that"),
        (views.forbidden, 403, "You may not see this page"),
        (views.not_found, 404, "We cannot find the page"),
    ],
)
def test_every_refusal_has_a_page_in_plain_words(door, status: int, told: str) -> None:
    with override("en"):
        response = door(RequestFactory().get("/secret-address/"), Exception("secret reason"))
    assert response.status_code == status
    assert told in text_of(response)
    assert "secret" not in response.content.decode()


def test_a_mistake_of_ours_is_said_without_a_word_of_what_it_was(client: Client, settings) -> None:
    world = build_world()
    with time_machine.travel(NOW, tick=False):
        draft = begin(client, world)
        settings.KEYS_FILE = None
        client.raise_request_exception = False
        response = client.get(draft)
    assert response.status_code == 500
    assert "Something went wrong" in text_of(response)
    assert "Key" not in text_of(response)
    assert draft.split("/")[-2] not in response.content.decode()


def test_a_form_larger_than_any_honest_one_is_refused_kindly(client: Client) -> None:
    world = build_world()
    address = f"/en/{world.centre.key}/{world.service.code}/"
    response = client.post(
        address, b"start=" + b"x" * 100_000, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400
    assert "What was sent is too long" in text_of(response)


def test_the_api_keeps_its_own_errors(client: Client) -> None:
    response = client.get("/api/v1/nothing-here/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/visit/abc-DEF_123/", "/en/book/abc-DEF_123/check/"])
def test_a_secret_address_is_logged_as_its_route(address: str, client: Client) -> None:
    response = client.get(address)
    request = response.wsgi_request
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Gone", request.path), None)
    record.request = request
    assert RoutesOnly().filter(record)
    assert "abc-DEF_123" not in record.getMessage()
    assert "<str:" in record.getMessage()


def test_other_log_lines_stay_as_they_are() -> None:
    record = logging.LogRecord("x", 20, "", 0, "delivered %s", (7,), None)
    assert RoutesOnly().filter(record)
    assert record.getMessage() == "delivered 7"
