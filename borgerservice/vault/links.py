"""Secret links: derived from a salt in the row and a key outside the database.

The database holds the salt and the link's hash. Neither gives the link without the key.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

from borgerservice.vault.keys import KeyRing, KeyUnavailable, key_ring, newest


def derive_link(purpose: str, salt: str, ring: Callable[[], KeyRing] = key_ring) -> str:
    """The secret part of a link, 32 characters (192 bits); salt is `version:random`.

    Who derives many at once looks for the keys once.
    """
    digest = hmac.digest(_secret(salt, ring), f"{purpose}\0{salt}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def derive_code(purpose: str, salt: str) -> str:
    """Six digits that somebody types from a message; salt is `version:random`."""
    digest = hmac.digest(_secret(salt, key_ring), f"code\0{purpose}\0{salt}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06}"


def new_salt(random: str) -> str:
    """A salt under the newest link key."""
    return f"{newest(key_ring().link)}:{random}"


def link_hash(link: str) -> str:
    """What is stored to find a link by."""
    return hashlib.sha256(link.encode()).hexdigest()


def _secret(salt: str, ring: Callable[[], KeyRing]) -> bytes:
    version = int(salt.partition(":")[0])
    try:
        return ring().link[version]
    except KeyError:
        raise KeyUnavailable(f"link key version {version}") from None
