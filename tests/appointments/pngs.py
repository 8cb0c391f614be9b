"""PNG files written by hand, whole and broken."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def head(width: int, height: int, *, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def rows(width: int, height: int, *, dot: bytes = b"\x0b\x5a\x34", sieve: int = 0) -> bytes:
    return (bytes([sieve]) + dot * width) * height


def packed(points: bytes) -> bytes:
    return chunk(b"IDAT", zlib.compress(points))


END = chunk(b"IEND", b"")


def png(width: int = 120, height: int = 40, *, extra: bytes = b"", dot: bytes = b"\x0b\x5a\x34"):
    return SIGNATURE + head(width, height) + extra + packed(rows(width, height, dot=dot)) + END
