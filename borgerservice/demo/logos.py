"""Logos of the demo, drawn here: signs that belong to no real municipality."""

import math
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final

SIDE: Final = 72
FINE: Final = 3
"""Points looked at in each direction for one point of the picture, so that edges are smooth."""
Shape = Callable[[float, float], bool]


def door(x: float, y: float) -> bool:
    """A disc with a door in it; the middle is 0, the edges are at 1."""
    is_door = (abs(x) < 0.3 and 0 <= y < 0.62) or math.hypot(x, y) < 0.3  # noqa: PLR2004
    return math.hypot(x, y) < 1 and not is_door


def waves(x: float, y: float) -> bool:
    """A disc with three waves in it."""
    is_wave = any(
        abs(y - height - 0.1 * math.sin(5 * x)) < 0.09  # noqa: PLR2004
        for height in (-0.4, 0.0, 0.4)
    )
    return math.hypot(x, y) < 1 and not is_wave


def drawn(shape: Shape, colour: str) -> bytes:
    """A shape in a colour on white, as PNG."""
    paint = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    rows = b"".join(
        b"\0"
        + b"".join(
            bytes(255 - round((255 - part) * covered) for part in paint)
            for covered in _row(shape, row)
        )
        for row in range(SIDE)
    )
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _row(shape: Shape, row: int) -> Iterator[float]:
    """How much of each point of a row the shape covers."""
    steps = [(part + 0.5) / FINE for part in range(FINE)]
    for column in range(SIDE):
        hits = sum(
            shape((column + right) * 2 / SIDE - 1, (row + down) * 2 / SIDE - 1)
            for down in steps
            for right in steps
        )
        yield hits / FINE**2
