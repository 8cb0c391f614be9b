"""Chromium: the one found, else installed from the distribution's packages, else a sentence."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from tests.rig.processes import DidNotStart

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
OURS = ("127.0.0.1", "localhost")


def find_chromium() -> str:
    """The path of a Chromium; installs the distribution's package when we are root."""
    if found := _on_path():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "--yes", "--quiet", "chromium"], check=False)
        if found := _on_path():
            return found
    raise DidNotStart(
        f"No browser for the journeys: none of {', '.join(NAMES)} is on the PATH."
        " Install your distribution's chromium package."
    )


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def launch_browser() -> Iterator[Browser]:
    """A headless Chromium that reaches this machine and no other."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Observed:
    """What no page of ours may do, noted while a test drives it."""

    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Note requests to other hosts, blocked content and scripts that fail."""
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", self._error)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in OURS:
            self.faults.append(f"asked another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)

    def _error(self, error: Error) -> None:
        self.faults.append(f"script error: {error.message}")
