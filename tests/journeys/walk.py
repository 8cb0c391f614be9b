"""A citizen or witness in a browser, who reads one language and looks at every page they see."""

from dataclasses import dataclass

from django.utils import translation
from playwright.sync_api import Locator, Page

from tests.journeys.settings import How
from tests.rig.axe import faults
from tests.rig.services import Server
from tests.servers import IS_FULL

RIGHT_TO_LEFT = ("ar",)
NAMES = {"da": "Søren Ærø-Ågård", "en": "Amina O'Hara", "ar": "محمد حسن"}
OVERFLOW = "[document.documentElement.scrollWidth, window.innerWidth]"


@dataclass
class Walk:
    """Somebody on their way: `open`, `press` and `follow` each end in a look at the page."""

    page: Page
    server: Server
    how: How
    pages: int = 0

    @property
    def name(self) -> str:
        return NAMES[self.how.language]

    @property
    def prefix(self) -> str:
        return "" if self.how.language == "da" else f"/{self.how.language}"

    def said(self, text: str) -> str:
        """What the product says for a text, in the language of this walk."""
        with translation.override(self.how.language):
            return translation.gettext(text)

    def open(self, address: str, *, status: int = 200) -> None:
        whole = address if address.startswith("http") else self.server.url(self.prefix + address)
        answer = self.page.goto(whole)
        assert answer
        assert answer.status == status, (address, answer.status)
        self.look()

    def press(self, text: str, *, within: Locator | None = None) -> None:
        """Press the button that says so."""
        self.click((within or self.page).get_by_role("button", name=self.said(text), exact=True))

    def follow(self, text: str, *, within: Locator | None = None) -> None:
        """Follow the link that says so."""
        found = (within or self.page.locator("main")).get_by_role("link", name=self.said(text))
        self.click(found.first)

    def click(self, what: Locator) -> None:
        what.click()
        self.look()

    def choose_time(self, nth: int = 0) -> str:
        """Press one of the times; which moment it is."""
        button = self.page.locator(".times-form button[name=start]").nth(nth)
        moment = button.get_attribute("value")
        assert moment
        self.click(button)
        return moment

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def pick(self, name: str, value: str) -> None:
        """Choose a radio or tick a box by its label, as people do."""
        field = self.page.locator(f"[name={name}][value={value}]")
        self.page.locator(f"label[for={field.get_attribute('id')}]").click()

    def reads(self, text: str) -> bool:
        """Whether the page says a text in its main part."""
        return self.said(text) in self.text

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        """What no page may have: another language, a sideways scroll, a fault that axe can find."""
        self.page.wait_for_load_state()
        self.pages += 1
        if not self.page.url.startswith(self.server.address):  # the MitID of the demo
            return
        html, right = self.page.locator("html"), self.how.language in RIGHT_TO_LEFT
        shown = (html.get_attribute("lang"), html.get_attribute("dir"))
        assert shown == (self.how.language, "rtl" if right else "ltr"), self.page.url
        assert self.page.locator("h1").count() == 1, self.page.url
        width, window = self.page.evaluate(OVERFLOW)
        assert width <= window, self.page.url
        if IS_FULL and self.how.javascript:
            assert faults(self.page) == [], self.page.url
