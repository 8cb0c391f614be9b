"""What a broker says of itself: its addresses and the keys it signs with, kept for a while."""

import ipaddress
import time
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.core.exceptions import ImproperlyConfigured
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from witnesses.ports import BrokerDown

TIMEOUT_SECONDS: Final = (3.0, 5.0)
"""To connect, and between two bytes: somebody stands at a desk and waits."""
KEPT_SECONDS: Final = 600
LEAST_SECONDS_BETWEEN_KEYS: Final = 10
ADDRESSES: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """One broker's published metadata and keys. Raises BrokerDown where they cannot be had."""

    def __init__(self, issuer: str) -> None:
        require_safe_address(issuer)
        self.issuer = issuer
        self.metadata = fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if self.metadata.get("issuer") != issuer:
            raise BrokerDown("the metadata is another issuer's")
        for name in ADDRESSES:
            require_safe_address(str(self.metadata.get(name, "")))
        self._read_at = self._keys_read_at = time.monotonic()
        self.keys = self._fetched_keys()

    @property
    def is_stale(self) -> bool:
        """Whether it has been kept for so long that it is to be asked for again."""
        return time.monotonic() - self._read_at > KEPT_SECONDS

    def address(self, name: str) -> str:
        """One of the broker's addresses; empty where it has none."""
        return str(self.metadata.get(name, ""))

    def has_newer_keys(self) -> bool:
        """Ask for the keys again, once in a while: a broker changes them without a word."""
        if time.monotonic() - self._keys_read_at < LEAST_SECONDS_BETWEEN_KEYS:
            return False
        self._keys_read_at = time.monotonic()
        self.keys = self._fetched_keys()
        return True

    def _fetched_keys(self) -> KeySet:
        try:
            return KeySet.import_key_set(fetched(self.address("jwks_uri")))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise BrokerDown("the keys cannot be read") from None


def fetched(address: str, **headers: str) -> dict[str, Any]:
    """A JSON object from the broker; no redirect is followed. Raises BrokerDown."""
    try:
        answer = requests.get(
            address, timeout=TIMEOUT_SECONDS, allow_redirects=False, headers=headers
        )
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise BrokerDown("no answer") from None
    if not isinstance(found, dict):
        raise BrokerDown("no JSON object")
    return found


def require_safe_address(address: str) -> None:
    """Raise ImproperlyConfigured for an address that is neither https nor on this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise ImproperlyConfigured("the broker must have https addresses")
