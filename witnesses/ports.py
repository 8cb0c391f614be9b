"""What we need from the outside to know who signs in with MitID, and the socket for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from borgerservice.kernel.cpr import CprNumber


class BrokerDown(RuntimeError):
    """The broker cannot be reached, or cannot do it now; trying again later may help."""


class SignInCancelled(RuntimeError):
    """Whoever was to sign in did not, or the broker did not let them."""


class SignInInvalid(RuntimeError):
    """What came back proves nothing. It never says what was wrong with it."""


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """A sign-in under way: where to send the browser, and what its answer is held against."""

    address: str
    state: str
    nonce: str
    verifier: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """Who signed in: MitID's own id of them, their CPR number where it has one, and the level."""

    subject: str
    number: CprNumber | None
    level: str


class SignInBroker(Protocol):
    """Somebody who lets a person sign in with MitID and vouches for who it was."""

    def begin(
        self, *, return_to: str, level: str, text: str, language: str, now: datetime
    ) -> Begun:
        """Begin a sign-in at the level or above; MitID shows `text`. Raises BrokerDown."""
        ...

    def finish(
        self, *, begun: Begun, answer: Mapping[str, str], return_to: str, now: datetime
    ) -> SignedIn:
        """Who signed in, from what the browser brought back.

        Raises SignInCancelled, SignInInvalid, BrokerDown.
        """
        ...


def sign_in_broker() -> SignInBroker | None:
    """The broker that the settings name (`MITID_BROKER`); None: this installation has none."""
    if not settings.MITID_BROKER:
        return None
    broker: SignInBroker = import_string(settings.MITID_BROKER)()
    return broker
