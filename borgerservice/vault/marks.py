"""Keyed marks (pseudonyms): what a machine may compare without knowing what it stands for.

A CPR number is guessable, so a slow function stands in front of the keyed one; phone and e-mail
get the keyed one alone (`trust.md`, 4.2). A number is marked only with keys that everybody known is
known by; which those are is `trusted_keys`.
"""

import hmac
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache, partial

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.conf import settings

from borgerservice.vault.keys import KeyUnavailable, MarkKey, key_ring, newest
from borgerservice.vault.listing import one_at_a_time
from borgerservice.vault.models import PseudonymKey

logger = logging.getLogger(__name__)
WITHOUT_PSEUDONYM_KEY = 0
"""The version of a contact's mark where there is no pseudonym key."""
Cost = tuple[int, int, int]


def number_marks(kind: str, normalised: str) -> dict[int, str]:
    """Marks of a number or login under every key version, newest first.

    Raises KeyUnavailable where a key is lost, or another one came in its place.
    """
    ring = trusted_keys()
    return {version: _marked(ring[version], kind, normalised) for version in sorted(ring)[::-1]}


def newest_marker() -> tuple[int, Callable[[str, str], str]]:
    """The newest key version, and what marks many numbers under it: kind and number, in any thread.

    Raises KeyUnavailable.
    """
    ring = trusted_keys()
    version = max(ring)
    return version, partial(_marked, ring[version])


def contact_mark(kind: str, normalised: str) -> tuple[int, str]:
    """The newest key version and the mark of a phone number or e-mail address under it.

    Such marks set limits and tell a repeat or a second visit; nobody is refused anything for good
    by one. So where there is no pseudonym key one derived from the newest link key does, and
    booking goes on.
    """
    ring = key_ring()
    if ring.mark:
        version = max(ring.mark)
        return version, _keyed(ring.mark[version].key, kind, normalised.encode())
    derived = hmac.digest(ring.link[newest(ring.link)], b"contact marks", "sha256")
    return WITHOUT_PSEUDONYM_KEY, _keyed(derived, kind, normalised.encode())


def contact_marks(kind: str, normalised: str) -> list[str]:
    """The marks of a phone number or e-mail address under every key at hand."""
    ring = key_ring()
    marks = [_keyed(key.key, kind, normalised.encode()) for key in ring.mark.values()]
    return marks or [contact_mark(kind, normalised)[1]]


def trusted_keys() -> Mapping[int, MarkKey]:
    """The pseudonym keys at hand, if they find everybody who is known. Raises KeyUnavailable.

    Versions are listed in the database from their first use, each later than those below it, with a
    check value. Whoever marks has the oldest listed one, so that everybody has a mark under it; and
    every listed one up to their own newest. A process that has not been given the newest version
    yet may go on: whoever has it marks with the older ones as well.
    """
    ring = key_ring().mark
    _require(ring, _listed())
    return ring


def require_every_key() -> None:
    """Raise KeyUnavailable unless all keys ever used are at hand, the newest as well."""
    missing = _listed().keys() - trusted_keys().keys()
    if missing:
        raise KeyUnavailable(f"pseudonym key: version_{min(missing)}_missing")


def note_use(versions: Iterable[int], *, now: datetime) -> None:
    """List the keys at hand, in the transaction that stores marks made under these versions.

    Raises KeyUnavailable where the keys are others than the marks were made with, or another
    process came first with others.
    """
    ring, listed = key_ring().mark, _listed()
    if not set(versions) <= set(ring):
        raise KeyUnavailable("pseudonym key: taken away meanwhile")
    if not set(ring) <= set(listed):
        listed = _list(ring, now=now)
    _require(ring, listed)


def warn_of_lost_keys() -> None:
    """Write to the log, once a process, that nobody can be recognised, where that is so."""
    if problem := _problem_of(key_ring().mark, _listed()):
        _warn_once(problem)


def _require(ring: Mapping[int, MarkKey], listed: Mapping[int, str]) -> None:
    if problem := _problem_of(ring, listed):
        _warn_once(problem)
        raise KeyUnavailable(f"pseudonym key: {problem}")


def _problem_of(ring: Mapping[int, MarkKey], listed: Mapping[int, str]) -> str:
    """Why the keys cannot be trusted to find everybody; empty where they can."""
    if not ring:
        return "none"
    oldest, newest = min(listed, default=0), max(ring)
    for version, known in sorted(listed.items()):
        if version in ring and _check_value(ring[version]) != known:
            return f"version_{version}_differs"
        if version not in ring and version <= max(oldest, newest):
            return f"version_{version}_missing"
    late = [v for v in ring if v not in listed and v < max(listed, default=0)]
    return f"version_{late[0]}_comes_late" if late else ""


def _listed() -> dict[int, str]:
    """The check values by version. Looked up each time: an answer kept could outlive its key."""
    return dict(PseudonymKey.objects.values_list("version", "check_value"))


def _list(ring: Mapping[int, MarkKey], *, now: datetime) -> dict[int, str]:
    """Write down those of the keys that are new, one process at a time; all that are listed."""
    with one_at_a_time():
        listed = _listed()
        _require(ring, listed)
        PseudonymKey.objects.bulk_create(
            PseudonymKey(
                version=version, check_value=_check_value(ring[version]), first_used_at=now
            )
            for version in sorted(set(ring) - set(listed))
        )
    return _listed()


@lru_cache(maxsize=4)
def _warn_once(problem: str) -> None:
    logger.warning("vault.pseudonym_key_unavailable problem=%s", problem)


def _check_value(key: MarkKey) -> str:
    return _check_value_at(key, _cost())


@lru_cache(maxsize=16)
def _check_value_at(key: MarkKey, _its_cost: Cost) -> str:
    """The mark of a constant: another key, salt or cost makes another one."""
    return _marked(key, "check", "this key")


def _marked(key: MarkKey, kind: str, normalised: str) -> str:
    return _keyed(key.key, kind, _slow(key, normalised))


def _slow(key: MarkKey, normalised: str) -> bytes:
    memory, iterations, lanes = _cost()
    return Argon2id(
        salt=key.salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory
    ).derive(normalised.encode())


def _cost() -> Cost:
    cost = settings.PSEUDONYM_COST
    return cost["memory_kib"], cost["iterations"], cost["lanes"]


def _keyed(key: bytes, kind: str, data: bytes) -> str:
    return hmac.digest(key, kind.encode() + b"\0" + data, "sha256").hex()
