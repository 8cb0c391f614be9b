"""Programs pass by what only pages need; whoever comes next finds nothing of who came before."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import build_staff, build_world

pytestmark = pytest.mark.django_db
SERVICES = "/api/v1/services/"


def test_a_browser_that_is_signed_in_is_nobody_to_the_api() -> None:
    clerk = Client()
    clerk.force_login(build_staff(build_world().municipality))
    with CaptureQueriesContext(connection) as asked:
        answer = clerk.get(SERVICES)
    assert answer.status_code == 200
    assert [query for query in asked.captured_queries if "django_session" in query["sql"]] == []
    assert (answer.cookies, "Cookie" in answer["Vary"]) == ({}, False)
    assert clerk.get("/admin/", follow=True).wsgi_request.user.is_authenticated


def test_each_is_answered_in_its_own_language_whoever_came_before() -> None:
    browser = Client()
    told = [
        browser.get(address, headers={"Accept-Language": language})["Content-Language"]
        for address, language in (
            ("/en/", "da"),
            (SERVICES, "da"),
            (SERVICES, "en-GB,en;q=0.9"),
            ("/", "en"),
            ("/api/v1/nothing/", "en"),
            ("/nothing/", "en"),
        )
    ]
    assert told == ["en", "da", "en", "da", "en", "da"]
