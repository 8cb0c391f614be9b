"""Fixtures for every test. Servers and databases are in `tests/servers.py`, loaded before this."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import translation
from hypothesis import settings
from playwright.sync_api import Browser, Page
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from tests.builders import NOW, World, build_world
from tests.keys import KeyFile
from tests.rig.browsers import Observed, launch_browser
from tests.servers import IS_FULL, Rig

# The gate tries the same examples every time; the long run looks for new ones.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("full", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("full" if IS_FULL else "gate")

# Else every Client() of this process would walk through all static files at its first request.
django_settings.WHITENOISE_AUTOREFRESH = True

PHONE = (360, 740)
DESKTOP = (1280, 900)


@pytest.fixture(scope="session")
def django_db_setup(rig: Rig, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of the `db` fixture: a copy of the migrated template, rolled back per test."""
    rig.engine.create("suite", copy_of=rig.migrated)


@pytest.fixture(scope="module")
def rows_of_the_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a module's fixtures with `django_db`: what they write stays until its last test.

    Only for rows that take long to make and that no test changes in memory; what a test writes
    itself is rolled back after it as ever.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _in_the_usual_language() -> Iterator[None]:
    """Begin in Danish: a request leaves its language in the thread that answered it."""
    with translation.override(django_settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The doors' clock: it stands at eight on the usual Monday until it is moved."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def world() -> World:
    """A centre with one desk, for tests with a database that want no other."""
    return build_world()


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> KeyFile:
    """A key file of the test's own."""
    return KeyFile(settings, tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium, for the whole run."""
    with launch_browser() as browser:
        yield browser


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages, each with cookies of its own: `new_page(size=(360, 740), javascript=False)`.

    Further words go to Playwright's `new_context` (`locale="en-GB"`, `color_scheme="dark"`). The
    test fails when a page asked another host, broke the content policy or had a script error.
    """
    contexts = []
    observed = Observed()

    def open_page(
        *, size: tuple[int, int] = DESKTOP, javascript: bool = True, **options: object
    ) -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale=options.pop("locale", "da-DK"),
            timezone_id="Europe/Copenhagen",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        observed.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert observed.faults == []


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A citizen's phone."""
    return new_page(size=PHONE)


@pytest.fixture
def desktop(new_page: Callable[..., Page]) -> Page:
    """A clerk's screen."""
    return new_page(size=DESKTOP)
