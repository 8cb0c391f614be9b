"""What many tests of witnesses begin with."""

from collections.abc import Iterator

import pytest
import time_machine
from pytest_django.fixtures import Settings

from tests.builders import NOW
from tests.rig.mitid import demo_running, use_broker
from tests.witnesses.asked import WITNESSES
from tests.witnesses.cases import Office, build_office
from tests.witnesses.phones import HERE


@pytest.fixture
def office() -> Office:
    """A centre at work on the usual day, and a clerk of it."""
    return build_office()


@pytest.fixture(scope="module")
def mitid_of_witnesses() -> Iterator[str]:
    with demo_running(*WITNESSES) as issuer:
        yield issuer


@pytest.fixture
def monday_with_mitid(settings: Settings, mitid_of_witnesses: str) -> Iterator[None]:
    """It is the usual Monday at eight, and who is asked beforehand can sign in."""
    use_broker(settings, mitid_of_witnesses)
    settings.PUBLIC_ADDRESS = HERE
    with time_machine.travel(NOW, tick=False):
        yield
