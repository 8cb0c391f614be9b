"""The free times of a service, and what happens to those who ask oddly for them."""

from datetime import timedelta

import pytest
from django.test import Client

from appointments.models import BookingDraft, DeskDay
from borgerservice.municipalities.models import Centre
from tests.appointments.pages import starts_on, text_of, times_address, title_of
from tests.builders import NOW, TODAY, build_visit, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_earliest_times_come_first_by_day_morning_and_afternoon(client: Client) -> None:
    world = build_world()
    response = client.get(times_address(world))
    page, starts = text_of(response), starts_on(response)
    assert "Monday 23 November Morning 10:00 10:15" in page
    assert "Afternoon 12:00" in page
    assert starts == sorted(starts)
    assert starts[0] == NOW + timedelta(hours=2)


def test_a_danish_page_names_the_days_in_danish(client: Client) -> None:
    world = build_world()
    assert "Mandag" in text_of(client.get(times_address(world, "da")))


def test_more_people_need_longer_and_have_fewer_times(client: Client) -> None:
    world = build_world()
    alone = client.get(times_address(world))
    together = client.get(times_address(world), {"people": 4})
    assert "The visit takes 30 minutes." in text_of(alone)
    assert "The visit takes 120 minutes for 4 people." in text_of(together)
    assert len(starts_on(together)) < len(starts_on(alone))


def test_later_days_can_be_seen(client: Client) -> None:
    world = build_world()
    page = client.get(times_address(world), {"people": 2})
    assert "?people=2&amp;from=2026-11-30" in page.content.decode()
    later = client.get(times_address(world), {"people": 2, "from": "2026-11-30"})
    assert starts_on(later)[0].date().isoformat() == "2026-11-30"


@pytest.mark.parametrize("day", ["30-11-2026", "30.11.2026", "30/11/2026", "2026-11-30"])
def test_a_day_may_be_written_as_danes_write_it(client: Client, day: str) -> None:
    world = build_world()
    page = client.get(times_address(world), {"from": day})
    assert starts_on(page)[0].date().isoformat() == "2026-11-30"


def test_a_day_that_is_over_means_today(client: Client) -> None:
    world = build_world()
    page = client.get(times_address(world), {"from": "2020-01-01"})
    assert starts_on(page)[0] == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from": "notadate"}, "Write a date, for example 23-11-2026."),
        ({"from": "2026-02-31"}, "Write a date, for example 23-11-2026."),
        ({"from": "9999-12-31"}, "further ahead than you can book now"),
        ({"from": "6101901234"}, "Write a date, for example 23-11-2026."),
        ({"people": "99"}, "Choose between 1 and 4 people."),
        ({"people": "-1"}, "Choose between 1 and 4 people."),
        ({"people": "two"}, "Choose between 1 and 4 people."),
        ({"people": "1" * 5000}, "Choose between 1 and 4 people."),
    ],
)
def test_an_odd_question_gets_a_clear_answer_and_times_all_the_same(
    client: Client, asked: dict[str, str], told: str
) -> None:
    world = build_world()
    response = client.get(times_address(world), asked)
    assert response.status_code == 200
    assert told in text_of(response)
    assert title_of(response).startswith("Error:")
    assert starts_on(response)
    assert not any(
        len(value) > 4 and value in response.content.decode() for value in asked.values()
    )


def test_what_nobody_asked_for_is_ignored(client: Client) -> None:
    world = build_world()
    response = client.get(times_address(world), {"utm_source": "x", "csrf": "1", "from": ""})
    assert response.status_code == 200
    assert not title_of(response).startswith("Error:")


def test_a_full_centre_says_so_and_names_phone_and_other_centres(client: Client) -> None:
    world = build_world()
    other = build_world(name="Herning Nord")
    DeskDay.objects.filter(centre=world.centre).delete()
    page = client.get(times_address(world))
    assert "There are no free times from Monday 23 November 2026" in text_of(page)
    assert "+45 96 28 24 00" in text_of(page)
    assert f'href="/en/{other.centre.key}/"' in page.content.decode()


def test_a_full_period_leads_back_to_the_earliest_times(client: Client) -> None:
    world = build_world()
    page = text_of(client.get(times_address(world), {"from": "2027-01-10"}))
    assert "There are no free times from Sunday 10 January 2027" in page
    assert "Show the earliest times" in page


def test_looking_changes_nothing(client: Client) -> None:
    world = build_world()
    start = starts_on(client.get(times_address(world)))[0]
    client.get(times_address(world), {"start": start.isoformat()})
    assert not BookingDraft.objects.exists()


@pytest.mark.parametrize(
    "start",
    ["", "soon", "2026-11-24T10:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
     "2026-13-45T99:00:00+01:00", "2026-11-24", "6101901234", "\x00"],
)  # fmt: skip
def test_a_time_that_cannot_be_read_is_refused(client: Client, start: str) -> None:
    world = build_world()
    response = client.post(times_address(world), {"people": 1, "start": start})
    assert response.status_code == 409
    assert "Choose one of the times shown." in text_of(response)
    assert starts_on(response)
    assert not BookingDraft.objects.exists()


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-11-23T08:00:00+01:00", "too soon to book"),
        ("2026-11-20T10:00:00+01:00", "That time has passed."),
        ("2027-06-01T10:00:00+02:00", "further ahead than you can book now"),
        ("2026-11-24T10:07:00+01:00", "There is no time at that minute."),
        ("2026-11-28T10:00:00+01:00", "closed at that time"),
    ],
)
def test_a_time_that_was_never_offered_is_refused_with_the_nearest(
    client: Client, start: str, told: str
) -> None:
    world = build_world()
    response = client.post(times_address(world), {"people": 1, "start": start})
    assert response.status_code == 409
    assert told in text_of(response)
    assert len(starts_on(response)) == 12
    assert not BookingDraft.objects.exists()


def test_a_time_taken_meanwhile_shows_the_times_around_it(client: Client) -> None:
    world = build_world()
    visit = build_visit(world, day=TODAY + timedelta(days=1), minute=10 * 60)
    data = {"people": 1, "start": visit.starts_at.isoformat()}
    response = client.post(times_address(world), data)
    assert response.status_code == 409
    assert "That time has just been taken." in text_of(response)
    assert "Nothing is booked yet" in text_of(response)
    nearest = min(abs(start - visit.starts_at) for start in starts_on(response))
    assert nearest == timedelta(minutes=30)


def test_a_demo_centre_is_marked_where_its_times_are_chosen(client: Client) -> None:
    world = build_world()
    Centre.objects.filter(pk=world.centre.pk).update(is_demo=True)
    assert "Demo centre, not a real place" in text_of(client.get(times_address(world)))
