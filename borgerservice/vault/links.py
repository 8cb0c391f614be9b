"""Secret links: derived from a salt in the row and a key outside the database.

The database holds the salt and the link's hash. Neither gives the link without the key.
"""

import base64
import hashlib
import hmac

from borgerservice.vault.keys import KeyUnavailable, key_ring, newest


def derive_link(purpose: str, salt: str) -> str:
    """The secret part of a link, 32 characters (192 bits); salt is `version:random`."""
    digest = hmac.digest(_secret(salt), f"{purpose}\0{salt}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def derive_code(purpose: str, salt: str) -> str:
    """Six digits that somebody types from a message; salt is `version:random`."""
    digest = hmac.digest(_secret(salt), f"code\0{purpose}\0{salt}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06}"


def new_salt(random: str) -> str:
    """A salt under the newest link key."""
    return f"{newest(key_ring().link)}:{random}"


def link_hash(link: str) -> str:
    """What is stored to find a link by."""
    return hashlib.sha256(link.encode()).hexdigest()


def _secret(salt: str) -> bytes:
    version = int(salt.partition(":")[0])
    try:
        return key_ring().link[version]
    except KeyError:
        raise KeyUnavailable(f"link key version {version}") from None
