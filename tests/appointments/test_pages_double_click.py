"""Many clicks on one button, on the last time there is: one booking, and everyone lands on it."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urljoin

import requests

from appointments.models import Appointment
from tests.days import build_coming_world
from tests.rig.services import Server

CLICKS = 8


def seal_in(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def send(browser: requests.Session, address: str, **data: str) -> str:
    """Load a page, send its form, and say where that leads."""
    page = browser.get(address, timeout=20)
    sealed = {"csrfmiddlewaretoken": seal_in(page.text), **data}
    answer = browser.post(address, sealed, allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    return urljoin(address, answer.headers["Location"])


def test_many_clicks_at_once_on_the_last_time_book_it_once(server: Server) -> None:
    with server.database.opened():
        world = build_coming_world(desks=1)
        key = world.centre.key
    browser = requests.Session()
    times = server.url(f"/en/{key}/new_mitid/")
    start = re.findall(r'name="start" value="([^"]+)"', browser.get(times, timeout=20).text)[-1]
    draft = send(browser, times, people="1", start=start)
    check = send(browser, draft, name_0="Amina Hassan", phone="20304050")
    seal = seal_in(browser.get(check, timeout=20).text)
    together = Barrier(CLICKS)

    def click(_number: int) -> tuple[int, str]:
        together.wait()
        answer = requests.post(
            check,
            {"csrfmiddlewaretoken": seal},
            cookies=browser.cookies.get_dict(),
            allow_redirects=False,
            timeout=30,
        )
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(CLICKS) as clicks:
        answers = list(clicks.map(click, range(CLICKS)))
    assert {status for status, _where in answers} == {302}
    assert len({where for _status, where in answers}) == 1
    with server.database.opened():
        assert Appointment.unscoped.filter(centre__key=key).count() == 1
