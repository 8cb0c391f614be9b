"""Closed by default: every address says who may use it, in words of a closed list."""

import re

import pytest

from borgerservice.api.scopes import Scope
from borgerservice.municipalities.models import StaffRole
from tests.architecture.routes import all_routes

SCOPED = re.compile(rf"(GET|POST) ({'|'.join(map(re.escape, map(str, Scope)))})")
PLAIN = {"anyone", "link holder", "staff", "API clients"}
ROLES = set(StaffRole.Role.values)
DECLARED_ELSEWHERE: dict[str, str] = {}
"""Addresses whose view cannot say it itself, each with the reason. None for now."""

ANYONE_MAY_WRITE = {
    "<slug:key>/<slug:code>/": "begins a booking",
    "accounts/login/": "signs in",
    "api/v1/decisions/": "facts in, answer out; nothing stored",
    "identity/o/api/token": "exchanges a client's secret for a token",
}


@pytest.mark.parametrize("route", all_routes(), ids=lambda route: route.path or "front")
def test_an_address_says_who_may_use_it(route):
    if route.path in DECLARED_ELSEWHERE:
        return
    words = {word.strip() for word in route.open_to.split(",")}
    if route.is_api and route.open_to != "anyone":
        assert all(SCOPED.fullmatch(word) for word in words), route.open_to
    else:
        assert words <= PLAIN or words <= ROLES, route.open_to


def test_staff_pages_are_for_staff_and_citizens_pages_are_not():
    for route in all_routes():
        words = {word.strip() for word in route.open_to.split(",")}
        is_staffs = words <= ROLES | {"staff"}
        assert is_staffs or not route.path.startswith("admin/"), route.path
        if "<slug:code>" in route.path and route.path.startswith("admin/"):
            assert words <= ROLES, route.path


def test_djangos_own_tables_cannot_be_reached():
    """The stock admin would edit rows one by one; none of its addresses is there."""
    paths = {route.path for route in all_routes()}
    assert not any(
        re.search(r"(add|change|delete|history|jsi18n|autocomplete)/$", path) for path in paths
    )


def test_an_address_stands_once():
    paths = [route.path for route in all_routes()]
    assert len(paths) == len(set(paths))
