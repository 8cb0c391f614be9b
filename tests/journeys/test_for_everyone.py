"""The whole way without a mouse, on a very narrow screen, with letters twice as large, in few steps."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Place
from tests.journeys.settings import DESKTOP, PHONE, How
from tests.journeys.walk import Walk

pytestmark = pytest.mark.only("postgresql")
NARROW = (320, 640)
USUAL_LETTERS = 62.5  # of the browser's own; the design system counts from there
MOST_STOPS = 150
LETTERS = """new MutationObserver((_, seen) => {
  seen.disconnect();
  document.documentElement.style.fontSize = 'SIZE';
}).observe(document, {childList: true});"""
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const marked = (style) =>
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
    || style.boxShadow !== 'none';
  const drawn = [getComputedStyle(at), ...[...(at.labels || [])].flatMap((label) =>
    ['::before', '::after'].map((part) => getComputedStyle(label, part)))];
  return {
    on: at.outerHTML.slice(0, 160),
    isMarked: drawn.some(marked),
    isSeen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@dataclass
class Keys:
    """Somebody with a keyboard alone, who must see at every stop where they are."""

    page: Page
    unmarked: set[str]

    def reach(self, what: str) -> None:
        """Press Tab until there."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(FOCUS)
            if not (found["isMarked"] and found["isSeen"]):
                self.unmarked.add(str(found))
            if self.page.locator(f":focus:is({what})").count():
                return
        pytest.fail(f"no way to {what} on {self.page.url}")

    def press(self, what: str, key: str = "Enter") -> None:
        self.reach(what)
        with self.page.expect_event("load"):
            self.page.keyboard.press(key)

    def write(self, what: str, text: str) -> None:
        self.reach(what)
        self.page.keyboard.type(text)


@pytest.mark.parametrize(
    ("language", "size"),
    [
        ("da", PHONE),
        pytest.param("ar", DESKTOP, marks=pytest.mark.full),
        pytest.param("en", DESKTOP, marks=pytest.mark.full),
    ],
)
def test_a_citizen_books_with_the_keyboard_alone(place: Place, language: str, size) -> None:
    walk = place.walk(How(language, size, javascript=True))
    walk.open("/")
    page, keys = walk.page, Keys(walk.page, set())
    keys.reach(".skipnav")
    page.keyboard.press("Enter")
    page.wait_for_url("**#main-content")
    assert page.evaluate("document.activeElement.id") == "main-content"
    keys.write("[name=q]", place.world.municipality.name)
    keys.press("main form .button-primary", "Space")
    keys.press(f"a[href$='/{place.key}/']")
    keys.press("a[href$='/new_mitid/']")
    keys.reach("select[name=people]")
    page.keyboard.press("ArrowDown")
    assert page.locator("select[name=people]").input_value() == "2"
    page.keyboard.press("ArrowUp")
    keys.press("[name=start]", "Space")
    keys.press("main form .button-primary")
    assert page.locator("[role=alert]:focus").count() == 1
    keys.write("[name=name_0]", walk.name)
    keys.reach("[name=is_protected_0]")
    page.keyboard.press("Space")
    assert page.locator("[name=is_protected_0]").is_checked()
    keys.write("[name=phone]", "20 30 40 50")
    keys.press("main form .button-primary", "Space")
    keys.press("main form .button-primary")
    walk.look()
    assert walk.reads("Your time is booked")
    keys.press("main a[href$='/move/']")
    keys.press(".back-link")
    assert keys.unmarked == set()


def test_who_knows_what_they_want_is_done_in_five_pages_and_twelve_taps(place: Place) -> None:
    walk = place.walk(How("da", PHONE, javascript=True))
    walk.open("/")
    taps, page = [], walk.page

    def tap(what: str, typed: str = "", chosen: str = "") -> None:
        """One touch; two where something is opened and then chosen. Typing is none."""
        taps.extend([what] * (2 if chosen else 1))
        field = page.locator(what).first
        if chosen:
            field.select_option(chosen)
        elif typed:
            field.fill(typed)
        else:
            walk.click(field)

    tap("[name=service]", chosen="new_mitid")
    tap("form[action$='/earliest/'] [name=near]", typed="7400")
    tap("form[action$='/earliest/'] button")
    tap("[name=start]")
    tap("[name=name_0]", typed=walk.name)
    tap("[name=phone]", typed="20 30 40 50")
    tap("main form .button-primary")
    tap("main form .button-primary")
    assert walk.reads("Your time is booked")
    assert walk.pages <= 5
    assert len(taps) <= 12


@pytest.mark.parametrize(
    ("language", "size", "letters"),
    [
        pytest.param("da", NARROW, 100, marks=pytest.mark.full),
        ("ar", NARROW, 100),
        ("da", DESKTOP, 200),
        pytest.param("ar", DESKTOP, 200, marks=pytest.mark.full),
        pytest.param("en", NARROW, 100, marks=pytest.mark.full),
        pytest.param("en", (640, 740), 200, marks=pytest.mark.full),
    ],
)
def test_nothing_scrolls_sideways(
    place: Place, new_page: Callable[..., Page], language: str, size, letters: int
) -> None:
    how = How(language, size, javascript=True)
    page = new_page(size=size)
    page.add_init_script(LETTERS.replace("SIZE", f"{USUAL_LETTERS * letters / 100}%"))
    walk = Walk(page, place.server, how)
    for path in (
        "/",
        f"/?q={place.world.municipality.name}",
        f"/{place.key}/",
        "/find/",
        "/guide/",
    ):
        walk.open(path)
    for path in ("/guide/bring/", "/earliest/?service=new_mitid&near=7400", "/no/such/page/"):
        walk.open(path, status=404 if "such" in path else 200)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == (
        f"{10 * letters // 100}px"
    )
    walk.open(f"{place.times}wait/")
    walk.open(place.times)
    walk.choose_time()
    walk.press("Continue")
    walk.fill(name_0="Wolfeschlegelsteinhausenbergerdorff-Maximilian", phone="20 30 40 50")
    walk.press("Continue")
    check = walk.page.url
    walk.open(check.replace("check/", "time/"))
    walk.open(check)
    walk.press("Confirm and book")
    receipt = walk.page.url
    link = receipt.rstrip("/").rpartition("/")[2]
    for path in ("move", "cancel", "earlier"):
        walk.open(f"{receipt}{path}/")
    walk.open(f"/witness/papers/{link}/")
    walk.open(f"/witness/for/{link}/")
    walk.press("Make a link for my witness")
    walk.open(walk.page.locator(".address-to-share a").inner_text())
