"""Keyed marks (pseudonyms): what a machine may compare without knowing what it stands for.

A CPR number is guessable, so a slow function stands in front of the keyed one; phone and e-mail
get the keyed one alone (`trust.md`, 4.2).
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings

from borgerservice.vault.keys import MarkKey, key_ring


def number_marks(kind: str, normalised: str) -> dict[int, str]:
    """Marks of a number or login under every key version, newest first."""
    ring = key_ring().mark
    return {
        version: _keyed(ring[version], kind, _slow(ring[version], normalised))
        for version in sorted(ring, reverse=True)
    }


def contact_mark(kind: str, normalised: str) -> tuple[int, str]:
    """The newest key version and the mark of a phone number or e-mail address under it."""
    ring = key_ring().mark
    version = max(ring)
    return version, _keyed(ring[version], kind, normalised.encode())


def _slow(key: MarkKey, normalised: str) -> bytes:
    cost = settings.PSEUDONYM_COST
    return Argon2id(
        salt=key.salt,
        length=32,
        iterations=cost["iterations"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    ).derive(normalised.encode())


def _keyed(key: MarkKey, kind: str, data: bytes) -> str:
    return hmac.new(key.key, kind.encode() + b"\0" + data, hashlib.sha256).hexdigest()
