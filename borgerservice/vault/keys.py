"""The installation's keys: one domain per use, never shared, each with versions.

The file is JSON: `{"wrap": {"1": …}, "mark": {"1": {"key": …, "salt": …}}, "link": {"1": …}}`,
values base64. The highest version is used for new rows; all are tried for old ones.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings


class KeyUnavailable(RuntimeError):
    """The key file, or the version asked for, is not there."""


@dataclass(frozen=True, slots=True)
class MarkKey:
    """What a pseudonym is made with: the secret of the keyed hash and the salt of the slow one."""

    key: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "MarkKey(…)"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one domain by version."""

    wrap: dict[int, bytes]
    mark: dict[int, MarkKey]
    link: dict[int, bytes]

    def __repr__(self) -> str:
        return "KeyRing(…)"


def new_key_file() -> str:
    """The text of a fresh key file, every domain at version 1."""

    def fresh() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return json.dumps(
        {
            "wrap": {"1": fresh()},
            "mark": {"1": {"key": fresh(), "salt": fresh()}},
            "link": {"1": fresh()},
        },
        indent=1,
    )


def key_ring() -> KeyRing:
    """The keys this process works with. Raises KeyUnavailable when the file cannot be read."""
    return _read(Path(settings.KEYS_FILE))


@lru_cache(maxsize=4)
def _read(file: Path) -> KeyRing:
    try:
        stored = json.loads(file.read_text())
        return KeyRing(
            wrap={int(v): base64.b64decode(k) for v, k in stored["wrap"].items()},
            mark={
                int(v): MarkKey(base64.b64decode(k["key"]), base64.b64decode(k["salt"]))
                for v, k in stored["mark"].items()
            },
            link={int(v): base64.b64decode(k) for v, k in stored["link"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        msg = "the key file cannot be read"
        raise KeyUnavailable(msg) from problem
