"""How long staff stay signed in, as their pages ask and tell it; ten hours are ten hours."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.appointments.desk import at, centre_page, signed_in
from tests.appointments.pages import text_of
from tests.builders import NOW, build_staff, build_world

pytestmark = pytest.mark.django_db
STILL, SIGN_IN = "/accounts/still/", "/accounts/login/"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass
class Desk:
    """Somebody signed in at eight, with a long form open."""

    client: Client
    form: str

    def opens(self, moment) -> int:
        with at(moment):
            return self.client.get(self.form).status_code

    def asks(self, moment) -> int | None:
        """How many seconds are left; None where it is over."""
        with at(moment):
            return self._left(self.client.get(STILL))

    def tells(self, moment, ago="0") -> int | None:
        """What is left after telling of something done a while ago."""
        with at(moment):
            return self._left(self.client.post(STILL, {"ago": ago}))

    def _left(self, answer) -> int | None:
        assert answer.status_code in {200, 410}
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.json()["seconds"] if answer.status_code == 200 else None


@pytest.fixture
def desk():
    with at(NOW):
        world = build_world()
        desk = Desk(signed_in(build_staff(world.municipality)), centre_page(world, "walk_in"))
    assert desk.opens(NOW) == 200
    return desk


def test_asking_how_long_is_left_keeps_nobody_signed_in(desk):
    for minute in range(16):
        assert desk.asks(NOW + minute * MINUTE) == (15 - minute) * 60
    assert desk.asks(NOW + 15 * MINUTE + SECOND) is None
    assert desk.opens(NOW + 15 * MINUTE + SECOND) == 302


def test_whoever_is_at_work_has_a_quarter_of_an_hour_from_what_they_last_did(desk):
    assert desk.tells(NOW + 13 * MINUTE, ago="60") == 14 * 60
    assert desk.asks(NOW + 27 * MINUTE) == 0
    assert desk.asks(NOW + 27 * MINUTE + SECOND) is None
    assert desk.tells(NOW + 27 * MINUTE + SECOND) is None, "what is over is not brought back"


def test_what_was_done_before_takes_nothing_from_what_was_done_since(desk):
    assert desk.opens(NOW + 10 * MINUTE) == 200
    assert desk.tells(NOW + 12 * MINUTE, ago="600") == 13 * 60


@pytest.mark.parametrize("ago", ["", "-60", "1.5", "x", "1" * 5000, "٣"])
def test_nobody_can_work_in_the_future_or_in_words(desk, ago):
    with at(NOW + 10 * MINUTE):
        assert desk.client.post(STILL, {"ago": ago}).status_code == 400
    assert desk.asks(NOW + 10 * MINUTE) == 5 * 60


def test_nothing_moves_the_end_of_ten_hours(desk):
    for minute in range(0, 600, 10):
        left = desk.tells(NOW + minute * MINUTE)
        assert left == min(15, 600 - minute) * 60
    assert desk.tells(NOW + 599 * MINUTE) == 60
    assert desk.asks(NOW + 600 * MINUTE) == 0
    assert desk.tells(NOW + 600 * MINUTE + SECOND) is None
    assert desk.opens(NOW + 600 * MINUTE + SECOND) == 302


def test_being_at_work_is_told_by_a_page_of_ours_alone(desk):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.client.cookies
    with at(NOW + 10 * MINUTE):
        assert strict.post(STILL, {"ago": "0"}).status_code == 403
    assert desk.asks(NOW + 10 * MINUTE) == 5 * 60
    assert Client().get(STILL).status_code == Client().post(STILL).status_code == 410


def test_the_session_holds_no_more_for_it_than_two_moments(desk):
    desk.tells(NOW + 10 * MINUTE, ago="30")
    stored = Session.objects.get().get_decoded()
    moments = {key: value for key, value in stored.items() if key in {"began", "seen"}}
    began = int(NOW.timestamp())
    assert moments == {"began": began, "seen": began + 9 * 60 + 30}


def test_the_pages_of_ones_account_end_with_the_session(desk):
    for page in ("/accounts/password/", "/accounts/second-factor/"):
        with at(NOW):
            desk.client.get(desk.form)
            assert desk.client.get(page).status_code == 200
        with at(NOW + 10 * MINUTE):
            assert desk.client.get(page).status_code == 200
        assert desk.asks(NOW + 10 * MINUTE) == 15 * 60, "opening one is work, too"
    with at(NOW + 25 * MINUTE + SECOND):
        answer = desk.client.get("/accounts/password/")
        assert answer.headers["Location"] == f"{SIGN_IN}?next=/accounts/password/"


def said_without_scripts(desk, moment) -> str:
    with at(moment):
        return text_of(desk.client.get(desk.form)).rpartition("Log ud")[2].strip()


def test_without_scripts_every_page_says_until_when_one_is_signed_in(desk):
    idle = "Du bliver logget ud kl. {}, hvis du ikke åbner eller sender noget inden da."
    assert said_without_scripts(desk, NOW) == idle.format("08.15")
    assert said_without_scripts(desk, NOW + 10 * MINUTE) == idle.format("08.25")
    for minute in range(20, 590, 10):
        desk.tells(NOW + minute * MINUTE)
    last = "Du bliver logget ud kl. 18.00, ti timer efter at du loggede ind."
    assert said_without_scripts(desk, NOW + 590 * MINUTE).startswith(last)


def test_nobody_is_asked_who_is_not_signed_in():
    assert "staying" not in Client().get(SIGN_IN).content.decode()
