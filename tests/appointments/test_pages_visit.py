"""The secret link: the receipt, the calendar file, moving, cancelling, and the end of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from appointments.models import Appointment
from appointments.services import (
    cancel_appointment,
    check_in,
    mark_no_show,
)
from borgerservice.notifications.models import Contact, Message
from tests.appointments.pages import starts_on, text_of, title_of, visit_address
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TOMORROW = TODAY + timedelta(days=1)


def test_the_receipt_tells_all_one_needs_and_names_nobody(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW, names=["Amina Hassan", "Yusuf Hassan"])
    page = text_of(client.get(visit_address(visit)))
    for words in (
        visit.reference,
        "Tuesday 24 November 2026 at 10:00",
        "New MitID",
        "2 people",
        "Torvet 5",
        "+45 96 28 24 00",
        "Monday 09:00–15:00",
        "Passport.",
        "The witness's passport.",
        "The witness must be at least 18 years old",
        "Move the appointment",
        "Cancel the appointment",
        "Add to your calendar",
    ):
        assert words in page
    assert "Hassan" not in page
    assert "20 30 40 50" not in page


def test_the_receipt_says_where_the_link_stands(client: Client) -> None:
    address = visit_address(build_visit(build_world(), day=TOMORROW))
    sent, kept = "We have sent you a message with a link.", "Keep the address of this page"
    told = text_of(client.get(address))
    assert (sent in told, kept in told) == (True, False)
    Contact.unscoped.update(phone_sealed=None, phone_mark="")
    told = text_of(client.get(address))
    assert (sent in told, kept in told) == (False, True)


def test_the_receipt_in_danish_writes_the_time_as_danes_do(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    page = text_of(client.get(visit_address(visit, "da")))
    assert "Tirsdag den 24. november 2026 kl. 10.00" in page


@pytest.mark.parametrize("page", ["", "calendar.ics", "move/", "cancel/"])
def test_the_link_stays_between_the_citizen_and_us(client: Client, page: str) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"{visit_address(visit)}{page}")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    wanted = "strict-origin" if page in {"move/", "cancel/"} else "no-referrer"
    assert response.headers["Referrer-Policy"] == wanted
    assert len(asked) <= 3


def test_a_wrong_link_and_no_link_get_the_same_bytes(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    real = visit_address(visit)
    answers = [
        client.get(address)
        for address in (
            "/en/visit/x/",
            "/en/visit/" + "A" * 32 + "/",
            f"{real[:-3]}xx/",
            f"{real[:-1].swapcase().replace('EN/VISIT', 'en/visit')}/",
            "/en/visit/æ😀/",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "call your centre" in text_of(answers[0])
    there = answers[0].content.decode().partition("<footer")[0]
    assert 'href="/en/find/"' in there, "the link is sent again from there"
    assert client.post("/en/visit/x/cancel/").status_code == 404


def test_the_link_of_a_visit_that_is_over_says_so_and_nothing_else(client: Client, clock) -> None:
    visit = build_visit(build_world(), day=TODAY, minute=10 * 60)
    address = visit_address(visit)
    clock.move_to(visit.ends_at - timedelta(seconds=1))
    assert visit.reference in text_of(client.get(address))
    clock.move_to(visit.ends_at)
    for page in ("", "move/", "cancel/", "calendar.ics"):
        over = client.get(f"{address}{page}")
        assert over.status_code == 410
        assert "The visit is over" in text_of(over)
        assert visit.reference not in over.content.decode()
        assert "no-store" in over.headers["Cache-Control"]


def test_the_calendar_file_holds_one_event_at_the_right_time(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    response = client.get(f"{visit_address(visit)}calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert len(events) == 1
    event = events[0]
    assert event["DTSTART"].dt == visit.starts_at
    assert event["DTEND"].dt == visit.ends_at
    assert event["SUMMARY"] == "Appointment at Borgerservice Herning"
    assert event["LOCATION"] == "Borgerservice Herning, Torvet 5, 7400 Herning"
    assert event["STATUS"] == "CONFIRMED"
    assert "Amina" not in response.content.decode()
    assert visit_address(visit).split("/")[-2] not in response.content.decode()


def test_a_later_calendar_file_replaces_the_earlier(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    address = visit_address(visit)
    first = Calendar.from_ical(client.get(f"{address}calendar.ics").content).walk("VEVENT")[0]
    start = starts_on(client.get(f"{address}move/"))[0]
    client.post(f"{address}move/", {"start": start.isoformat()})
    moved = Calendar.from_ical(client.get(f"{address}calendar.ics").content).walk("VEVENT")[0]
    assert moved["UID"] == first["UID"]
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    cancel_appointment(appointment=visit, actor="citizen", now=NOW)
    gone = Calendar.from_ical(client.get(f"{address}calendar.ics").content).walk("VEVENT")[0]
    assert gone["STATUS"] == "CANCELLED"
    assert gone["SEQUENCE"] > moved["SEQUENCE"]


def test_a_visit_is_moved_and_keeps_its_link_and_reference(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    address = visit_address(visit)
    start = starts_on(client.get(f"{address}move/"))[-1]
    answer = client.post(f"{address}move/", {"start": start.isoformat()})
    assert answer.headers["Location"] == address
    page = text_of(client.get(address))
    assert "Your appointment has been moved" in page
    assert visit.reference in page
    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves) == (start, 1)
    assert Message.unscoped.filter(kind="moved").count() == 1


def test_a_new_time_lost_to_another_keeps_the_old_one(client: Client) -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    taken = build_visit(world, day=TOMORROW, minute=11 * 60)
    address = f"{visit_address(visit)}move/"
    response = client.post(address, {"start": taken.starts_at.isoformat()})
    assert response.status_code == 409
    assert "That time has just been taken." in text_of(response)
    assert "Tuesday 24 November 2026 at 10:00" in text_of(response)
    assert starts_on(response)
    visit.refresh_from_db()
    assert visit.moves == 0


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T10:05:00"])
def test_a_new_time_that_cannot_be_read_moves_nothing(client: Client, start: str) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    response = client.post(f"{visit_address(visit)}move/", {"start": start})
    assert response.status_code == 409
    assert "Choose one of the times shown." in text_of(response)


def test_cancelling_asks_first_and_gives_the_time_back(client: Client) -> None:
    world = build_world()
    visit = build_visit(world, day=TOMORROW)
    address = visit_address(visit)
    assert "Cancel the appointment?" in text_of(client.get(f"{address}cancel/"))
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED
    for _click in range(2):
        assert client.post(f"{address}cancel/").headers["Location"] == address
    page = text_of(client.get(address))
    assert "The appointment is cancelled" in page
    assert "Move the appointment" not in page
    assert Message.unscoped.filter(kind="cancelled").count() == 1
    build_visit(world, day=TOMORROW)


def test_a_visit_that_has_begun_can_be_seen_but_not_changed(client: Client, clock) -> None:
    visit = build_visit(build_world(), day=TODAY, minute=10 * 60)
    address = visit_address(visit)
    clock.move_to(visit.starts_at)
    page = text_of(client.get(address))
    assert visit.reference in page
    assert "Move the appointment" not in page
    for act in ("move/", "cancel/"):
        assert client.post(f"{address}{act}", {"start": "x"}).headers["Location"] == address
    visit.refresh_from_db()
    assert visit.status == Appointment.Status.BOOKED


def test_somebody_checked_in_reads_it_on_the_receipt(client: Client) -> None:
    visit = build_visit(build_world(), day=TODAY, minute=10 * 60)
    check_in(appointment=visit, actor="staff:1", now=NOW)
    page = text_of(client.get(visit_address(visit)))
    assert "You are checked in" in page
    assert "move and cancel" not in page


def test_somebody_marked_as_not_come_reads_so_until_they_are_received(
    client: Client, clock
) -> None:
    visit = build_visit(build_world(), day=TODAY, minute=10 * 60)
    now = visit.starts_at + timedelta(minutes=10)
    clock.move_to(now)
    mark_no_show(appointment=visit, actor="staff:1", now=now)
    page = text_of(client.get(visit_address(visit)))
    assert "We have noted that you did not come" in page
    assert "Say so at the desk" in page
    assert "Your time is booked" not in page
    check_in(appointment=visit, actor="staff:1", now=now)
    page = text_of(client.get(visit_address(visit)))
    assert "You are checked in" in page
    assert "did not come" not in page


def test_following_the_links_changes_nothing(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    for page in ("", "move/", "cancel/", "calendar.ics"):
        client.get(f"{visit_address(visit)}{page}", {"start": "2026-11-25T10:00:00+01:00"})
    visit.refresh_from_db()
    assert (visit.status, visit.moves) == (Appointment.Status.BOOKED, 0)


def test_every_page_of_a_visit_has_its_own_title(client: Client) -> None:
    visit = build_visit(build_world(), day=TOMORROW)
    pages = ("", "move/", "cancel/")
    titles = {title_of(client.get(f"{visit_address(visit)}{page}")) for page in pages}
    assert len(titles) == 3
