"""Each municipality's own: its administrator settles it, its citizens see it, nobody else's does."""

import html
import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from appointments.exceptions import OwnRefused, Refused
from appointments.models import CentreDay, CentreService
from appointments.services import plan_visit
from appointments.services.centres.own import Own, remove_logo, set_logo, set_own
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import Logo, Municipality
from tests.appointments.desk import at_work, words
from tests.appointments.pages import begin, book, fill_in, text_of, times_address
from tests.appointments.pngs import png
from tests.builders import NOW, build_municipality, build_service, build_visit, build_world
from tests.platform.api_calls import System

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
GREEN = "#0b5a34"
OWN = Own(
    shown_name="Herning",
    phone="96 28 28 28",
    help_da="Ring mellem 9 og 15.",
    help_en="Call between 9 and 15.",
    accent=GREEN,
    languages=("pl",),
    coming="drop_in",
    custody="attends",
    statement="https://was.digst.dk/herning-dk",
    dpo_email="dpo@herning.example",
    privacy_policy="https://herning.example/persondata",
)
HERE = "/admin/0657/own/"


def settle(place, own=OWN, offers=None):
    set_own(municipality=place, own=own, offers=offers or {}, actor="staff:1", now=NOW)
    place.refresh_from_db()


def typed(world, **changed):
    return {
        "shown_name": OWN.shown_name,
        "phone": OWN.phone,
        "help_da": OWN.help_da,
        "help_en": OWN.help_en,
        "accent": OWN.accent,
        "languages": list(OWN.languages),
        "coming": OWN.coming,
        "custody": OWN.custody,
        "statement": OWN.statement,
        "dpo_email": OWN.dpo_email,
        "privacy_policy": OWN.privacy_policy,
        f"offers_{world.centre.key}": [world.service.code],
    } | changed


def entries(event):
    return list(AuditEntry.unscoped.filter(event=event).order_by("id"))


def languages_of(page):
    return set(re.findall(r'hreflang="(\w+)"', page.content.decode()))


def test_every_page_about_a_centre_shows_name_colour_logo_phone_and_help(world, client):
    settle(world.municipality)
    set_logo(municipality=world.municipality, file=png(), actor="staff:1", now=NOW)
    world.centre.phone = ""
    world.centre.save(update_fields=["phone"])
    mark = Logo.unscoped.get().mark
    draft = begin(client, world)
    fill_in(client, draft)
    visit = client.get(f"{draft}check/") and client.post(f"{draft}check/").headers["Location"]
    for address in (f"/en/{world.centre.key}/", times_address(world), visit, f"{visit}cancel/"):
        page = client.get(address).content.decode()
        assert f'href="/m/0657/look.css?v={GREEN[1:]}"' in page, address
        assert f'src="/m/0657/logo.png?v={mark}"' in page, address
        assert "+45 96 28 28 28" in page, address
        assert "Call between 9 and 15." in page, address
        assert re.search(r'authority-name">.*?>Herning</p>', page), address
    danish = client.get(f"/{world.centre.key}/").content.decode()
    assert "Ring mellem 9 og 15." in danish
    assert "Herning Kommune" not in danish


def test_another_municipality_s_pages_are_as_before(world, client):
    other = build_world(code="0751", name="Aarhus")
    before = client.get(f"/{other.centre.key}/").content
    settle(world.municipality)
    assert client.get(f"/{other.centre.key}/").content == before
    assert b"/m/" not in before


