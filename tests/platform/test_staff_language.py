"""Staff read their pages in Danish, or in English once they say so: on which pages, for how long."""

from types import SimpleNamespace

import pytest
from django.test import Client, RequestFactory

from borgerservice.serving.overload import Gate
from borgerservice.sign_in.spoken import COOKIE
from tests.appointments.desk import at, centre_page, signed_in
from tests.builders import NOW, build_staff, build_world
from tests.platform.test_staff_sign_in import code_of, set_up_second_factor, sign_in

pytestmark = pytest.mark.django_db
SWITCH, SIGN_IN, INDEX = "/accounts/language/", "/accounts/login/", "/admin/"


@pytest.fixture(autouse=True)
def monday_morning():
    with at(NOW):
        yield


def spoken(client: Client, page: str = SIGN_IN) -> str:
    answer = client.get(page, follow=True)
    language = answer.headers["Content-Language"]
    assert f'<html lang="{language}"' in answer.content.decode()
    return language


def choose(client: Client, language: str, page: str = SIGN_IN):
    return client.post(SWITCH, {"language": language, "next": page})


@pytest.fixture
def staff():
    return build_staff(build_world().municipality)


def test_whoever_says_nothing_reads_danish(staff):
    client = Client(headers={"Accept-Language": "en-GB,en"})
    assert spoken(client) == "da"
    sign_in(client, staff)
    assert spoken(client, INDEX) == "da"
    assert COOKIE not in client.cookies


def test_a_choice_follows_a_person_to_another_machine_and_leaves_others_alone(world):
    one, other = (build_staff(world.municipality, username=name) for name in ("one", "other"))
    page = centre_page(world, "day")
    client = signed_in(one)
    assert choose(client, "en", page).headers["Location"] == page
    assert spoken(client, page) == "en"
    assert spoken(signed_in(one), page) == "en"
    assert spoken(signed_in(other), page) == "da"
    choose(client, "da", page)
    assert spoken(client, page) == "da"
    assert spoken(signed_in(one), page) == "da"


def test_a_choice_before_signing_in_is_that_of_who_signs_in(staff):
    client = Client()
    assert choose(client, "en", f"{SIGN_IN}?next=/admin/own-number/").headers["Location"] == (
        f"{SIGN_IN}?next=/admin/own-number/"
    )
    assert spoken(client) == "en"
    sign_in(client, staff)
    assert spoken(client, INDEX) == "en"
    assert spoken(signed_in(staff), INDEX) == "en"


def test_a_choice_holds_through_the_second_factor(staff):
    client = Client()
    sign_in(client, staff)
    secret = set_up_second_factor(client)
    client.post("/accounts/logout/")
    choose(client, "en")
    asked = sign_in(client, staff, follow=True)
    assert asked.request["PATH_INFO"] == "/accounts/second-factor/sign-in/"
    assert '<html lang="en"' in asked.content.decode()
    with at(NOW.replace(minute=5)):
        client.post("/accounts/second-factor/sign-in/", {"code": code_of(secret)})
        assert spoken(client, INDEX) == "en"
    staff.refresh_from_db()
    assert staff.language == "en"


def test_who_signs_in_next_at_the_same_desk_reads_their_own_language(world):
    one, other = (build_staff(world.municipality, username=name) for name in ("one", "other"))
    client = Client()
    choose(client, "en")
    sign_in(client, one)
    client.post("/accounts/logout/")
    assert spoken(client) == "en", "what is said of signing out is read in the same language"
    sign_in(client, other)
    assert spoken(client, INDEX) == "da"
    client.post("/accounts/logout/")
    assert spoken(client) == "da"
    other.refresh_from_db()
    assert other.language == "da"


def test_who_was_signed_out_by_time_is_told_so_in_their_language(staff):
    client = Client()
    sign_in(client, staff)
    choose(client, "en", INDEX)
    assert spoken(client, INDEX) == "en"
    with at(NOW.replace(hour=9)):
        page = client.get("/admin/own-number/", follow=True).content.decode()
        assert "You were signed out because time ran out." in page
        assert '<html lang="en"' in page
        assert choose(client, "da", INDEX).headers["Location"] == INDEX
        assert spoken(client) == "da"
    staff.refresh_from_db()
    assert staff.language == "en", "nobody was signed in"


@pytest.mark.parametrize("language", ["de", "", "en.kept", "EN", "da\r\nX: y"])
def test_nothing_but_danish_and_english_can_be_chosen(staff, language):
    client = signed_in(staff)
    assert choose(client, language).status_code == 400
    staff.refresh_from_db()
    assert staff.language == "da"


@pytest.mark.parametrize("told", ["de", "en.gone", "da.kept.kept", "x" * 5000, '"en"'])
def test_a_cookie_that_says_something_else_is_danish(told):
    client = Client()
    client.cookies[COOKIE] = told
    assert spoken(client) == "da"


@pytest.mark.parametrize(
    "page", ["https://example.com/admin/", "//example.com/admin/", "/", "/en/", "", "admin/"]
)
def test_choosing_leads_to_no_page_but_staffs(staff, page):
    assert choose(signed_in(staff), "en", page).headers["Location"] == INDEX


def test_choosing_is_a_press_of_a_form_of_ours(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert choose(client, "en").status_code == 403
    assert client.get(SWITCH).status_code == 405
    page = client.get("/admin/own-number/")
    assert f'action="{SWITCH}"' in page.content.decode()
    sent = {"language": "en", "csrfmiddlewaretoken": str(page.context["csrf_token"])}
    assert client.post(SWITCH, sent).status_code == 302
    assert spoken(client, INDEX) == "en"


@pytest.mark.parametrize("typed", ["610190-1000", "610190%201000", "610190+1000", "6101901000"])
def test_a_number_that_was_typed_into_an_address_is_not_shown_back(typed):
    page = Client().get(f"{SIGN_IN}?next=/admin/&number={typed}").content.decode()
    assert f'name="next" value="{SIGN_IN}"' in page
    assert "610190" not in page


def test_no_cache_gives_a_page_to_who_reads_the_other_language(staff):
    for client, page in ((signed_in(staff), "/admin/own-number/"), (Client(), SIGN_IN)):
        answer = client.get(page)
        assert "Cookie" in answer.headers["Vary"]
        assert "no-store" in answer.headers["Cache-Control"]


def test_citizens_pages_ask_neither_the_account_nor_the_cookie(world):
    client = signed_in(build_staff(world.municipality))
    choose(client, "en")
    client.get(INDEX)
    for address, language in (("/", "da"), ("/en/", "en"), (f"/{world.centre.key}/", "da")):
        assert client.get(address).headers["Content-Language"] == language


def test_an_invited_colleague_may_choose_before_the_account_is_there(world):
    client = Client()
    choose(client, "en")
    page = client.get("/invitation/gone/")
    assert page.status_code == 404
    assert '<html lang="en"' in page.content.decode()


@pytest.mark.parametrize(("told", "language"), [("", "da"), ("en", "en"), ("en.kept", "en")])
def test_who_is_not_let_in_for_now_is_told_so_in_the_language_of_before(told, language):
    asked = RequestFactory().get("/admin/").environ
    asked["HTTP_COOKIE"] = f"{COOKIE}={told}"
    asked["gunicorn.socket"] = SimpleNamespace(waited=60.0)
    said: list[str] = []
    gate = Gate(lambda _environ, _start: [], patience=2.0)
    body = b"".join(gate(asked, lambda status, _headers: said.append(status)))
    assert said == ["503 Service Unavailable"]
    assert f'<html lang="{language}"' in body.decode()
