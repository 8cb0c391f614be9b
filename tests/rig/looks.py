"""What no page may have, looked for in a real browser."""

from playwright.sync_api import Page

from tests.rig.axe import faults
from tests.servers import IS_FULL

NARROW, DESK = (320, 640), (1280, 900)
OVERFLOW = "[document.documentElement.scrollWidth, window.innerWidth]"


def look_at(page: Page, *, can_measure: bool = True) -> None:
    """No script in its text, one heading, no sideways scroll, no fault of access.

    Without scripts there is nothing to measure with, and the page is the same one. A wide page is
    the narrow one with more room, so axe looks at it in a full run only.
    """
    page.wait_for_load_state()
    assert page.locator("h1").count() == 1, page.url
    assert page.locator("script:not([src^='/static/'])").count() == 0, page.url
    if not can_measure:
        return
    width, window = page.evaluate(OVERFLOW)
    assert width <= window, page.url
    if IS_FULL or window < DESK[0]:
        assert faults(page) == [], page.url
