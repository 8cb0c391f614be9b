"""How long what a citizen typed is kept: an hour from what was last sent, and a day at most."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from appointments.models import Appointment, BookingDraft
from appointments.services.booking.drafts import forget_drafts, keep_draft_awhile, read_draft
from appointments.views.kiosk_mode import ticket_of
from tests.appointments.pages import begin, fill_in, starts_on, text_of
from tests.builders import NOW, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GONE = "That time is over, or the address is wrong. Nothing has been booked"


def ends() -> datetime:
    return BookingDraft.objects.get().expires_at


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        pytest.param("", {"name_0": "Amina Hassan", "phone": "20 30 40 50"}, id="filled in"),
        pytest.param("", {"name_0": "", "phone": "12"}, id="filled in wrongly"),
        pytest.param("", {"add": "1"}, id="a person added"),
        pytest.param("time/", {"start": "x"}, id="no time at all"),
        pytest.param("check/", {}, id="confirmed too early"),
    ],
)
def test_whatever_is_sent_keeps_the_draft_an_hour_more(
    client: Client, clock, page: str, sent: dict[str, str]
) -> None:
    draft = begin(client, build_world())
    clock.shift(59 * MINUTE)
    client.post(f"{draft}{page}", sent)
    assert ends() == NOW + 59 * MINUTE + HOUR


def test_another_time_chosen_keeps_the_draft_an_hour_more(client: Client, clock) -> None:
    draft = begin(client, build_world())
    clock.shift(59 * MINUTE)
    start = starts_on(client.get(f"{draft}time/"))[-1]
    assert client.post(f"{draft}time/", {"start": start.isoformat()}).status_code == 302
    assert ends() == NOW + 59 * MINUTE + HOUR


def test_whoever_is_still_at_the_page_has_an_hour_more_and_asks_for_it_by_a_form_of_ours(
    client: Client, clock
) -> None:
    draft = begin(client, build_world())
    clock.shift(59 * MINUTE)
    assert Client(enforce_csrf_checks=True).post(f"{draft}still/").status_code == 403
    assert client.get(f"{draft}still/").status_code == 404
    assert ends() == NOW + HOUR
    assert client.post(f"{draft}still/").status_code == 204
    assert ends() == NOW + 59 * MINUTE + HOUR
    clock.shift(HOUR)
    assert client.post(f"{draft}still/").status_code == 410


def test_looking_at_a_page_keeps_nothing_longer(client: Client, clock) -> None:
    draft = begin(client, build_world())
    clock.shift(59 * MINUTE)
    for page in ("", "time/", "check/"):
        client.get(f"{draft}{page}")
    assert ends() == NOW + HOUR


def test_whoever_is_busy_all_day_has_24_hours_and_no_more(client: Client, clock) -> None:
    draft = begin(client, build_world(), nth=4)
    for _each in range(28):
        clock.shift(50 * MINUTE)
        assert fill_in(client, draft).status_code == 302
    assert ends() == NOW + 24 * HOUR
    clock.move_to(NOW + 24 * HOUR - MINUTE)
    assert "Amina Hassan" in text_of(client.get(f"{draft}check/"))
    clock.move_to(NOW + 24 * HOUR)
    assert client.get(f"{draft}check/").status_code == 410


def test_a_draft_opened_a_day_later_is_gone_and_says_so_kindly(client: Client, clock) -> None:
    draft = begin(client, build_world())
    fill_in(client, draft)
    clock.shift(25 * HOUR)
    for page in (draft, f"{draft}check/", f"{draft}time/"):
        for answer in (client.get(page), client.post(page, {"name_0": "Amina Hassan"})):
            assert answer.status_code == 410
            assert GONE in text_of(answer)
            assert "Start again" in text_of(answer)
            assert "Amina" not in answer.content.decode()
    assert not Appointment.unscoped.exists()


def test_what_is_over_is_not_brought_back(client: Client, clock) -> None:
    draft = begin(client, build_world())
    token = draft.split("/")[-2]
    opened = read_draft(token=token, now=NOW)
    keep_draft_awhile(draft=opened, now=NOW + HOUR)
    assert ends() == NOW + HOUR


def test_the_sweep_waits_for_what_lives_on(client: Client, clock) -> None:
    draft = begin(client, build_world())
    clock.shift(30 * MINUTE)
    fill_in(client, draft)
    assert forget_drafts(now=NOW + 90 * MINUTE - timedelta(seconds=1)) == 0
    assert forget_drafts(now=NOW + 90 * MINUTE) == 1


def test_a_time_that_passed_while_the_draft_lived_leads_to_the_nearest_ones(
    client: Client, clock
) -> None:
    draft = begin(client, build_world(days=3))
    for _each in range(5):
        clock.shift(50 * MINUTE)
        fill_in(client, draft)
    assert BookingDraft.objects.get().starts_at < NOW + 5 * 50 * MINUTE
    for page in (draft, f"{draft}time/", f"{draft}check/"):
        assert client.get(page).status_code == 200
    late = client.post(f"{draft}check/")
    assert late.status_code == 409
    assert "Amina Hassan" in text_of(late)
    fresh = starts_on(late)[0]
    client.post(f"{draft}time/", {"start": fresh.isoformat()})
    client.post(f"{draft}check/")
    assert Appointment.unscoped.get().starts_at == fresh


def test_what_is_booked_is_not_kept_longer_by_a_second_click(client: Client, clock) -> None:
    draft = begin(client, build_world())
    fill_in(client, draft)
    client.post(f"{draft}check/")
    clock.shift(30 * MINUTE)
    assert client.post(f"{draft}check/").status_code == 302
    assert client.post(f"{draft}still/").status_code == 204
    assert ends() == NOW + HOUR


def test_a_draft_at_a_centre_s_screen_lives_for_three_minutes_whatever_is_sent(clock) -> None:
    world, screen = build_world(), Client()
    screen.get(f"/kiosk/{ticket_of(world.centre.key)}/")
    draft = begin(screen, world)
    told = text_of(screen.get(draft))
    assert "when nobody has touched the screen for three minutes" in told
    assert "24 hours" not in told
    assert kept_until(told) == []
    clock.shift(2 * MINUTE)
    fill_in(screen, draft)
    assert ends() == NOW + 5 * MINUTE
    clock.shift(3 * MINUTE)
    assert screen.post(f"{draft}check/").status_code == 410


def kept_until(page: str) -> list[str]:
    return re.findall(r"we keep what you write at least until (\d\d:\d\d)\.", page)


def test_every_page_says_beforehand_until_when_what_is_typed_is_kept(client: Client, clock) -> None:
    draft = begin(client, build_world())
    assert kept_until(text_of(client.get(draft))) == ["09:00"], "an hour from 08:00"
    clock.shift(20 * MINUTE)
    assert kept_until(text_of(client.get(draft))) == ["09:00"], "looking moves nothing"
    assert kept_until(text_of(client.post(draft, {"name_0": "", "phone": "12"}))) == ["09:20"]
    clock.shift(10 * MINUTE)
    fill_in(client, draft)
    for page in ("", "time/", "check/"):
        told = text_of(client.get(f"{draft}{page}"))
        assert kept_until(told) == ["09:30"], page
        assert "After 24 hours we delete it all." in told


def test_on_the_last_hour_of_a_day_no_later_time_is_said(client: Client, clock) -> None:
    draft = begin(client, build_world())
    BookingDraft.objects.update(began_at=NOW - timedelta(hours=23, minutes=30))
    assert kept_until(text_of(client.post(draft, {"name_0": ""}))) == ["08:30"]
