"""What many tests of the platform begin with."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.platform.sms_provider import Provider, provider_used


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """An SMS gateway on this machine, in use."""
    with provider_used(settings) as provider:
        yield provider
