"""A browser that walks through the demo and takes pictures. It is no part of an installation."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

try:
    from playwright.sync_api import Browser, Locator, Page, sync_playwright
except ImportError:  # `make run` installs the product alone
    sync_playwright = None  # type: ignore[assignment]

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
LANGUAGES: Final = ("da", "en", "ar")
SIZES: Final = ((360, 740), (1280, 900))
WAIT: Final = 30_000


class NoBrowser(RuntimeError):
    """There is nothing here to look at pages with."""


@dataclass(frozen=True, slots=True)
class Setting:
    """In which language, on which screen."""

    language: str
    size: tuple[int, int]


EVERY_SETTING: Final = tuple(Setting(*one) for one in product(LANGUAGES, SIZES))


@contextmanager
def open_browser() -> Iterator["Browser"]:
    """A headless Chromium. Raises NoBrowser, which says what is missing."""
    path = next((path for name in NAMES if (path := shutil.which(name))), None)
    if path is None:
        raise NoBrowser(f"No browser is here: none of {', '.join(NAMES)} was found.")
    if sync_playwright is None:
        raise NoBrowser("Playwright is not installed. It is in requirements-checks.txt.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Camera:
    """Somebody in a browser of their own who takes a picture where they stand."""

    def __init__(self, browser: "Browser", address: str, folder: Path, setting: Setting) -> None:
        """Pictures of the installation at `address` go to `folder`."""
        width, height = setting.size
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(WAIT)
        self._browser, self._folder, self._setting = browser, folder, setting
        self.address = address
        self.page: Page = context.new_page()
        self.taken: list[Path] = []

    def another(self) -> "Camera":
        """Another person's browser; its pictures stand among the same."""
        other = Camera(self._browser, self.address, self._folder, self._setting)
        other.taken = self.taken
        return other

    def open(self, path: str, name: str = "") -> None:
        """Go to a page, in the language; with a name, take its picture."""
        prefix = "" if self._setting.language == "da" else f"/{self._setting.language}"
        whole = path if path.startswith("http") else f"{self.address}{prefix}{path}"
        self.page.goto(whole)
        if name:
            self.take(name)

    def press(self, what: str, name: str = "") -> None:
        """Press the first of what a selector finds; with a name, take what comes of it."""
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()
        if name:
            self.take(name)

    def fill(self, **fields: str) -> None:
        """Write into fields by their names."""
        for field, text in fields.items():
            self.page.locator(f"[name={field}]").first.fill(text)

    def choose(self, name: str, value: str) -> None:
        """Choose from a list."""
        self.page.locator(f"[name={name}]").select_option(value)

    def tick(self, name: str, *values: str) -> None:
        """Choose radios or boxes by pressing their labels."""
        for value in values:
            chosen = self.page.locator(f"[name={name}][value={value}]").first
            self.page.locator(f"label[for={chosen.get_attribute('id')}]").first.click()

    def take(self, name: str) -> None:
        """The whole page, as a file that says its language and width."""
        self.page.wait_for_load_state("networkidle")
        file = f"{name}-{self._setting.language}-{self._setting.size[0]}.png"
        self.page.screenshot(path=self._folder / file, full_page=True)
        self.taken.append(self._folder / file)

    def links(self, what: str) -> Sequence[str]:
        """The addresses of links."""
        found: Sequence[Locator] = self.page.locator(what).all()
        return [str(link.get_attribute("href")) for link in found]

    def close(self) -> None:
        """Forget everything."""
        self.page.context.close()
