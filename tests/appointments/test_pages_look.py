"""Every page of a citizen, in a real browser: no fault axe can find, nothing wider than the phone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from appointments.ports import CARRIED
from appointments.services.centres.own import Own, set_logo, set_own
from borgerservice.kernel import clock
from tests.appointments.pngs import png
from tests.days import build_coming_world
from tests.rig.looks import DESK, NARROW, look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
NO_PAPERS = "1.20261125.ysy"


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        yield server


@pytest.fixture(scope="module")
def centre(server: Server) -> str:
    now = clock.now()
    with server.database.opened():
        world = build_coming_world(desks=3)
        own = Own(accent="#0b5a34", coming="drop_in", custody="attends")
        set_own(municipality=world.municipality, own=own, offers={}, actor="staff:1", now=now)
        set_logo(municipality=world.municipality, file=png(), actor="staff:1", now=now)
    return world.centre.key


full = pytest.mark.full


@pytest.mark.parametrize(
    ("language", "size", "javascript"),
    [
        pytest.param("da", NARROW, True, id="Danish, phone"),
        pytest.param("en", NARROW, False, id="English, phone, no scripts"),
        pytest.param("ar", NARROW, True, id="Arabic, phone"),
        pytest.param("en", DESK, True, id="English, desk", marks=full),
        pytest.param("da", DESK, True, id="Danish, desk", marks=full),
        pytest.param("en", NARROW, True, id="English, phone", marks=full),
        pytest.param("da", NARROW, False, id="Danish, phone, no scripts", marks=full),
    ],
)
def test_everybody_can_read_and_use_every_page(  # noqa: PLR0915 - a walk through all of them
    server: Server,
    centre: str,
    new_page: Callable[..., Page],
    language: str,
    size: tuple[int, int],
    javascript: bool,  # noqa: FBT001
) -> None:
    page = new_page(size=size, javascript=javascript)
    prefix = "" if language == "da" else f"/{language}"

    def visit(path: str) -> None:
        page.goto(path if path.startswith("http") else server.url(f"{prefix}{path}"))
        look()

    def look() -> None:
        look_at(page, can_measure=javascript)

    for path in (
        "/",
        "/was/",
        "/privacy/",
        "/privacy/0657/",
        "/?q=herning",
        "/?q=7401",
        "/?q=qqqq",
        f"/{centre}/",
        "/no/such/page/",
    ):
        visit(path)
    for asked in ("", "?near=7400", "?service=new_mitid&near=7401&people=2", "?service=&near=x"):
        visit(f"/earliest/{asked}")
    visit("/earliest/?service=new_mitid&step_free=1&evening=1")
    visit("/borgerservice-esbjerg-raadhuset/")
    visit(f"/{centre}/new_mitid/?people=9&from=x")
    visit(f"/{centre}/new_mitid/?people=2")
    page.locator("button[name=start]").first.click()
    look()
    page.locator("main form .button-primary").click()
    look()
    assert page.locator("[role=alert]:focus").count() == 1
    page.locator("#id_name_0").fill("Amina Hassan")
    page.locator("#id_name_1").fill("محمد حسن")
    page.locator("#id_phone").fill("20 30 40 50")
    page.locator("main form .button-primary").click()
    look()
    check = page.url
    visit(check.replace("check/", "time/"))
    page.context.add_cookies([{"name": CARRIED, "value": NO_PAPERS, "url": server.url()}])
    visit(check)
    page.locator("main form .button-primary").click()
    look()
    assert page.locator(".bring .paper-list").count() > 0
    receipt = page.url
    link = receipt.partition("/visit/")[2]
    for beside in (f"{receipt}earlier/", f"/witness/for/{link}", f"/witness/papers/{link}"):
        visit(beside)
    visit(f"{receipt}earlier/")
    page.locator("main form button.button-primary").click()
    look()
    visit(f"/witness/for/{link}")
    page.locator("main form button").first.click()
    look()
    visit(str(page.locator(".address-to-share a").get_attribute("href")))
    asked = page.url
    visit(f"{asked}?had=recent")
    visit(f"{asked}?had=long&p=passport")
    page.locator("main form button").first.click()
    look()
    for until in ("01-05-2020", "01-05-2039"):
        visit(
            f"{asked}?had=long&step=2&p=passport&pa-issuer=DK&pa-form=physical&pa-expires={until}"
        )
    visit("/find/")
    page.locator("main form button").click()
    look()
    page.locator("#id_phone").fill("20 30 40 50")
    page.locator("main form button").click()
    look()
    visit(f"/{centre}/new_mitid/wait/")
    page.locator("main form button").click()
    look()
    visit(f"{receipt}move/")
    page.locator("button[name=start]").last.click()
    look()
    visit(f"{receipt}cancel/")
    page.locator("main form button").click()
    look()
    assert page.locator("html").get_attribute("lang") == language
    for gone in ("/visit/x/", "/book/x/", "/offer/x/", "/waiting/x/", "/witness/check/x/"):
        visit(gone)


def test_nothing_moves_for_who_asked_that_nothing_move(
    server: Server, centre: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=DESK)
    moving = """() => [...document.querySelectorAll('*')].filter((one) => {
      const style = getComputedStyle(one);
      return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
    }).length"""
    for wanted in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=wanted)
        page.goto(server.url(f"/{centre}/"))
        assert (page.evaluate(moving) == 0) == (wanted == "reduce"), wanted


def test_the_dots_of_a_list_stand_on_the_side_from_which_it_is_read(
    server: Server, new_page: Callable[..., Page]
) -> None:
    page = new_page(size=NARROW)
    dot = "getComputedStyle(document.querySelector('main ul:not([class]) > li'), '::before')"
    for language, side in (("en", "left"), ("ar", "right")):
        page.goto(server.url(f"/{language}/guide/bring/answer/?a=1.20991210.yny"))
        assert page.evaluate(f"{dot}.{side}") == "0px", language
        line = "getComputedStyle(document.querySelector('main ul:not([class]) > li'))"
        assert page.evaluate(f"parseFloat({line}.padding{side.capitalize()})") > 10, language


EACH_PIECE = """() => [...document.querySelectorAll('main .one-piece')].map((piece) => {
  const text = piece.firstChild, range = document.createRange();
  const left = (at) => {
    range.setStart(text, at); range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  return [text.data, piece.getClientRects().length, left(0) < left(text.length - 1)];
})"""


@pytest.mark.parametrize("language", ["da", "ar"])
def test_an_example_stands_on_one_line_and_reads_from_left_to_right(
    server: Server, centre: str, new_page: Callable[..., Page], language: str
) -> None:
    page = new_page(size=NARROW)
    prefix = "" if language == "da" else f"/{language}"
    seen = set()
    for width in range(280, 360, 10):  # somewhere in between the line would end within it
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(server.url(f"{prefix}/guide/bring/?step=1&on=1/2/90"))
        pieces = page.evaluate(EACH_PIECE)
        assert {tuple(rest) for _text, *rest in pieces} == {(1, True)}, (width, pieces)
        seen |= {text for text, *_rest in pieces}
    assert "23-11-2026" in seen
