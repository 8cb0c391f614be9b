"""The installation's keys: one domain per use, never shared, each with versions.

The file is JSON: `{"wrap": {"1": …}, "mark": {"1": {"key": …, "salt": …}}, "link": {"1": …}}`,
values base64. The highest version is used for new rows; all are tried for old ones. A file put in
the place of the former is read at once: nothing is kept in memory longer than it lies there.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

DOMAINS: Final = ("wrap", "mark", "link")
BYTES: Final = 32
_UNREADABLE: Final = "the key file cannot be read"


class KeyUnavailable(RuntimeError):
    """The key file, or the version asked for, is not there."""


@dataclass(frozen=True, slots=True)
class MarkKey:
    """What a pseudonym is made with: the secret of the keyed hash and the salt of the slow one."""

    key: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "MarkKey(…)"


@dataclass(frozen=True, slots=True, eq=False)
class KeyRing:
    """All keys of each domain by version; one ring for as long as the file lies there."""

    wrap: dict[int, bytes]
    mark: dict[int, MarkKey]
    link: dict[int, bytes]

    def __repr__(self) -> str:
        return "KeyRing(…)"


def new_key_file() -> str:
    """The text of a fresh key file, every domain at version 1."""
    return _written({domain: {"1": _fresh(domain)} for domain in DOMAINS})


def with_new_version(text: str, domain: str, *, above: int = 0) -> tuple[str, int]:
    """The text of a key file with one more version in a domain, and which; the others stay.

    It is the next above those in the file, and above another that must not be used again.

    Raises KeyUnavailable for a text that is no key file.
    """
    ring_in(text)
    stored = json.loads(text)
    version = max([above, *(int(known) for known in stored.get(domain, {}))]) + 1
    stored.setdefault(domain, {})[str(version)] = _fresh(domain)
    return _written(stored), version


def key_ring() -> KeyRing:
    """The keys as the file has them now. Raises KeyUnavailable when it cannot be read.

    A file that is gone stops whoever holds its keys still: what they seal could not be opened
    again after the next start.
    """
    file = os.fspath(settings.KEYS_FILE)
    try:
        found = os.stat(file)  # noqa: PTH116 - for every key opened
        return _read(file, (found.st_ino, found.st_mtime_ns, found.st_size))
    except OSError as problem:
        raise KeyUnavailable(_UNREADABLE) from problem


def newest(keys: Mapping[int, object]) -> int:
    """The version that new rows get. Raises KeyUnavailable where a domain has no key."""
    if not keys:
        raise KeyUnavailable("no key of this domain")
    return max(keys)


@lru_cache(maxsize=4)
def _read(file: str, _as_it_lies_there: tuple[int, int, int]) -> KeyRing:
    return ring_in(Path(file).read_bytes())


def ring_in(text: str | bytes) -> KeyRing:
    """The keys in the text of a key file. Raises KeyUnavailable for a text that is none."""
    try:
        stored = json.loads(text)
        return KeyRing(
            wrap={int(v): _key_in(k) for v, k in stored["wrap"].items()},
            mark={
                int(v): MarkKey(_key_in(k["key"]), _key_in(k["salt"]))
                for v, k in stored.get("mark", {}).items()
            },
            link={int(v): _key_in(k) for v, k in stored["link"].items()},
        )
    except (AttributeError, ValueError, KeyError, TypeError):
        raise KeyUnavailable(_UNREADABLE) from None


def _key_in(stored: str) -> bytes:
    key = base64.b64decode(stored)
    if len(key) != BYTES:
        raise ValueError(_UNREADABLE)
    return key


def _fresh(domain: str) -> str | dict[str, str]:
    if domain == "mark":
        return {"key": _random(), "salt": _random()}
    return _random()


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(BYTES)).decode()


def _written(stored: object) -> str:
    return json.dumps(stored, indent=1)
