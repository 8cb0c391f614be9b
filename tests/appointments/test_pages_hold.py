"""What a citizen reads of the time that is kept while they type, with and without scripts."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import Appointment, Hold
from tests.appointments.pages import begin, fill_in, starts_on, text_of, times_address
from tests.builders import NOW, build_visit, build_world
from tests.days import build_coming_world
from tests.rig.services import Server

OVER = "The time is no longer kept for you. Go on: you get it if it is still free."


@pytest.mark.django_db
class TestPages:
    """Without scripts: what the server says."""

    def test_the_pages_say_how_long_the_time_is_kept(self, client: Client, clock) -> None:
        draft = begin(client, build_world())
        assert "for 10 minutes, until 08:10." in text_of(client.get(draft))
        fill_in(client, draft)
        clock.shift(timedelta(minutes=7, seconds=30))
        assert "for 3 minutes, until 08:10." in text_of(client.get(f"{draft}check/"))
        clock.shift(timedelta(minutes=2))
        assert "one minute more, until 08:10." in text_of(client.get(f"{draft}time/"))

    def test_a_second_citizen_is_not_shown_the_time(self, client: Client, clock) -> None:
        world = build_world()
        begin(client, world, nth=4)
        [taken] = Hold.unscoped.values_list("starts_at", flat=True)
        assert taken not in starts_on(Client().get(times_address(world)))
        clock.shift(timedelta(minutes=10))
        assert taken in starts_on(Client().get(times_address(world)))

    def test_whoever_holds_it_sees_it_and_what_touches_it(self, client: Client, clock) -> None:
        world = build_world()
        draft = begin(client, world, nth=4)
        held = Hold.unscoped.get()
        shown = starts_on(client.get(f"{draft}time/"))
        beside = held.starts_at + timedelta(minutes=15)
        assert {held.starts_at, beside} <= set(shown)
        client.post(f"{draft}time/", {"start": beside.isoformat()})
        assert Hold.unscoped.get().starts_at == beside

    def test_who_goes_back_and_presses_the_last_time_again_still_has_it(
        self, client: Client, clock
    ) -> None:
        world = build_world(desks=1)
        start = starts_on(client.get(times_address(world)))[4]
        again = {"people": 1, "start": start.isoformat()}
        draft = begin(client, world, nth=4)
        clock.shift(timedelta(minutes=5))
        assert client.post(times_address(world), again).headers["Location"] == draft
        assert Hold.unscoped.count() == 1
        fill_in(client, draft)
        assert client.post(times_address(world), again).status_code == 409

    def test_who_goes_back_once_it_is_over_or_typed_in_begins_anew(
        self, client: Client, clock
    ) -> None:
        world = build_world(desks=2)
        start = starts_on(client.get(times_address(world)))[4]
        again = {"people": 1, "start": start.isoformat()}
        draft = begin(client, world, nth=4)
        fill_in(client, draft)
        second = client.post(times_address(world), again).headers["Location"]
        assert second != draft
        assert "Amina Hassan" not in text_of(client.get(second))
        clock.shift(timedelta(minutes=10))
        assert client.post(times_address(world), again).headers["Location"] not in {draft, second}

    def test_when_it_ends_nothing_is_lost_and_the_time_is_taken_again(
        self, client: Client, clock
    ) -> None:
        draft = begin(client, build_world(), nth=4)
        start = Hold.unscoped.get().starts_at
        fill_in(client, draft)
        clock.shift(timedelta(minutes=20))
        check = text_of(client.get(f"{draft}check/"))
        assert OVER in check
        assert "Amina Hassan" in check
        assert OVER in text_of(client.get(draft))
        assert client.post(f"{draft}check/").status_code == 302
        assert Appointment.unscoped.get().starts_at == start

    def test_nobody_else_gets_it_while_it_is_kept(self, client: Client, clock) -> None:
        world = build_world()
        draft = begin(client, world, nth=4)
        fill_in(client, draft)
        clock.shift(timedelta(minutes=9))
        rival = Client().post(
            times_address(world),
            {"people": 1, "start": Hold.unscoped.get().starts_at.isoformat()},
        )
        assert rival.status_code == 409
        assert "That time has just been taken." in text_of(rival)
        assert client.post(f"{draft}check/").status_code == 302

    def test_what_is_lost_after_it_ended_leads_to_the_nearest_times(
        self, client: Client, clock
    ) -> None:
        world = build_world()
        draft = begin(client, world, nth=4)
        fill_in(client, draft)
        clock.shift(timedelta(minutes=11))
        build_visit(world, minute=11 * 60, now=NOW + timedelta(minutes=11))
        lost = client.post(f"{draft}check/")
        assert lost.status_code == 409
        assert "Amina Hassan" in text_of(lost)
        assert starts_on(lost)


@pytest.mark.once
def test_with_scripts_the_end_is_said_while_the_page_is_open(server: Server, phone) -> None:
    with server.database.opened():
        key = build_coming_world(desks=2).centre.key
    phone.clock.install()
    phone.goto(server.url(f"/en/{key}/new_mitid/"))
    phone.locator("button[name=start]").last.click()
    line = phone.locator(".kept")
    assert "for 10 minutes, until" in line.inner_text()
    phone.get_by_label("Name", exact=True).fill("Amina Hassan")
    phone.clock.fast_forward(9 * 60 * 1000)
    assert "for at most 2 minutes more" in line.inner_text()
    phone.clock.fast_forward(61 * 1000)
    assert line.inner_text().startswith(OVER)
    assert line.get_attribute("role") == "status"
    assert phone.get_by_label("Name", exact=True).input_value() == "Amina Hassan"
