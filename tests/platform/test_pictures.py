"""Pictures of the pages: where a browser is they are taken, and where none is that is said."""

import struct

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser

from borgerservice.pictures.camera import Camera, Setting
from borgerservice.pictures.walks import book
from tests.days import build_coming_world
from tests.rig.services import Server


def test_without_a_browser_the_command_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="No browser is here: none of chromium"):
        call_command("pictures", out=tmp_path / "pictures")


@pytest.mark.only("postgresql")
def test_a_walk_leaves_a_picture_of_every_page(server: Server, browser: Browser, tmp_path):
    with server.database.opened():
        world = build_coming_world()
    camera = Camera(browser, server.address, tmp_path, Setting("ar", (360, 740)))
    receipt = book(camera, centre=f"/{world.centre.key}/")
    camera.close()
    assert "/visit/" in receipt
    assert len(camera.taken) == 11
    for picture in camera.taken:
        head = picture.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", head[16:])
        assert width == 360, picture.name
        assert height > 700
