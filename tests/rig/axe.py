"""axe, which finds what keeps people from reading or using a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
LOOK = """axe.run({resultTypes: ['violations'], selectors: false}).then((found) =>
  found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))"""


def faults(page: Page) -> list[list[object]]:
    """Each rule that the page breaks, with the HTML that does; the page must run scripts."""
    page.evaluate(SCRIPT)
    found: list[list[object]] = page.evaluate(LOOK)
    return found
