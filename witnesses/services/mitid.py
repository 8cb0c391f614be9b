"""Somebody signs in with MitID: sent to the broker, back from it, and then only marks of them.

The browser keeps what a sign-in under way is held against, sealed; nobody else does.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from borgerservice.people.models import PersonAlias
from borgerservice.people.services import Marks, marks_of
from borgerservice.vault.keys import KeyUnavailable
from borgerservice.vault.services import SealBroken, open_directly, seal_directly
from witnesses.exceptions import SignInRefused
from witnesses.ports import (
    Begun,
    BrokerDown,
    SignedIn,
    SignInBroker,
    SignInCancelled,
    SignInInvalid,
    sign_in_broker,
)
from witnesses.rules.levels import LEVELS, is_enough
from witnesses.rules.numbers import number_kind


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A sign-in somebody has begun. `sealed` is kept by their browser and by nobody else."""

    address: str
    sealed: str


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """The one who signed in: marks of their number, of what kind it is, and of their MitID."""

    kind: str
    number: Marks
    mitid: Marks
    level: str
    birth_date: date


def begin(
    *,
    purpose: str,
    kept: Mapping[str, object],
    level: str,
    text: str,
    language: str,
    return_to: str,
    now: datetime,
) -> UnderWay:
    """Send somebody to sign in; `kept` comes back with them. Raises SignInRefused."""
    try:
        begun = _broker().begin(
            return_to=return_to, level=level, text=text, language=language, now=now
        )
    except BrokerDown:
        raise SignInRefused("broker_down") from None
    state = {**kept, "begun": {**asdict(begun), "address": "", "at": now.isoformat()}}
    sealed = urlsafe_b64encode(seal_directly(json.dumps(state), place=purpose)).decode()
    return UnderWay(begun.address, sealed)


def opened(sealed: str, *, purpose: str) -> tuple[dict[str, Any], Begun]:
    """What the browser kept of a sign-in under way. Raises SignInRefused `invalid`."""
    try:
        kept = json.loads(open_directly(urlsafe_b64decode(sealed), place=purpose))
    except (SealBroken, KeyUnavailable, NotBase64, ValueError):
        raise SignInRefused("invalid") from None
    begun = kept.pop("begun")
    return kept, Begun(**{**begun, "at": datetime.fromisoformat(begun["at"])})


def signed_in(
    begun: Begun, answer: Mapping[str, str], *, return_to: str, now: datetime
) -> SignedIn:
    """Who came back from the broker. Raises SignInRefused `broker_down`, `cancelled`, `invalid`."""
    try:
        return _broker().finish(begun=begun, answer=answer, return_to=return_to, now=now)
    except BrokerDown:
        raise SignInRefused("broker_down") from None
    except SignInCancelled:
        raise SignInRefused("cancelled") from None
    except SignInInvalid:
        raise SignInRefused("invalid") from None


def known(who: SignedIn) -> Known:
    """The marks of who signed in; their number is dropped. Slow: before a transaction begins.

    Raises SignInRefused `no_cpr_number`, `off`.
    """
    number = who.number
    if number is None:
        raise SignInRefused("no_cpr_number")
    kind = number_kind(number)
    try:
        return Known(
            kind=kind,
            number=marks_of(kind=kind, normalised=number.digits),
            mitid=marks_of(kind=PersonAlias.Kind.MITID, normalised=who.subject),
            level=who.level,
            birth_date=number.birth_date,
        )
    except KeyUnavailable:
        raise SignInRefused("off") from None


def require_level(level: str, aimed_at: str) -> None:
    """Raise SignInRefused `level_too_low` for a sign-in below the level."""
    if level not in LEVELS or not is_enough(level, aimed_at=aimed_at):
        raise SignInRefused("level_too_low")


def _broker() -> SignInBroker:
    broker = sign_in_broker()
    if broker is None:
        raise SignInRefused("off")
    return broker
