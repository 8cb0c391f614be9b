"""In the browser: who does nothing is asked, then their page is left; who types stays signed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from borgerservice.kernel import clock
from borgerservice.sign_in.sessions import SessionStore
from tests.appointments.desk import centre_page, session_of
from tests.builders import PASSWORD, build_staff
from tests.days import build_coming_world
from tests.rig.axe import faults
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
MINUTE, NARROW, DESK = 60, (320, 640), (1280, 900)
TYPED = "Amina Hassan"
STAY, OUT = "Bliv logget ind", "Log ud"


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@dataclass
class Sitting:
    """Somebody at a long form: their clock and that of their session are moved together."""

    server: Server
    page: Page
    address: str
    session: str
    user: str
    told: list[str]

    def wait(self, seconds: int, *, elsewhere: bool = False) -> None:
        """Let time pass; `elsewhere`: while they are at work in another window."""
        if not elsewhere:
            self.age("seen", seconds)
        self.page.clock.fast_forward(seconds * 1000)

    def age(self, what: str, seconds: int) -> None:
        with self.server.database.opened():
            stored = SessionStore(self.session)
            stored[what] -= seconds
            stored.save()

    @property
    def question(self):
        return self.page.get_by_role("alertdialog")

    @property
    def name(self):
        return self.page.locator("#id_name_0")


@pytest.fixture
def sit(server: Server, new_page: Callable[..., Page]) -> Callable[..., Sitting]:
    def down(*, size: tuple[int, int] = DESK, worked: int = 0) -> Sitting:
        with server.database.opened():
            world = build_coming_world()
            staff = build_staff(world.municipality, now=clock.now())
            session = session_of(staff)
        page, told = new_page(size=size), []
        page.clock.install()
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": server.url()}])
        sitting = Sitting(
            server, page, centre_page(world, "walk_in"), session, staff.username, told
        )
        page.goto(server.url(sitting.address))
        if worked:
            sitting.age("began", worked)
            page.goto(server.url(sitting.address))
        page.on("request", lambda one: told.append(one.method) if "still" in one.url else None)
        return sitting

    return down


def is_sign_in(address: str) -> bool:
    return "/accounts/login/?next=" in address


def type_name(sitting: Sitting) -> None:
    with sitting.page.expect_response("**/still/") as answered:
        sitting.page.locator("#id_name_0").press_sequentially(TYPED)
        sitting.wait(5 * MINUTE)
    assert answered.value.status == 200
    assert answered.value.request.post_data.startswith("ago="), "nothing typed goes along"
    assert "&" not in answered.value.request.post_data


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_who_does_nothing_is_asked_and_goes_on_by_one_key(sit, size) -> None:
    sitting = sit(size=size)
    type_name(sitting)
    sitting.name.focus()
    sitting.wait(7 * MINUTE)
    expect(sitting.question).to_be_hidden()
    sitting.wait(MINUTE)
    expect(sitting.question).to_have_accessible_name("Er du her stadig?")
    expect(sitting.question).to_contain_text("Om højst to minutter bliver du logget ud")
    expect(sitting.page).to_have_title("Er du her stadig?")
    assert faults(sitting.page) == []
    for button in (STAY, OUT, STAY):
        expect(sitting.question.get_by_role("button", name=button)).to_be_focused()
        expect(sitting.question.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
        sitting.page.keyboard.press("Tab" if button == STAY else "Shift+Tab")
    sitting.question.get_by_role("button", name=STAY).focus()
    with sitting.page.expect_response("**/still/") as answered:
        sitting.page.keyboard.press("Enter")
    assert answered.value.request.method == "POST"
    assert answered.value.json()["seconds"] >= 15 * MINUTE - 5
    expect(sitting.question).to_be_hidden()
    expect(sitting.name).to_be_focused()
    expect(sitting.name).to_have_value(TYPED)
    width, window = sitting.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= window


def test_escape_is_an_answer_too(sit) -> None:
    sitting = sit()
    sitting.wait(13 * MINUTE + 1)
    expect(sitting.question).to_be_visible()
    with sitting.page.expect_response("**/still/") as answered:
        sitting.page.keyboard.press("Escape")
    assert answered.value.request.method == "POST"
    expect(sitting.question).to_be_hidden()


@pytest.mark.parametrize("by_question", [False, True], ids=["menu", "question"])
def test_who_signs_out_does_so_in_every_window(sit, by_question) -> None:
    sitting = sit()
    other = sitting.page.context.new_page()
    other.goto(sitting.server.url(sitting.address))
    if by_question:
        sitting.wait(13 * MINUTE + 1)
        sitting.question.get_by_role("button", name=OUT).click()
    else:
        sitting.page.locator("#logout-form").get_by_role("button").click()
    other.wait_for_url(is_sign_in)


def test_who_signs_out_on_the_page_for_it_does_so_in_every_window(sit) -> None:
    sitting = sit()
    other = sitting.page.context.new_page()
    other.goto(sitting.server.url(sitting.address))
    sitting.page.goto(sitting.server.url("/accounts/logout/"))
    sitting.page.locator("main form.act").get_by_role("button", name=OUT).click()
    other.wait_for_url(is_sign_in)


def test_who_stays_is_not_left_by_another_form(sit) -> None:
    sitting = sit()
    other = sitting.page.context.new_page()
    other.goto(sitting.server.url(sitting.address))
    asked = []
    other.on("request", lambda one: asked.append(one.url) if "still" in one.url else None)
    sitting.page.locator("#id_name_0").fill(TYPED)
    sitting.page.locator("#id_name_0").press("Enter")
    sitting.page.wait_for_load_state()
    other.wait_for_timeout(1500)
    assert asked == []


def test_a_colleague_signs_out_whoever_left(sit) -> None:
    sitting = sit()
    sitting.wait(13 * MINUTE + 1)
    sitting.question.get_by_role("button", name=OUT).click()
    sitting.page.wait_for_url(lambda address: sitting.address not in address)
    sitting.page.goto(sitting.server.url(sitting.address))
    assert is_sign_in(sitting.page.url)


def test_a_page_left_alone_is_gone_after_a_quarter_of_an_hour_and_comes_back(sit) -> None:
    sitting = sit()
    page = sitting.page
    sitting.name.press_sequentially(TYPED)
    sitting.wait(14 * MINUTE)
    expect(sitting.question).to_be_visible()
    sitting.wait(MINUTE + 1)
    page.wait_for_url(is_sign_in)
    expect(page.locator(".messagelist")).to_contain_text("fordi der er gået for lang tid")
    assert TYPED not in page.content()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.locator("#id_login").fill(sitting.user)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(f"**{sitting.address}")
    assert page.evaluate("history.length") <= 3


def test_who_types_is_at_work_and_tells_it_once_in_five_minutes(sit) -> None:
    sitting = sit()
    type_name(sitting)
    for _each in range(5):
        sitting.name.press("x")
        sitting.wait(3 * MINUTE)
        with sitting.page.expect_response("**/still/"):
            sitting.name.press("x")
            sitting.wait(3 * MINUTE)
    expect(sitting.question).to_be_hidden()
    assert sitting.told == ["POST"] * 6


def test_who_touches_nothing_tells_nothing(sit) -> None:
    sitting = sit()
    for _each in range(12):
        sitting.wait(MINUTE)
    assert sitting.told == []


def test_a_page_left_alone_stays_while_its_reader_is_at_work_in_another(sit) -> None:
    sitting = sit()
    type_name(sitting)
    with sitting.page.expect_response("**/still/") as answered:
        sitting.wait(16 * MINUTE, elsewhere=True)
    assert answered.value.request.method == "GET"
    expect(sitting.name).to_be_visible()
    expect(sitting.name).to_have_value(TYPED)
    expect(sitting.question).to_be_hidden()


def test_a_page_of_a_session_that_another_came_after_is_left(sit) -> None:
    sitting = sit()
    sitting.name.press_sequentially(TYPED)
    sitting.age("began", -1)
    sitting.page.clock.fast_forward(20 * MINUTE * 1000)
    expect(sitting.name).to_have_value("")


def test_ten_hours_are_said_ten_minutes_before_and_nothing_moves_them(sit) -> None:
    sitting = sit(worked=585 * MINUTE)
    page, said = sitting.page, sitting.page.locator(".staying-last")
    sitting.name.press_sequentially(TYPED)
    expect(said).to_be_empty()
    sitting.age("began", 6 * MINUTE)
    page.clock.fast_forward(6 * MINUTE * 1000)
    expect(said).to_contain_text("ti timer efter at du loggede ind")
    expect(said).to_have_role("status")
    expect(sitting.name).to_be_focused()
    assert faults(page) == []
    sitting.name.press("x")
    sitting.age("began", 7 * MINUTE)
    page.clock.fast_forward(7 * MINUTE * 1000)
    sitting.name.press("x")
    expect(sitting.question).to_be_hidden()
    sitting.age("began", 3 * MINUTE)
    page.clock.fast_forward(3 * MINUTE * 1000)
    page.wait_for_url(is_sign_in)
    assert "POST" not in sitting.told, "what cannot be longer is not asked for"


def test_without_scripts_it_is_said_up_front(sit, server, new_page) -> None:
    sitting = sit()
    page = new_page(javascript=False)
    page.context.add_cookies(sitting.page.context.cookies())
    page.goto(server.url(sitting.address))
    expect(page.locator("noscript p")).to_be_visible()
    assert "Du bliver logget ud kl." in page.locator("noscript p").inner_text()
    expect(page.locator("dialog")).to_be_hidden()
