"""The wrapping keys, if they are the ones that sealed before.

A key file with another key under a version in use is as good as none: what was sealed does not
open, and what it sealed would not open under the right one. So each version is listed with a check
value, by the web server when it starts and by `rotate_keys` before it is given to anybody; whoever
opens or seals compares the file with the list, once for as long as it lies there.
"""

import hmac
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from borgerservice.vault.keys import KeyRing, KeyUnavailable, key_ring
from borgerservice.vault.listing import one_at_a_time
from borgerservice.vault.models import DataKey, WrappingKey

logger = logging.getLogger(__name__)
NONCE_BYTES: Final = 12
TRIED: Final = 3
"""So many rows tell whether a version that is not listed is the one they were sealed under."""


class _Look(NamedTuple):
    """What came of comparing a key file with the list: the problem, or the version for new rows."""

    problem: str
    sealing: int


def wrapping_keys() -> Mapping[int, bytes]:
    """The keys at hand by version. Raises KeyUnavailable where one is not the right one."""
    ring = key_ring()
    _require(ring)
    return ring.wrap


def sealing_key() -> tuple[int, bytes]:
    """What new rows are sealed under: the newest version listed, or at hand where none is."""
    ring = key_ring()
    version = _require(ring).sealing
    if not version:
        raise KeyUnavailable("no wrapping key that is listed")
    return version, ring.wrap[version]


def list_wrapping_keys(keys: Mapping[int, bytes], *, now: datetime) -> None:
    """List the versions that are not yet. Raises KeyUnavailable where one is not the right one."""
    with one_at_a_time():
        listed = _listed()
        if problem := _problem_of(keys, listed):
            raise _unavailable(problem)
        WrappingKey.objects.bulk_create(
            WrappingKey(version=version, check_value=_check_value(key), first_used_at=now)
            for version, key in sorted(keys.items())
            if version not in listed
        )
    _look_at.cache_clear()


def newest_listed() -> int:
    """The newest version there ever was; 0 where none is listed."""
    return max(_listed(), default=0)


def wrap(key: bytes, nonce: bytes, secret: bytes) -> bytes:
    """A data key as it is stored."""
    return nonce + cipher_of(key).encrypt(nonce, secret, b"data-key")


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """A data key that is stored. Raises InvalidTag, or ValueError."""
    return cipher_of(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], b"data-key")


@lru_cache(maxsize=8)
def cipher_of(key: bytes) -> AESGCM:
    """What a wrapping key seals and opens with."""
    return AESGCM(key)


def _require(ring: KeyRing) -> _Look:
    look = _look_at(ring)
    if look.problem:
        raise _unavailable(look.problem)
    return look


@lru_cache(maxsize=4)
def _look_at(ring: KeyRing) -> _Look:
    listed = _listed()
    problem = _problem_of(ring.wrap, listed)
    known = (version for version in ring.wrap if version in listed or not listed)
    return _Look(problem, max(known, default=0))


def _problem_of(keys: Mapping[int, bytes], listed: Mapping[int, str]) -> str:
    """Which key is not the one that sealed before, told to the log, too; empty where all are."""
    for version, key in sorted(keys.items()):
        known = listed.get(version)
        is_right = _is_of_rows(version, key) if known is None else _check_value(key) == known
        if not is_right:
            problem = f"version_{version}_differs"
            logger.error("vault.wrapping_key_unavailable problem=%s", problem)
            return problem
    return ""


def _is_of_rows(version: int, key: bytes) -> bool:
    """Whether a key opens what was sealed under its version, as far as anything was."""
    rows = DataKey.objects.filter(key_version=version, wrapped__isnull=False).order_by("pk")
    found = rows.values_list("wrapped", flat=True)[:TRIED]
    tried = [bytes(wrapped) for wrapped in found if wrapped]
    return not tried or any(_opens(key, wrapped) for wrapped in tried)


def _opens(key: bytes, wrapped: bytes) -> bool:
    try:
        unwrap(key, wrapped)
    except (InvalidTag, ValueError):
        return False
    return True


def _listed() -> dict[int, str]:
    return dict(WrappingKey.objects.values_list("version", "check_value"))


def _check_value(key: bytes) -> str:
    return hmac.digest(key, b"check\0this wrapping key", "sha256").hex()


def _unavailable(problem: str) -> KeyUnavailable:
    return KeyUnavailable(f"wrapping key: {problem}")
