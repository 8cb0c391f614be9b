"""A picture somebody sent: what is kept is what we wrote, or it is refused."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.rules.picture import LARGEST_FILE, Picture, PictureRefused, rewritten
from tests.appointments.pngs import END, SIGNATURE, chunk, head, packed, png, rows

pytestmark = pytest.mark.once


def points_of(file: bytes) -> bytes:
    at, found = len(SIGNATURE), b""
    while at < len(file):
        (length,) = struct.unpack_from(">I", file, at)
        if file[at + 4 : at + 8] == b"IDAT":
            found += file[at + 8 : at + 8 + length]
        at += length + 12
    return zlib.decompress(found)


def test_the_points_stay_and_everything_else_falls_away():
    hidden = chunk(b"tEXt", b"Comment\0<script>alert(1)</script>") + chunk(b"eXIf", b"where I live")
    picture = rewritten(png(30, 10, extra=hidden) + b"")
    assert picture == Picture(30, 10, picture.png)
    assert points_of(picture.png) == rows(30, 10)
    assert b"script" not in picture.png
    assert b"where" not in picture.png
    assert rewritten(picture.png) == picture


@pytest.mark.parametrize(
    ("depth", "colour", "width", "bytes_a_row"),
    [(1, 0, 9, 2), (4, 3, 3, 2), (8, 2, 5, 15), (8, 4, 5, 10), (16, 6, 2, 16)],
)
def test_every_kind_of_points_is_taken(depth, colour, width, bytes_a_row):
    palette = chunk(b"PLTE", bytes(48)) if colour == 3 else b""
    points = (b"\0" + bytes(bytes_a_row)) * 4
    file = SIGNATURE + head(width, 4, depth=depth, colour=colour) + palette + packed(points) + END
    assert points_of(rewritten(file).png) == points


def test_an_interlaced_picture_is_measured_pass_by_pass():
    # 8 by 8 of one byte each: passes of 1x1, 1x1, 2x1, 2x2, 4x2, 4x4, 8x4.
    sizes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]
    points = b"".join((b"\0" + bytes(wide)) * high for wide, high in sizes)
    file = SIGNATURE + head(8, 8, colour=0, interlace=1) + packed(points) + END
    assert rewritten(file).width == 8
    with pytest.raises(PictureRefused, match="picture_broken"):
        rewritten(SIGNATURE + head(8, 8, colour=0, interlace=1) + packed(points[1:]) + END)


PAGE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
WHOLE = png()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        pytest.param(b"", "picture_not_png", id="nothing"),
        pytest.param(PAGE, "picture_not_png", id="an SVG with a script"),
        pytest.param(b"GIF89a" + bytes(40), "picture_not_png", id="a GIF"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture_not_png", id="a WebP"),
        pytest.param(SIGNATURE, "picture_broken", id="only the beginning"),
        pytest.param(SIGNATURE + PAGE, "picture_broken", id="a page behind the beginning"),
        pytest.param(WHOLE + PAGE, "picture_broken", id="a page behind the end"),
        pytest.param(WHOLE[:-1], "picture_broken", id="the end cut off"),
        pytest.param(WHOLE[:60] + b"X" + WHOLE[61:], "picture_broken", id="a byte changed"),
        pytest.param(WHOLE + bytes(LARGEST_FILE), "picture_too_heavy", id="too heavy"),
        pytest.param(png(1601, 1), "picture_too_large", id="too wide"),
        pytest.param(png(1, 801), "picture_too_large", id="too high"),
        pytest.param(SIGNATURE + head(0, 5) + END, "picture_too_large", id="no width"),
        pytest.param(SIGNATURE + head(4, 4) + END, "picture_broken", id="no points"),
        pytest.param(
            SIGNATURE + head(4, 4) + packed(rows(4, 5)) + END, "picture_broken", id="a row more"
        ),
        pytest.param(
            SIGNATURE + head(4, 4) + packed(rows(4, 4, sieve=9)) + END,
            "picture_broken",
            id="an unknown filter",
        ),
        pytest.param(
            SIGNATURE + head(4, 4, colour=5) + packed(rows(4, 4)) + END,
            "picture_broken",
            id="an unknown kind of points",
        ),
        pytest.param(
            SIGNATURE + head(4, 4, colour=3) + packed((b"\0" + bytes(4)) * 4) + END,
            "picture_broken",
            id="colours of a palette that is not there",
        ),
        pytest.param(
            SIGNATURE + head(1600, 800) + chunk(b"IDAT", zlib.compress(bytes(50_000_000), 9)) + END,
            "picture_broken",
            id="a bomb of 50 MB in 50 kB",
        ),
    ],
)
def test_what_is_no_whole_picture_is_refused(file, code):
    with pytest.raises(PictureRefused) as refused:
        rewritten(file)
    assert refused.value.code == code


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=0, max_size=3))
def test_a_damaged_file_is_refused_or_still_ours(place, other):
    file = WHOLE[:place] + other + WHOLE[place + len(other) :]
    try:
        picture = rewritten(file)
    except PictureRefused:
        return
    assert points_of(picture.png)
