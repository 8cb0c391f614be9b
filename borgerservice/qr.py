"""QR codes drawn as one path of an SVG."""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_MODULES = 4


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code as one path of an SVG, and the length of its side."""

    side: int
    path: str


def square(text: str) -> Square:
    """The QR code of a text, with its quiet border."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(text)
    rows = code.get_matrix()
    dark = (
        f"M{x},{y}h1v1h-1z" for y, row in enumerate(rows) for x, fills in enumerate(row) if fills
    )
    return Square(len(rows), "".join(dark))
