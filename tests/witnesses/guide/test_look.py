"""The guide in a real browser, with scripts and without: no fault axe can find, no sideways scroll."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.days import build_coming_world
from tests.rig.looks import look_at
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
NARROW, PHONE, DESK = (320, 640), (360, 740), (1280, 900)
full = pytest.mark.full


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with rig.fresh_database() as database, rig.serve(database) as server:
        with database.opened():
            build_coming_world(desks=1)
        yield server


@pytest.mark.parametrize(
    ("language", "size", "javascript"),
    [
        pytest.param("da", NARROW, True, id="Danish, narrow"),
        pytest.param("en", PHONE, True, id="English, phone", marks=full),
        pytest.param("da", DESK, True, id="Danish, desk"),
        pytest.param("en", NARROW, False, id="English, narrow, no scripts"),
        pytest.param("en", DESK, True, id="English, desk", marks=full),
        pytest.param("da", PHONE, False, id="Danish, phone, no scripts", marks=full),
    ],
)
def test_everybody_can_read_and_use_the_guide(
    server: Server,
    new_page: Callable[..., Page],
    language: str,
    size: tuple[int, int],
    javascript: bool,  # noqa: FBT001
) -> None:
    page = new_page(size=size, javascript=javascript)
    prefix = "/en" if language == "en" else ""

    def look() -> None:
        look_at(page, can_measure=javascript)

    page.goto(server.url(f"{prefix}/"))
    look()
    page.locator(".way-in a").first.click()
    look()
    page.locator(".replies a").first.click()
    page.locator(".replies a").first.click()
    page.locator(".replies a").first.click()
    look()
    page.locator(".replies a").last.click()
    page.locator(".replies a").last.click()
    look()
    page.locator("main a[href*='guide/bring']").click()
    look()
    page.locator("main form .button-primary").click()
    look()
    assert page.locator("[role=alert]:focus").count() == 1
    for name in ("passport", "health_card", "benefit_letter"):
        page.locator(f"label:has([href$='#{name}'])").click()
    for name, value in (("number", "yes"), ("lived", "new"), ("address", "yes")):
        chosen = page.locator(f"[name={name}][value={value}]").get_attribute("id")
        page.locator(f"label[for={chosen}]").click()
    page.locator("main form .button-primary").click()
    look()
    page.locator("[name=again]").first.click()
    look()
    assert page.locator(".paper-row").count() == 4
    for place in range(4):
        page.locator(f"#id_{place}-issuer").select_option("DK")
    page.locator("#id_0-expires").fill("2027")
    page.locator("#id_0-expires").press("Enter")
    look()
    assert page.locator("[role=alert]:focus").count() == 1
    page.locator("#id_0-expires").fill("01-02-2020")
    page.locator("#id_1-expires").fill("")
    page.locator("#id_3-issued").fill("01-01-2026")
    page.locator("main form .button-primary").last.click()
    look()
    for closed in range(page.locator("main details:not([open])").count(), 0, -1):
        page.locator("main details:not([open]) summary").first.click()
        assert page.locator("main details:not([open])").count() == closed - 1
    look()
    assert page.locator("html").get_attribute("lang") == language
    page.goto(server.url(f"{prefix}/guide/bring/answer/?a=x"))
    look()
    page.goto(server.url(f"{prefix}/guide/?path=new-nonsense"))
    look()
