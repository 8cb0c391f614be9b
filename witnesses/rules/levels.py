"""Which assurance level (sikringsniveau) of a witness's MitID is enough for the one aimed at.

Source: NIST SP 800-63A-4, 3.1.13.3: who vouches was proved to the same or a higher level.
"""

from typing import Final

LEVELS: Final = ("low", "substantial", "high")


def is_enough(witness: str, *, aimed_at: str) -> bool:
    """A witness's level is enough where it is the one aimed at, or higher."""
    return LEVELS.index(witness) >= LEVELS.index(aimed_at)
