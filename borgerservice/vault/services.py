"""Seal what a human must read again; open it; make it unreadable for ever."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from borgerservice.database.rows import new_row
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.models import DataKey
from borgerservice.vault.wrapping import (
    NONCE_BYTES,
    cipher_of,
    sealing_key,
    unwrap,
    wrap,
    wrapping_keys,
)

VERSION_BYTES = 2
DATA_KEY = "data key"


class SealBroken(RuntimeError):
    """A sealed value was changed, or moved from another row or field."""


class OpenKey:
    """A data key in memory, to seal and open the fields of one case or contact."""

    __slots__ = ("_cipher",)

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def __repr__(self) -> str:
        return "OpenKey(…)"

    def seal(self, text: str, place: str) -> bytes:
        """Seal a text to one place, such as `participant.name:0`; it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes | memoryview | None, place: str) -> str:
        """The text sealed to that place; empty for a field never filled."""
        if sealed is None:
            return ""
        sealed = bytes(sealed)
        try:
            return self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()
            ).decode()
        except (InvalidTag, ValueError) as broken:  # ValueError: too short to be anything sealed
            raise SealBroken(place) from broken


class BrokenKey(OpenKey):
    """A data key that does not open itself: nothing under it can be read, and nothing is sealed."""

    __slots__ = ()

    def __init__(self) -> None:
        """It has no secret."""

    def seal(self, text: str, place: str) -> bytes:
        """Raise SealBroken."""
        raise SealBroken(DATA_KEY)

    def open(self, sealed: bytes | memoryview | None, place: str) -> str:
        """Raise SealBroken, but for a field never filled."""
        if sealed is None:
            return ""
        raise SealBroken(DATA_KEY)


class NewKey(OpenKey):
    """A data key that has just been made, with its row."""

    __slots__ = ("row",)

    def __init__(self, row: DataKey, secret: bytes) -> None:
        super().__init__(secret)
        self.row = row


def new_data_key() -> NewKey:
    """A fresh data key, stored wrapped under the newest wrapping key."""
    key = unsaved_data_key()
    key.row.save(force_insert=True)
    return key


def unsaved_data_key() -> NewKey:
    """A fresh data key whose row is yet to be written."""
    version, key = sealing_key()
    secret = AESGCM.generate_key(256)
    wrapped = wrap(key, os.urandom(NONCE_BYTES), secret)
    return NewKey(new_row(DataKey, wrapped=wrapped, key_version=version), secret)


def open_data_key(row: DataKey) -> OpenKey | None:
    """The data key of a row, or None where it has been destroyed; a BrokenKey opens nothing."""
    return open_wrapped(row.wrapped, row.key_version, wrapping_keys())


def open_wrapped(
    wrapped: bytes | memoryview | None, version: int, ring: Mapping[int, bytes]
) -> OpenKey | None:
    """The same for a list: it reads of the row only this, and the wrapping keys once."""
    if wrapped is None:
        return None
    if version not in ring:
        msg = f"wrapping key version {version}"
        raise KeyUnavailable(msg)
    try:
        secret = unwrap(ring[version], bytes(wrapped))
    except (InvalidTag, ValueError):
        return BrokenKey()
    return OpenKey(secret)


def seal_directly(text: str, *, place: str) -> bytes:
    """Seal something that has no data key under the newest wrapping key.

    It opens only with the same `place`, which names the one row it is for.
    """
    version, key = sealing_key()
    nonce = os.urandom(NONCE_BYTES)
    head = version.to_bytes(VERSION_BYTES, "big") + nonce
    return head + cipher_of(key).encrypt(nonce, text.encode(), _directly_at(place, version))


def open_directly(sealed: bytes | memoryview, *, place: str) -> str:
    """The text sealed directly to that place. Raises SealBroken, or KeyUnavailable."""
    sealed = bytes(sealed)
    version = int.from_bytes(sealed[:VERSION_BYTES], "big")
    ring = wrapping_keys()
    if version not in ring:
        msg = f"wrapping key version {version}"
        raise KeyUnavailable(msg)
    nonce = sealed[VERSION_BYTES : VERSION_BYTES + NONCE_BYTES]
    rest = sealed[VERSION_BYTES + NONCE_BYTES :]
    try:
        return cipher_of(ring[version]).decrypt(nonce, rest, _directly_at(place, version)).decode()
    except (InvalidTag, ValueError) as broken:
        msg = "sealed directly"
        raise SealBroken(msg) from broken


def _directly_at(place: str, version: int) -> bytes:
    return f"directly\0{version}\0{place}".encode()


def shred(rows: Iterable[int], *, now: datetime) -> int:
    """Destroy data keys by id; whatever was sealed under them is gone, in backups too."""
    return DataKey.objects.filter(pk__in=list(rows), wrapped__isnull=False).update(
        wrapped=None, destroyed_at=now
    )
