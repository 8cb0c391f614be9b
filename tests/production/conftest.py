"""One installation for all tests here: made as an operator would, from the environment alone."""

from collections.abc import Iterator

import pytest

from tests.platform.sms_provider import provider_running
from tests.production.installation import environment
from tests.rig.databases import Database
from tests.rig.services import Broker
from tests.servers import Rig


@pytest.fixture(scope="session")
def provider():
    with provider_running() as provider:
        yield provider


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory, broker: Broker, provider) -> dict[str, str]:
    return environment(tmp_path_factory.mktemp("installation"), broker=broker, sms_url=provider.url)


@pytest.fixture(scope="session")
def database(rig: Rig, env: dict[str, str]) -> Iterator[Database]:
    """An empty database, migrated by its owner, with the reference data, and the styles beside."""
    with rig.fresh_database(empty=True) as database:
        rig.manage("migrate", database=database, env=env)
        rig.manage("load_reference", database=database, env=env)
        rig.manage("collectstatic", "--noinput", database=database, env=env)
        yield database
