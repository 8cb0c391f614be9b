"""Pictures of the pages: where a browser is they are taken, and where none is that is said."""

import struct
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser

from borgerservice.adapters.mitid.demo_witnesses import DEMO_WITNESSES
from borgerservice.pictures.camera import Camera, Setting
from borgerservice.pictures.walks import be_a_witness, book
from tests.days import build_coming_world
from tests.rig.mitid import demo_running
from tests.rig.services import Server
from tests.servers import Rig
from witnesses.models import WitnessCheck

only_once = pytest.mark.only("postgresql")


@pytest.fixture(scope="module")
def server(rig: Rig) -> Iterator[Server]:
    with (
        demo_running(*DEMO_WITNESSES) as issuer,
        rig.fresh_database() as database,
        rig.serve(database, env={"DEMO_MITID": issuer}) as server,
    ):
        yield server


def test_without_a_browser_the_command_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="No browser is here: none of chromium"):
        call_command("pictures", out=tmp_path / "pictures")


@pytest.fixture
def camera(server: Server, browser: Browser, tmp_path) -> Iterator[Camera]:
    camera = Camera(browser, server.address, tmp_path, Setting("ar", (360, 740)))
    yield camera
    camera.close()


@pytest.fixture(scope="module")
def centre(server: Server) -> str:
    with server.database.opened():
        return f"/{build_coming_world().centre.key}/"


def assert_each_is_a_picture_of_another_page(camera: Camera) -> None:
    assert len({picture.name for picture in camera.taken}) == len(camera.taken)
    for picture in camera.taken:
        assert picture.name.endswith("-ar-360.png")
        head = picture.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", head[16:])
        assert width == 360, picture.name
        assert height > 700


@only_once
def test_the_walk_of_a_citizen_leaves_a_picture_of_every_page(camera: Camera, centre: str):
    assert "/visit/" in book(camera, centre=centre)
    assert len(camera.taken) == 11
    assert_each_is_a_picture_of_another_page(camera)


@only_once
@pytest.mark.full
@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # the demo's own
def test_the_walk_of_a_witness_leaves_a_picture_of_every_page(
    server: Server, camera: Camera, centre: str
):
    be_a_witness(camera, receipt=book(camera, centre=centre))
    names = {picture.name.removesuffix("-ar-360.png") for picture in camera.taken}
    assert len(camera.taken) == 31
    assert {"44-papers-over-fine", "47-witness-too-often", "49-withdrawn"} <= names
    assert_each_is_a_picture_of_another_page(camera)
    with server.database.opened():
        asked = WitnessCheck.unscoped.order_by("pk")
        assert [check.verdict for check in asked] == ["may", "may"], "nobody was a witness before"
        assert asked.filter(withdrawn_at=None).count() == 0
