"""E-mail goes out through Django's mail backends: they are the port, the settings name one."""

import re
import smtplib
from collections.abc import Mapping, Sequence
from email.errors import MessageError

from django.core.mail import EmailMessage, get_connection

from borgerservice.notifications.ports import GatewayDown, Outgoing

TIMEOUT_SECONDS = 10
REFUSED_FOR_GOOD = 500


class MailGateway:
    """The municipality's mail relay."""

    at_once = 1

    def send(self, messages: Sequence[Outgoing]) -> Mapping[str, str]:
        """Hand over one e-mail of plain text; its Message-ID is the same at every try."""
        return {
            message.reference: refusal
            for message in messages
            if (refusal := self._refusal_of(message))
        }

    def _refusal_of(self, message: Outgoing) -> str:
        try:
            letter = _letter(message)
            letter.connection = get_connection(timeout=TIMEOUT_SECONDS)
            letter.send()
        except smtplib.SMTPRecipientsRefused as refused:
            return _judged("address_refused", *(code for code, _ in refused.recipients.values()))
        except smtplib.SMTPDataError as refused:
            return _judged("mail_refused", refused.smtp_code)
        except (ValueError, MessageError):
            return "not_a_mail"
        except (OSError, smtplib.SMTPException):
            raise GatewayDown("mail relay") from None
        return ""


def _letter(message: Outgoing) -> EmailMessage:
    letter = EmailMessage(
        subject=" ".join(message.subject.split()),
        body=message.text,
        to=[message.to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    _, _, domain = letter.from_email.rpartition("@")
    reference = re.sub(r"[^A-Za-z0-9.-]", ".", message.reference)
    letter.extra_headers["Message-ID"] = f"<{reference}@{domain.strip('<> ') or 'localhost'}>"
    return letter


def _judged(refusal: str, *codes: int) -> str:
    if all(code >= REFUSED_FOR_GOOD for code in codes):
        return refusal
    raise GatewayDown("mail relay")
