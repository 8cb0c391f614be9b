"""Somebody looks for a centre: by name, by part of it, by postal code, in two languages."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from borgerservice.municipalities.models import Centre
from tests.appointments.pages import text_of, title_of
from tests.builders import build_municipality, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def search(client: Client, query: str) -> str:
    response = client.get("/en/", {"q": query})
    assert response.status_code == 200
    return text_of(response)


def test_the_front_page_speaks_danish_and_english(client: Client) -> None:
    danish, english = client.get("/"), client.get("/en/")
    assert 'lang="da"' in danish.content.decode()
    assert 'lang="en"' in english.content.decode()
    assert "Find your Citizen Service centre" in text_of(english)
    assert title_of(english) == "Find your Citizen Service centre – Borgerservice"


def test_no_tag_of_a_form_says_anything_twice(client: Client) -> None:
    page = client.get("/en/find/").content.decode()
    for tag in re.findall(r"<input[^>]*>", page):
        names = re.findall(r"\s([\w-]+)(?==)", tag)
        assert len(set(names)) == len(names), tag


@pytest.mark.parametrize("query", ["Herning", "hern", "HERNING kommune", "7400", "7400 Herning"])
def test_a_town_is_found_by_name_or_postal_code(client: Client, query: str) -> None:
    world = build_world()
    build_world(code="0751", name="Aarhus")
    Centre.objects.filter(municipality__code="0751").update(postal_code="8000")
    found = client.get("/en/", {"q": query})
    assert f'href="/en/{world.centre.key}/"' in found.content.decode()
    assert "Borgerservice Aarhus" not in text_of(found)


@pytest.mark.parametrize("query", ["århus", "aarhus", "Arhus", "ÅRHUS"])
def test_letters_a_foreign_keyboard_lacks_are_not_needed(client: Client, query: str) -> None:
    build_world(code="0751", name="Aarhus")
    assert "Borgerservice Aarhus" in search(client, query)


def test_an_unknown_postal_code_gets_the_nearest_and_says_so(client: Client) -> None:
    build_world()
    page = search(client, "7401")
    assert "No centre we know has the postal code 7401" in page
    assert "Borgerservice Herning" in page


def test_a_misspelt_town_is_guessed(client: Client) -> None:
    build_world()
    assert "Did you mean one of these? Herning Municipality" in search(client, "Hernningg")


def test_a_municipality_without_a_known_centre_says_so(client: Client) -> None:
    build_municipality("0492", "Ærø")
    assert "We know of no centre here yet" in search(client, "aeroe")


def test_a_demo_centre_never_passes_for_a_real_one(client: Client) -> None:
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_demo=True)
    assert "Demo centre, not a real place" in search(client, "herning")
    centre = text_of(client.get(f"/en/{world.centre.key}/"))
    assert "Demo centre, not a real place" in centre
    assert "nobody receives you" in centre


def test_a_centre_that_serves_other_municipalities_is_found_from_them(client: Client) -> None:
    world = build_world()
    neighbour = build_municipality("0661", "Holstebro")
    world.centre.serves.add(neighbour)
    page = search(client, "holstebro")
    assert "Borgerservice Herning" in page
    assert "Also receives citizens from Holstebro" in page


def test_a_cpr_number_typed_in_the_search_is_refused_and_not_shown(client: Client) -> None:
    response = client.get("/en/", {"q": "610190-1234"})
    assert "looks like a CPR number" in text_of(response)
    assert "610190" not in response.content.decode()
    assert title_of(response).startswith("Error:")


@pytest.mark.parametrize(
    "query",
    [
        "x" * 10_000,
        "😀",
        "\u202eHerning",
        "a\x00b",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "%",
    ],
)
def test_anything_typed_in_the_search_is_taken_calmly(client: Client, query: str) -> None:
    response = client.get("/en/", {"q": query, "unknown": "1"})
    assert response.status_code == 200
    assert "<script" not in response.content.decode()


def test_the_centre_page_tells_where_when_and_what(client: Client) -> None:
    world = build_world()
    page = text_of(client.get(f"/en/{world.centre.key}/"))
    for words in ("Torvet 5", "7400 Herning", "+45 96 28 24 00", "Monday 09:00–15:00", "New MitID"):
        assert words in page


def test_a_centre_with_unknown_hours_gives_its_phone_number(client: Client) -> None:
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_open_for_booking=False)
    page = text_of(client.get(f"/en/{world.centre.key}/"))
    assert "You cannot book a time online here" in page
    assert "+45 96 28 24 00" in page
    assert "New MitID" not in page
    times = client.get(f"/en/{world.centre.key}/{world.service.code}/")
    assert times.headers["Location"] == f"/en/{world.centre.key}/"


@pytest.mark.parametrize("address", ["/nowhere/", "/en/nowhere/new_mitid/", "/en/a/b/c/d/"])
def test_an_address_that_is_no_page_is_kindly_not_found(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "nowhere" not in response.content.decode()


def test_an_unknown_service_of_a_centre_is_not_found(client: Client) -> None:
    world = build_world()
    assert client.get(f"/{world.centre.key}/hovercraft/").status_code == 404


def test_the_language_switch_keeps_the_page_and_the_search(client: Client) -> None:
    world = build_world()
    assert f'href="/{world.centre.key}/"' in client.get(f"/en/{world.centre.key}/").content.decode()
    assert 'href="/en/?q=herning"' in client.get("/?q=herning&x=1").content.decode()


def test_pages_to_find_and_book_cost_few_statements(client: Client) -> None:
    world = build_world()
    for address, most in (
        ("/?q=herning", 3),
        (f"/{world.centre.key}/", 4),
        (f"/{world.centre.key}/{world.service.code}/?people=2", 3),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= most, address


def test_the_demo_says_what_it_is_and_names_its_doors(client: Client, settings) -> None:
    page = client.get("/en/")
    assert "This is a demo" in text_of(page)
    for door in ("/admin/", "/api/v1/docs/", "/demo/inbox/"):
        assert f'href="{door}"' in page.content.decode()
    settings.IS_DEMO = False
    page = client.get("/en/")
    assert "demo" not in text_of(page).casefold()
    assert "/admin/" not in page.content.decode()
