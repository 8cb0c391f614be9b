"""Many clicks on one button: one act, and every click lands on what came of it."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from urllib.parse import urljoin

import pytest
import requests

from appointments.models import Appointment, Hold, WaitingEntry
from appointments.rules.local_time import instant
from appointments.services.booking.tapped_twice import start_draft_once
from borgerservice.notifications.models import Message
from tests.builders import NOW, TODAY, build_world
from tests.days import build_coming_world
from tests.rig.databases import Database
from tests.rig.services import Server
from tests.servers import Rig

CLICKS = 8


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


def seal_in(page: str) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


def send(browser: requests.Session, address: str, **data: str) -> str:
    """Load a page, send its form, and say where that leads."""
    page = browser.get(address, timeout=20)
    sealed = {"csrfmiddlewaretoken": seal_in(page.text), **data}
    answer = browser.post(address, sealed, allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    return urljoin(address, answer.headers["Location"])


def chosen(server: Server, browser: requests.Session, key: str, *, phone: str) -> str:
    """Choose the last time and say who comes; where the one button is that books."""
    times = server.url(f"/en/{key}/new_mitid/")
    start = re.findall(r'name="start" value="([^"]+)"', browser.get(times, timeout=20).text)[-1]
    draft = send(browser, times, people="1", start=start)
    return send(browser, draft, name_0="Amina Hassan", phone=phone)


def click_at_once(
    browser: requests.Session, address: str, data: Mapping[str, str]
) -> list[tuple[int, str]]:
    """Send a form many times at one moment: what each was answered, and where that leads."""
    together = Barrier(CLICKS)

    def click(_number: int) -> tuple[int, str]:
        together.wait()
        answer = requests.post(
            address,
            dict(data),
            cookies=browser.cookies.get_dict(),
            allow_redirects=False,
            timeout=30,
        )
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(CLICKS) as clicks:
        return list(clicks.map(click, range(CLICKS)))


@pytest.mark.parametrize("desks", [1, 2])
def test_many_clicks_at_once_on_a_time_hold_it_once(server: Server, desks: int) -> None:
    with server.database.opened():
        key = build_coming_world(desks=desks).centre.key
    browser = requests.Session()
    times = server.url(f"/en/{key}/new_mitid/")
    page = browser.get(times, timeout=20).text
    start = re.findall(r'name="start" value="([^"]+)"', page)[-1]
    sent = {"csrfmiddlewaretoken": seal_in(page), "people": "1", "start": start}
    answers = click_at_once(browser, times, sent)
    assert len(set(answers)) == 1, answers
    assert answers[0][0] == 302
    with server.database.opened():
        assert Hold.unscoped.filter(centre__key=key).count() == 1


def test_a_click_that_is_done_while_another_looks_for_it_is_the_same_booking(
    fresh_database: Database,
) -> None:
    done: list[str] = []
    with fresh_database.opened() as connection:
        click = partial(
            start_draft_once,
            centre=build_world(desks=2).centre,
            service="new_mitid",
            people=1,
            start=instant(TODAY, 13 * 60),
            now=NOW,
            mark="the same form",
        )

        def after_the_first_look(execute, sql, *how):
            seen = execute(sql, *how)
            if not done and "FROM appointments_bookingdraft" in sql.replace('"', ""):
                done.append("")
                done[0] = click()
            return seen

        with connection.execute_wrapper(after_the_first_look):
            assert click() == done[0]
        assert Hold.unscoped.count() == 1


def test_many_clicks_at_once_put_somebody_on_the_waiting_list_once(server: Server) -> None:
    with server.database.opened():
        key = build_coming_world(desks=1).centre.key
    browser = requests.Session()
    wait = server.url(f"/en/{key}/new_mitid/wait/")
    sent = {
        "csrfmiddlewaretoken": seal_in(browser.get(wait, timeout=20).text),
        "hours": "any",
        "name_0": "Amina Hassan",
        "phone": "20304051",
    }
    answers = click_at_once(browser, wait, sent)
    assert len(set(answers)) == 1, answers
    assert answers[0][0] == 302
    with server.database.opened():
        entry = WaitingEntry.unscoped.get(centres__key=key)
        assert Message.unscoped.filter(contact=entry.contact).count() == 1


def test_many_clicks_at_once_ask_for_an_earlier_time_once(server: Server) -> None:
    with server.database.opened():
        key = build_coming_world(desks=1).centre.key
    browser = requests.Session()
    visit = send(browser, chosen(server, browser, key, phone="20304052"))
    earlier = f"{visit}earlier/"
    seal = seal_in(browser.get(earlier, timeout=20).text)
    sent = {"csrfmiddlewaretoken": seal, "centres": key, "hours": "any"}
    assert {status for status, _where in click_at_once(browser, earlier, sent)} == {302}
    with server.database.opened():
        assert WaitingEntry.unscoped.filter(centres__key=key).count() == 1


def test_many_clicks_at_once_on_the_last_time_book_it_once(server: Server) -> None:
    with server.database.opened():
        world = build_coming_world(desks=1)
        key = world.centre.key
    browser = requests.Session()
    check = chosen(server, browser, key, phone="20304050")
    seal = seal_in(browser.get(check, timeout=20).text)
    answers = click_at_once(browser, check, {"csrfmiddlewaretoken": seal})
    assert {status for status, _where in answers} == {302}
    assert len({where for _status, where in answers}) == 1
    with server.database.opened():
        assert Appointment.unscoped.filter(centre__key=key).count() == 1
