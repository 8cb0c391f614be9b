"""A page that keeps somebody out is found, so that a page in which nothing is found is good."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.rig.axe import faults

pytestmark = pytest.mark.once
GOOD = "<html lang='da'><title>Side</title><main><h1>Side</h1>{}</main></html>"


def test_what_keeps_somebody_out_is_named_with_its_html(new_page: Callable[..., Page]) -> None:
    page = new_page()
    for broken, rule in (
        ("<input type='text'>", "label"),
        ("<p style='color: #ddd; background: #fff'>Svag</p>", "color-contrast"),
    ):
        page.set_content(GOOD.format(broken))
        assert [[name, len(html)] for name, html in faults(page)] == [[rule, 1]]
    page.set_content(GOOD.format("<p>Tydelig</p>"))
    assert faults(page) == []