def test_the_colour_comes_as_a_stylesheet_of_our_own_and_nothing_else(world, client):
    settle(world.municipality)
    answer = client.get("/m/0657/look.css")
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=86400" in answer.headers["Cache-Control"]
    assert f"background-color: {GREEN}" in answer.content.decode()
    again = client.get("/m/0657/look.css", HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    settle(world.municipality, replace(OWN, accent="#003366"))
    assert client.get("/m/0657/look.css", HTTP_IF_NONE_MATCH=answer.headers["ETag"]).content
    assert client.get("/m/9999/look.css").status_code == 404
    assert not answer.cookies


def test_the_logo_is_served_as_the_picture_we_wrote(world, client):
    set_logo(municipality=world.municipality, file=png(), actor="staff:1", now=NOW)
    answer = client.get("/m/0657/logo.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.content == bytes(Logo.unscoped.get().png)
    etag = answer.headers["ETag"]
    assert client.get("/m/0657/logo.png", HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert client.get("/m/0751/logo.png").status_code == 404
    remove_logo(municipality=world.municipality, actor="staff:1", now=NOW)
    assert client.get("/m/0657/logo.png").status_code == 404


def test_a_page_of_the_booking_takes_no_statement_more(
    world, client, django_assert_max_num_queries
):
    settle(world.municipality)
    set_logo(municipality=world.municipality, file=png(), actor="staff:1", now=NOW)
    draft = begin(client, world)
    for address in (times_address(world), draft):
        with django_assert_max_num_queries(3):
            client.get(address)


def test_pages_speak_the_languages_the_municipality_offers_and_english_instead(world, client):
    assert languages_of(client.get(f"/{world.centre.key}/")) >= {"da", "en", "pl", "ar"}
    settle(world.municipality)
    assert languages_of(client.get(f"/{world.centre.key}/")) == {"da", "en", "pl"}
    assert client.get(f"/pl/{world.centre.key}/").status_code == 200
    answer = client.get(f"/ar{times_address(world, 'da')}?people=2")
    assert answer.headers["Location"] == f"{times_address(world)}?people=2"
    assert client.get("/ar/").status_code == 200, "pages of no municipality speak them all"


def test_an_arabic_booking_is_not_lost_when_arabic_is_withdrawn(world, client):
    visit = book(client, world)
    settle(world.municipality)
    arabic = visit.replace("/en/", "/ar/")
    assert client.get(arabic).headers["Location"] == visit
    assert client.get(arabic, follow=True).status_code == 200


def test_all_languages_chosen_means_those_that_come_later_too(world):
    settle(world.municipality, replace(OWN, languages=("uk", "pl", "de", "ar", "tr", "ro")))
    assert world.municipality.languages == ""
    settle(world.municipality, replace(OWN, languages=None))
    assert world.municipality.languages == ""
    settle(world.municipality, replace(OWN, languages=()))
    assert world.municipality.languages == "da en"
    settle(world.municipality, replace(OWN, languages=("xx", "pl")))
    assert world.municipality.languages == "da en pl"


@pytest.mark.parametrize(
    ("coming", "said"),
    [
        ("booked", "You must book a time before you come."),
        ("drop_in", "You can also come without a time."),
    ],
)
def test_the_centre_says_whether_one_must_book(world, client, coming, said):
    address = f"/en/{world.centre.key}/"
    assert said not in text_of(client.get(address))
    settle(world.municipality, replace(OWN, coming=coming))
    assert said in text_of(client.get(address))


def test_the_receipt_says_that_one_may_come_without_a_time(world, client):
    visit = book(client, world)
    said = "you can also come without one"
    assert said not in text_of(client.get(visit))
    settle(world.municipality)
    assert said in text_of(client.get(visit))


@pytest.mark.parametrize(
    ("custody", "said"),
    [
        ("", "Ask the centre whether somebody who has custody must come along."),
        ("attends", "Then somebody who has custody must come along."),
        ("consents", "must agree beforehand"),
        ("nothing", "Then nobody who has custody needs to come along."),
    ],
)
def test_thirteen_year_olds_are_told_the_local_rule_before_and_after_booking(
    world, client, custody, said
):
    settle(world.municipality, replace(OWN, custody=custody))
    assert said in text_of(client.get(times_address(world)))
    assert said in text_of(client.get(book(client, world)))


def test_who_comes_for_something_else_is_told_nothing_of_it(world, client):
    world.service.proves_identity = False
    world.service.save(update_fields=["proves_identity"])
    assert "custody" not in text_of(client.get(times_address(world)))


def test_a_service_taken_away_cannot_be_booked_by_any_door_and_its_visits_stay(world, client):
    other = build_service("passport", minutes=15)
    visit = build_visit(world)
    settle(world.municipality, offers={world.centre.key: ["passport"]})

    assert client.get(times_address(world)).status_code == 404
    assert world.service.code not in client.get(f"/{world.centre.key}/").content.decode()
    with pytest.raises(Refused, match="service_not_offered"):
        plan_visit(centre=world.centre, codes=[world.service.code])
    (shown,) = System().get("centres/", {"municipality": "0657"}).json()["results"]
    assert [one["code"] for one in shown["services"]] == ["passport"]
    visit.refresh_from_db()
    assert visit.status == "booked"
    assert CentreService.objects.get(centre=world.centre).minutes == other.minutes
    (entry,) = entries("services.changed")
    assert entry.facts == {"new": ["passport"], "gone": [world.service.code]}


def test_a_service_that_is_new_may_find_room_on_every_day_again(world):
    other = build_service("passport")
    CentreDay.objects.filter(centre=world.centre).update(room=0)
    settle(world.municipality, offers={world.centre.key: [world.service.code, "passport"]})
    rooms = CentreDay.objects.filter(centre=world.centre).values_list("room", flat=True)
    assert rooms
    assert all(room >> other.bit & 1 for room in rooms)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"accent": "#ffcc00"}, "colour_too_light", "accent"),
        ({"accent": "#777777"}, "colour_too_light", "accent"),
        ({"accent": "red;}"}, "not_a_colour", "accent"),
        ({"phone": "12"}, "invalid_phone", "phone"),
        ({"phone": "call us"}, "invalid_phone", "phone"),
        ({"shown_name": "610190-4321"}, "looks_like_cpr", "shown_name"),
        ({"shown_name": "å" * 61}, "text_too_long", "shown_name"),
        ({"help_en": ""}, "text_in_one_language_only", "help_en"),
        ({"help_da": ""}, "text_in_one_language_only", "help_da"),
        ({"statement": "https://example.com/was"}, "no_such_statement", "statement"),
        ({"statement": "http://was.digst.dk/herning-dk"}, "no_such_statement", "statement"),
        ({"statement": "https://was.digst.dk@evil.example/"}, "no_such_statement", "statement"),
        ({"statement": "javascript:alert(1)"}, "no_such_statement", "statement"),
        ({"dpo_email": "dpo"}, "invalid_email", "dpo_email"),
        ({"dpo_email": "dpo@herning.example\nBcc: x@y.dk, z"}, "invalid_email", "dpo_email"),
        ({"privacy_policy": "http://herning.example/"}, "not_an_address", "privacy_policy"),
        ({"privacy_policy": "javascript:alert(1)"}, "not_an_address", "privacy_policy"),
        ({"privacy_policy": "https://herning.example/ x"}, "not_an_address", "privacy_policy"),
        ({"coming": "never"}, "choose_one", "coming"),
        ({"custody": "x"}, "choose_one", "custody"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field_and_nothing_is_changed(
    world, changed, code, field
):
    with pytest.raises(OwnRefused) as refusal:
        settle(world.municipality, replace(OWN, **changed))
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert refusal.value.sentence
    assert Municipality.objects.get(code="0657").shown_name == ""
    assert entries("municipality.own_changed") == []


def test_a_grey_just_dark_enough_is_taken(world):
    settle(world.municipality, replace(OWN, accent="767676"))
    assert world.municipality.accent == "#767676"


def test_an_administrator_settles_it_on_one_page_and_it_is_written_down(world):
    client = at_work(world.municipality, "administrator")
    answer = client.post(HERE, typed(world))
    assert answer.headers["Location"] == HERE
    page = client.get(HERE).content.decode()
    assert 'value="+45 96 28 28 28"' in page
    assert f'value="{GREEN}"' in page
    (entry,) = entries("municipality.own_changed")
    assert entry.subject == "municipality:0657"
    assert set(entry.facts["changed"]) >= {"accent", "coming", "custody", "languages", "phone"}
    client.post(HERE, typed(world))
    assert len(entries("municipality.own_changed")) == 1
    client.post(HERE, {f"offers_{world.centre.key}": [world.service.code]})
    assert Municipality.objects.get(code="0657").accent == ""


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(world):
    client = at_work(world.municipality, "administrator")
    page = client.post(HERE, typed(world, accent="#ffcc00")).content.decode()
    assert 'id="id_accent_error"' in page
    assert 'value="#ffcc00"' in page
    assert "1,5" in page or "1.5" in page
    page = client.post(HERE, typed(world, **{f"offers_{world.centre.key}": []})).content.decode()
    assert words("Choose at least one service.") in html.unescape(page)
    page = client.post(HERE, typed(world, help_da="Ring 610190-4321")).content.decode()
    assert words("Write a line without a CPR number.") not in page
    assert 'id="id_help_da_error"' in page
    assert CentreService.objects.filter(centre=world.centre).count() == 1


@pytest.mark.parametrize("role", ["clerk", "lead", "auditor", "fraud_reviewer"])
def test_only_an_administrator_may(world, role):
    client = at_work(world.municipality, role)
    for name in ("own", "own_logo", "own_links"):
        assert client.get(reverse(f"admin:{name}", kwargs={"code": "0657"})).status_code == 404


def logo_page(client, file):
    return client.post(
        "/admin/0657/own/logo/", {"logo": SimpleUploadedFile("logo.png", file, "image/png")}
    )


def test_a_logo_is_put_up_replaced_and_taken_down_and_that_is_written_down(world):
    client = at_work(world.municipality, "administrator")
    assert logo_page(client, png()).status_code == 302
    first = Logo.unscoped.get().mark
    assert first in client.get("/admin/0657/own/logo/").content.decode()
    logo_page(client, png())
    logo_page(client, png(dot=b"\x00\x33\x66"))
    second = Logo.unscoped.get().mark
    assert client.post("/admin/0657/own/logo/remove/").status_code == 302
    assert not Logo.unscoped.exists()
    marks = [entry.facts["mark"] for entry in entries("municipality.logo_changed")]
    assert marks == [first, second, ""]


def test_a_file_that_is_no_picture_is_refused_whatever_it_says_it_is(world):
    client = at_work(world.municipality, "administrator")
    for file, told in (
        (b"<svg onload='alert(1)'/>", "The file is not a PNG picture. Save the logo as PNG."),
        (png() + bytes(201 * 1024), "The file is too large. It may take up 200 kB."),
        (b"", "Choose a file."),
    ):
        assert words(told) in logo_page(client, file).content.decode()
    answer = client.post("/admin/0657/own/logo/", {"logo": "only its name"})
    assert words("Choose a file.") in answer.content.decode()
    assert not Logo.unscoped.exists()


def test_a_logo_lies_with_its_municipality_alone(world):
    set_logo(municipality=world.municipality, file=png(), actor="staff:1", now=NOW)
    elsewhere = build_municipality("0751", "Aarhus")
    assert not Logo.objects.for_municipality(elsewhere).exists()
    remove_logo(municipality=elsewhere, actor="staff:1", now=NOW)
    assert Logo.objects.for_municipality(world.municipality).exists()


@pytest.mark.parametrize("column", ["coming", "custody"])
def test_the_database_itself_refuses_an_answer_that_is_none(world, column):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE municipalities_municipality SET {column} = 'x'")


def test_the_municipality_s_phone_stands_in_the_calendar_where_the_centre_has_none(world, client):
    settle(world.municipality)
    visit = book(client, world)
    assert b"+45 96 28 24 00" in client.get(f"{visit}calendar.ics").content
    type(world.centre).objects.update(phone="")
    assert b"+45 96 28 28 28" in client.get(f"{visit}calendar.ics").content


def test_who_waits_sees_whose_list_it_is(world, client):
    settle(world.municipality)
    answer = client.post(
        f"{times_address(world)}wait/", {"hours": "any", "name_0": "Amina", "phone": "20 30 40 50"}
    )
    page = client.get(answer.headers["Location"]).content.decode()
    assert "/m/0657/look.css" in page


def test_the_links_to_copy_are_plain_text_without_script_or_frame(world, settings):
    settings.PUBLIC_ADDRESS = "https://borger.example"
    settle(world.municipality)
    client = at_work(world.municipality, "administrator")
    page = client.get("/admin/0657/own/links/").content.decode()
    areas = [html.unescape(text) for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page)]
    assert len(areas) == 2
    link, button = areas
    assert link.startswith(f'<a href="https://borger.example/{world.centre.key}/">')
    assert f"background:{GREEN}" in button
    for text in areas:
        assert "script" not in text
        assert "iframe" not in text
        assert Client().get(f"/{world.centre.key}/").status_code == 200
