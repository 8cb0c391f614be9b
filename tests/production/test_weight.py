"""What a browser really transfers of the installation as it is shipped, page by page."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.days import build_coming_world
from tests.rig.databases import Database
from tests.rig.services import Server
from tests.servers import Rig

pytestmark = pytest.mark.only("postgresql")
FIRST_VISIT, NEXT_PAGE = 150_000, 20_000


@pytest.fixture(scope="module")
def server(rig: Rig, database: Database, env: dict[str, str]) -> Iterator[Server]:
    """Reached without the proxy in front: a browser counts this machine as safe as encrypted."""
    bare = {**env, "SECURE_SSL_REDIRECT": "False", "APPROVED_LANGUAGES": "ar,uk,ro"}
    with rig.serve(database, env=bare, workers=1) as server:
        yield server


@pytest.fixture(scope="module")
def centre(server: Server) -> str:
    with server.database.opened():
        return build_coming_world(desks=3).centre.key


class Scale:
    """What came over the wire since it was last read, by path."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._paths: dict[str, str] = {}
        self._weights: dict[str, int] = {}
        wire = page.context.new_cdp_session(page)
        wire.on("Network.requestWillBeSent", self._asked)
        wire.on("Network.loadingFinished", self._came)
        wire.send("Network.enable")

    def read(self) -> dict[str, int]:
        """Bytes with headers, of all that the page has loaded."""
        self.page.wait_for_load_state("networkidle")
        weights, self._weights = self._weights, {}
        return weights

    def _asked(self, told: dict) -> None:
        self._paths[told["requestId"]] = urlsplit(told["request"]["url"]).path

    def _came(self, told: dict) -> None:
        path = self._paths[told["requestId"]]
        self._weights[path] = self._weights.get(path, 0) + int(told["encodedDataLength"])


@pytest.mark.parametrize(
    "language",
    ["da", pytest.param("en", marks=pytest.mark.full), pytest.param("ar", marks=pytest.mark.full)],
)
def test_no_page_weighs_more_than_a_phone_can_carry(
    server: Server, centre: str, new_page: Callable[..., Page], language: str
) -> None:
    page = new_page(size=(360, 740))
    scale = Scale(page)
    prefix = "" if language == "da" else f"/{language}"
    page.goto(server.url(f"{prefix}/"))
    first = scale.read()
    after: dict[str, int] = {}

    def weigh() -> None:
        after[page.url] = sum(scale.read().values())

    page.goto(server.url(f"{prefix}/?q=herning"))
    weigh()
    page.goto(server.url(f"{prefix}/{centre}/"))
    weigh()
    page.locator("a[href$='/new_mitid/']").click()
    weigh()
    page.locator(".times-form button[name=start]").first.click()
    weigh()
    page.locator("[name=name_0]").fill("Amina Hassan")
    page.locator("[name=phone]").fill("20 30 40 50")
    page.locator("main form button.button-primary").click()
    weigh()
    page.locator("main form button.button-primary").click()
    weigh()
    receipt = page.url
    for path in ("move/", "cancel/", "earlier/"):
        page.goto(f"{receipt}{path}")
        weigh()
    for path in ("/find/", "/guide/", "/guide/bring/", "/earliest/?service=new_mitid"):
        page.goto(server.url(f"{prefix}{path}"))
        weigh()
    assert sum(first.values()) <= FIRST_VISIT, first
    assert {url: weight for url, weight in after.items() if weight > NEXT_PAGE} == {}
