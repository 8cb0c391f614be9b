"""An SMS gateway spoken to over HTTPS: one POST a message.

    POST SMS_GATEWAY_URL
    Authorization: Bearer SMS_GATEWAY_TOKEN
    Idempotency-Key: reminder_2d:4711:0:sms
    {"to": "+4520304050", "text": "…", "reference": "reminder_2d:4711:0:sms"}

2xx is accepted, other 4xx than those that say "not now" or "not you" is refused for good, and
everything else, redirects included, is tried again. A vendor with another dialect gets an adapter
of its own beside this one.
"""

import http.client
import ipaddress
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from borgerservice.notifications.ports import GatewayDown, Outgoing

TIMEOUT_SECONDS = 10
NOT_THE_MESSAGE = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""What a 4xx may be about although nothing is wrong with the message."""


class HttpsSms:
    """One message a call, so that a crash can never repeat more than one."""

    at_once = 1

    def __init__(self) -> None:
        self._url = urlsplit(getattr(settings, "SMS_GATEWAY_URL", ""))
        self._token = getattr(settings, "SMS_GATEWAY_TOKEN", "")
        if not self._url.hostname or not _is_safe(self._url.scheme, self._url.hostname):
            raise ImproperlyConfigured("SMS_GATEWAY_URL must be an https address")

    def send(self, messages: Sequence[Outgoing]) -> Mapping[str, str]:
        """Post each message; no answer, or one that is no judgement of it, is GatewayDown."""
        return {
            message.reference: "refused_by_gateway"
            for message in messages
            if not self._is_accepted(message)
        }

    def _is_accepted(self, message: Outgoing) -> bool:
        status = self._post(message)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return True
        is_about_it = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        if is_about_it and status not in NOT_THE_MESSAGE:
            return False
        raise GatewayDown(f"answered {status}")

    def _post(self, message: Outgoing) -> int:
        is_https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port or None, timeout=TIMEOUT_SECONDS)
        body = {"to": message.to, "text": message.text, "reference": message.reference}
        path = f"{self._url.path or '/'}{f'?{self._url.query}' if self._url.query else ''}"
        try:
            connection.request(
                "POST",
                path,
                body=json.dumps(body).encode(),
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Content-Type": "application/json",
                    "Idempotency-Key": message.reference,
                },
            )
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            raise GatewayDown("no answer") from None
        finally:
            connection.close()


def _is_safe(scheme: str, host: str) -> bool:
    if scheme == "https":
        return True
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return scheme == "http" and is_here
