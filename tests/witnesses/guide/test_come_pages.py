"""The questions as pages: a tap a step, nothing stored, whatever stands in the address."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.appointments.pages import text_of, title_of
from tests.builders import build_service
from witnesses.rules.guide.come import come_guide

pytestmark = pytest.mark.django_db


def every_path(path=""):
    walk = come_guide().walk(path)
    yield path
    if walk.question:
        for reply in walk.question.replies:
            yield from every_path(walk.onward(reply.code))


def test_every_step_is_a_page_in_both_languages(client: Client) -> None:
    build_service()
    for path in every_path():
        at = come_guide().walk(path).at
        for prefix, language in (("", "da"), ("/en", "en")):
            with CaptureQueriesContext(connection) as asked:
                page = client.get(f"{prefix}/guide/", {"path": path} if path else {})
            said = at.text if hasattr(at, "replies") else at.title
            assert page.status_code == 200
            assert said[language] in text_of(page)
            assert len(asked) <= 1, path
    assert not client.cookies


def test_an_answer_tells_its_sources_and_the_way_on(client: Client) -> None:
    build_service("reactivate_mitid")
    page = client.get("/en/guide/", {"path": "locked-no-no"})
    told = text_of(page)
    assert "Book a time" in title_of(page)
    assert "mitid.dk: Order new activation code" in told
    assert "between 2021 and 2025" in told
    assert "When you book, choose “New MitID”." in told
    assert 'href="/en/"' in page.content.decode()


def test_every_answer_can_be_changed(client: Client) -> None:
    page = client.get("/en/guide/", {"path": "new-me-yes"}).content.decode()
    assert 'href="/en/guide/"' in page
    assert 'href="/en/guide/?path=new"' in page
    assert 'href="/en/guide/?path=new-me"' in page


def test_the_other_language_keeps_the_answers(client: Client) -> None:
    page = client.get("/guide/", {"path": "new-me"}).content.decode()
    assert 'href="/en/guide/?path=new-me"' in page


@pytest.mark.parametrize(
    "query",
    [
        {"path": "new-me-<script>alert(1)</script>"},
        {"path": "\x00"},
        {"path": "new-" * 2000},
        {"path": ["new", "x"]},
        {"path": "𝓷𝓮𝔀", "other": "1"},
    ],
)
def test_a_hostile_address_asks_on_from_what_was_understood(client: Client, query) -> None:
    page = client.get("/en/guide/", query)
    assert page.status_code == 200
    assert "was not understood" in text_of(page)
    assert "alert(1)" not in page.content.decode()


def test_the_front_page_leads_to_the_questions(client: Client) -> None:
    page = client.get("/en/").content.decode()
    assert 'href="/en/guide/"' in page
