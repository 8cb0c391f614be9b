"""What we need from the outside to reach people, and the socket the settings plug it into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class GatewayDown(RuntimeError):
    """Nothing is known of the messages of this call; they are to be handed over again, later."""


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """One message as it goes out. The reference stays the same however often it is tried."""

    reference: str
    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return f"Outgoing({self.reference})"


class Gateway(Protocol):
    """Somebody who carries messages."""

    at_once: int
    """How many messages one call may hand over. What is known of a call is known of all of them,
    so a gateway that sends one after the other says 1."""

    def send(self, messages: Sequence[Outgoing]) -> Mapping[str, str]:
        """Hand over; the references of those refused for good, with a code saying why.

        Raises GatewayDown when it has to be tried again.
        """
        ...


def sms_gateway() -> Gateway:
    """The SMS gateway that the settings name (`SMS_GATEWAY`)."""
    gateway: Gateway = import_string(settings.SMS_GATEWAY)()
    return gateway
