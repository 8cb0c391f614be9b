"""What many tests of appointments begin with."""

import pytest

from tests.builders import World
from tests.platform.api_calls import System, build_system


@pytest.fixture
def system(world: World) -> System:
    """The own system of the municipality, with a token for all it may do."""
    return build_system(world.municipality)
