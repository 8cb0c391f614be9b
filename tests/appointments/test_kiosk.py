"""The centre's own screen: one centre, nothing outside, and three minutes later nobody was there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, BookingDraft, Hold
from appointments.services.booking.drafts import forget_drafts
from appointments.views.kiosk_mode import ticket_of
from borgerservice.audit.models import AuditEntry
from borgerservice.serving.overload import _asked
from tests.appointments.desk import at, at_work, centre_page, visit_page
from tests.appointments.pages import begin, fill_in, starts_on, text_of, times_address
from tests.architecture.routes import all_routes
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ALLOWED = {
    "book/<str:token>/",
    "book/<str:token>/check/",
    "book/<str:token>/leave/",
    "book/<str:token>/still/",
    "book/<str:token>/time/",
    "code/<str:token>/",
    "kiosk/",
    "kiosk/<str:ticket>/",
    "<slug:key>/",
    "<slug:key>/<slug:code>/",
    "<slug:key>/<slug:code>/code/",
    "m/<slug:code>/look.css",
    "m/<slug:code>/logo.png",
}
SILENCE = timedelta(minutes=3)


@pytest.fixture
def screen(world):
    client = Client()
    answer = client.get(f"/kiosk/{ticket_of(world.centre.key)}/")
    assert answer.headers["Location"] == f"/{world.centre.key}/"
    return client


def free(world):
    return starts_on(Client().get(times_address(world)))


def test_the_address_from_the_centre_s_page_makes_a_browser_its_screen(world):
    page = at_work(world.municipality).get(centre_page(world, "screen")).content.decode()
    path = re.search(r"http://[^/]+(/kiosk/[^\"<]+)", page)[1]
    screen = Client()
    cookie = screen.get(path).cookies["kiosk"]
    assert cookie["httponly"]
    assert cookie["max-age"] == cookie["expires"] == "", "it ends with the browser"
    shown = screen.get(f"/{world.centre.key}/").content.decode()
    assert "kiosk.css" in shown
    assert "kiosk.css" not in Client().get(f"/{world.centre.key}/").content.decode()


@pytest.mark.parametrize("ticket", ["x", "{key}", "{key}:", "{key}:forged", ":"])
def test_nobody_makes_such_an_address_up(world, ticket):
    answer = Client().get(f"/kiosk/{ticket.format(key=world.centre.key)}/")
    assert answer.status_code == 404
    assert not answer.cookies
    other = Client()
    other.cookies["kiosk"] = ticket.format(key=world.centre.key)
    assert "kiosk.css" not in other.get(f"/{world.centre.key}/").content.decode()


def test_every_other_page_leads_back_to_the_start(world, screen):
    """Walked over all routes; what is allowed is listed here."""
    start = f"/{world.centre.key}/"
    kept = {route.path for route in all_routes() if route.path not in ALLOWED}
    assert {route.path for route in all_routes()} >= ALLOWED
    outside = ("admin/", "accounts/", "healthz", "readyz")
    for path in sorted(kept):
        if path.startswith(outside):
            continue
        address = re.sub(r"<\w+:number>|<int:\w+>", "1", path)
        address = "/" + re.sub(r"<\w+:(\w+)>", r"x-\1", address)
        answer = screen.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, start), path


def test_another_centre_s_pages_lead_back_too(world, screen):
    other = build_world(code="0751", name="Aarhus")
    for address in (f"/{other.centre.key}/", times_address(other)):
        assert screen.get(address).headers["Location"] == f"/{world.centre.key}/"


def test_staff_pages_work_in_a_browser_that_opened_the_address(world):
    client = at_work(world.municipality)
    client.get(f"/kiosk/{ticket_of(world.centre.key)}/")
    assert client.get(centre_page(world, "day")).status_code == 200


def pages_of_a_booking(screen, world):
    yield f"/{world.centre.key}/", screen.get(f"/{world.centre.key}/")
    yield "times", screen.get(times_address(world))
    draft = begin(screen, world)
    yield "details", screen.get(draft)
    fill_in(screen, draft)
    yield "check", screen.get(f"{draft}check/")
    yield "time", screen.get(f"{draft}time/")
    screen.post(f"{draft}check/")
    yield "booked", screen.get(f"{draft}check/")
    yield "check in", screen.get("/en/kiosk/")


def test_no_page_is_kept_or_leads_outside_and_each_begins_again_by_itself(world, screen):
    start = f"/{world.centre.key}/"
    begins_again = {}
    for name, page in pages_of_a_booking(screen, world):
        body = page.content.decode()
        assert page.status_code == 200, name
        assert "no-store" in page.headers["Cache-Control"], name
        addresses = re.findall(r'(?:href|action)="([^"]*)"', body)
        assert [one for one in addresses if re.match(r"[a-z]+:|//", one)] == [], name
        found = re.search(r'<noscript><meta http-equiv="refresh" content="180;url=(.*?)">', body)
        begins_again[name] = found and re.sub("[^/]{30,}", "…", found[1])
    left = "/en/book/…/leave/"
    assert begins_again == {
        start: None,
        "times": start,
        "check in": start,
        **dict.fromkeys(["details", "check", "time", "booked"], left),
    }


def test_browsers_are_told_to_remember_nothing_that_is_typed(world, screen):
    page = screen.get(begin(screen, world)).content.decode()
    for name in ("name_0", "phone", "email"):
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
        assert 'autocomplete="off"' in tag
    usual = Client()
    assert 'autocomplete="name"' in usual.get(begin(usual, world)).content.decode()


def test_after_three_minutes_without_touch_nothing_is_left(world, screen):
    draft = begin(screen, world)
    fill_in(screen, draft)
    with at(NOW + SILENCE - timedelta(seconds=1)):
        assert "Amina Hassan" in text_of(screen.get(f"{draft}check/"))
    with at(NOW + 2 * SILENCE - timedelta(seconds=2)):
        assert screen.get(f"{draft}still/").status_code == 204
    with at(NOW + 3 * SILENCE):
        for address in (draft, f"{draft}check/", f"{draft}time/"):
            page = screen.get(address)
            assert page.status_code == 410, address
            assert "Amina" not in page.content.decode()
            assert f'href="/{world.centre.key}/"' in page.content.decode()
        assert screen.get(f"{draft}still/").status_code == 410
        assert screen.post(f"{draft}check/").status_code == 410
    assert not Appointment.unscoped.exists()


def test_a_booking_at_home_is_not_hurried(world):
    client = Client()
    draft = begin(client, world)
    with at(NOW + timedelta(minutes=59)):
        assert client.get(draft).status_code == 200
    for act in ("still", "leave"):
        assert client.get(f"{draft}{act}/").status_code == 404
    assert BookingDraft.objects.exists()


def test_whoever_leaves_gives_the_time_back_at_once_and_back_shows_nothing(world, screen):
    before = free(world)
    draft = begin(screen, world)
    fill_in(screen, draft)
    assert before[0] not in free(world)
    answer = screen.get(f"{draft}leave/")
    assert answer.headers["Location"] == f"/{world.centre.key}/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert free(world) == before
    assert not BookingDraft.objects.exists()
    assert screen.get(draft).status_code == 410
    assert screen.get(f"{draft}leave/").status_code == 302, "twice does no harm"


def test_the_sweep_gives_back_what_a_dead_screen_left(world, screen):
    before = free(world)
    begin(screen, world)
    home = Client()
    begin(home, world)
    assert forget_drafts(now=NOW + SILENCE - timedelta(seconds=1)) == 0
    assert forget_drafts(now=NOW + SILENCE) == 1
    assert Hold.unscoped.count() == 1, "the one at home goes on"
    assert free(world) == before[1:] or before[0] in free(world)


def test_the_receipt_on_the_screen_never_shows_the_secret_address(world, screen):
    draft = begin(screen, world)
    fill_in(screen, draft)
    answer = screen.post(f"{draft}check/")
    assert answer.headers["Location"] == f"{draft}check/"
    page = screen.get(f"{draft}check/")
    visit = Appointment.unscoped.get()
    assert visit.reference in text_of(page)
    assert "/visit/" not in page.content.decode()
    assert "Erase" not in text_of(page), "what is booked is not erased, and nobody shall fear it"
    assert "others can have the time" not in text_of(page)
    assert "Amina" not in page.content.decode()
    screen.get(f"{draft}leave/")
    assert screen.get(f"{draft}check/").status_code == 410
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_the_receipt_is_gone_three_minutes_later(world, screen):
    draft = begin(screen, world)
    fill_in(screen, draft)
    screen.post(f"{draft}check/")
    with at(NOW + SILENCE):
        assert screen.get(f"{draft}check/").status_code == 410


def arrive(screen, reference):
    return text_of(screen.post("/en/kiosk/", {"reference": reference}))


def test_one_checks_in_by_reference_however_it_is_written_and_staff_see_it(world, screen):
    visit = build_visit(world)
    said = arrive(screen, visit.reference.lower().replace("-", " "))
    assert "You are checked in" in said
    assert "Amina" not in said
    visit.refresh_from_db()
    assert visit.status == "checked_in"
    (entry,) = AuditEntry.unscoped.filter(event="appointment.checked_in")
    assert entry.actor == f"screen:{world.centre.pk}"
    page = at_work(world.municipality).get(visit_page(world, visit.reference))
    assert "Borgeren, på centrets skærm" in text_of(page)
    assert "You are checked in" in arrive(screen, visit.reference)
    assert AuditEntry.unscoped.filter(event="appointment.checked_in").count() == 1


def test_whatever_is_wrong_with_a_reference_the_answer_is_the_same(world, screen):
    other = build_world(code="0751", name="Aarhus")
    tomorrow = build_visit(world, day=TODAY + timedelta(days=1))
    elsewhere = build_visit(other)
    done = build_visit(world, minute=12 * 60)
    Appointment.unscoped.filter(pk=done.pk).update(status="cancelled")
    wrong = ["K7QF-M3RX-P8", "hello", "x" * 500]
    wrong += [visit.reference for visit in (tomorrow, elsewhere, done)]
    for reference in wrong:
        assert "We find no time here today" in arrive(screen, reference), reference
    assert "looks like a CPR number" in arrive(screen, "610190-4321")
    assert "4321" not in arrive(screen, "610190-4321")
    assert not Appointment.unscoped.filter(status="checked_in").exists()


@pytest.mark.parametrize("typed", ["", "   "])
def test_whoever_wrote_nothing_is_told_what_to_write(screen, typed):
    said = arrive(screen, typed)
    assert "Write the reference of your visit." in said
    assert "We find no time here today" not in said


def test_references_cannot_be_tried_without_end(world, screen, settings):
    settings.BOOKING_LIMITS = {**settings.BOOKING_LIMITS, "arrive": (3, 600)}
    visit = build_visit(world)
    for _ in range(3):
        arrive(screen, "K7QF-M3RX-P8")
    assert "We find no time here today" in arrive(screen, visit.reference)
    with at(NOW + timedelta(minutes=11)):
        assert "You are checked in" in arrive(screen, visit.reference)


def test_only_a_screen_can_check_in(world):
    visit = build_visit(world)
    assert Client().get("/kiosk/").status_code == 404
    assert Client().post("/kiosk/", {"reference": visit.reference}).status_code == 404
    assert reverse("appointments:kiosk_check_in") == "/kiosk/"


def test_what_a_screen_reads_is_never_given_to_others():
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/x/y/", "HTTP_COOKIE": "a=b; kiosk=x:y"}
    assert _asked(asked) is None
    assert _asked({**asked, "HTTP_COOKIE": "a=b"}) is not None
