"""A picture somebody sent: taken apart, and written anew with nothing in it but its points.

Only PNG: it can be read to the last byte without a library, so what is kept and served is what we
wrote ourselves. Texts, places, moving pictures and what other programs left in the file fall away.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 200 * 1024
WIDEST: Final = 1600
HIGHEST: Final = 800
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = (b"PLTE", b"tRNS", b"sRGB", b"gAMA")
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS: Final = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_PALETTE: Final = 3
_FILTERS: Final = 4
_PASSES: Final = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
"""Of an interlaced picture: where each pass begins, and its steps."""


class PictureRefused(ValueError):
    """The file is not a picture we take; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we wrote it."""

    width: int
    height: int
    png: bytes


@dataclass(frozen=True, slots=True)
class _Head:
    width: int
    height: int
    bits: int
    is_interlaced: bool

    def rows(self) -> Iterator[int]:
        """The length in bytes of every row of points, without its filter."""
        steps = _PASSES if self.is_interlaced else ((0, 0, 1, 1),)
        for left, top, across, down in steps:
            wide = -(-(self.width - left) // across) if self.width > left else 0
            high = -(-(self.height - top) // down) if self.height > top else 0
            if wide:
                yield from [-(-wide * self.bits // 8)] * high


def rewritten(file: bytes) -> Picture:
    """The same picture, written by us. Raises PictureRefused."""
    if len(file) > LARGEST_FILE:
        raise PictureRefused("picture_too_heavy")
    if not file.startswith(_SIGNATURE):
        raise PictureRefused("picture_not_png")
    chunks = list(_chunks(file))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise PictureRefused("picture_broken")
    first = chunks[0][1]
    head = _head(first)
    kept = [(kind, data) for kind, data in chunks if kind in _KEPT]
    if len({kind for kind, _data in kept}) < len(kept):
        raise PictureRefused("picture_broken")
    if first[9] == _PALETTE and b"PLTE" not in dict(kept):
        raise PictureRefused("picture_broken")
    points = _points(head, b"".join(data for kind, data in chunks if kind == b"IDAT"))
    written = [(b"IHDR", first), *kept, (b"IDAT", zlib.compress(points, 9)), (b"IEND", b"")]
    return Picture(head.width, head.height, _SIGNATURE + b"".join(map(_written, written)))


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(file):
        if at + 12 > len(file):
            raise PictureRefused("picture_broken")
        (length,) = struct.unpack_from(">I", file, at)
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        end = at + 8 + length
        if end + 4 > len(file) or zlib.crc32(kind + data) != struct.unpack_from(">I", file, end)[0]:
            raise PictureRefused("picture_broken")
        yield kind, data
        at = end + 4


def _head(data: bytes) -> _Head:
    if len(data) != 13:  # noqa: PLR2004
        raise PictureRefused("picture_broken")
    width, height, depth, colour, packing, filters, interlace = struct.unpack(">IIBBBBB", data)
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
        raise PictureRefused("picture_too_large")
    if depth not in _DEPTHS.get(colour, set()) or packing or filters or interlace > 1:
        raise PictureRefused("picture_broken")
    return _Head(width, height, depth * _CHANNELS[colour], bool(interlace))


def _points(head: _Head, packed: bytes) -> bytes:
    """The rows of points, each with its filter, unpacked no further than they can be long."""
    rows = list(head.rows())
    whole = sum(rows) + len(rows)
    reader = zlib.decompressobj()
    try:
        points = reader.decompress(packed, whole + 1)
    except zlib.error:
        raise PictureRefused("picture_broken") from None
    if len(points) != whole or reader.unconsumed_tail:
        raise PictureRefused("picture_broken")
    at = 0
    for row in rows:
        if points[at] > _FILTERS:
            raise PictureRefused("picture_broken")
        at += row + 1
    return points


def _written(chunk: tuple[bytes, bytes]) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
