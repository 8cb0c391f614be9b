"""The outbox as its receivers would see it: the real rows, worded as they go out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from borgerservice.notifications.delivery import address_of
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import CprNumberInMessage, Wording, word
from borgerservice.vault.services import SealBroken

MESSAGES_SHOWN = 50
CHANNELS = {Message.Channel.SMS: _("Text message"), Message.Channel.EMAIL: _("E-mail")}
STATUSES = {
    Message.Status.DUE: _("Waiting"),
    Message.Status.SENDING: _("Being sent"),
    Message.Status.SENT: _("Sent"),
    Message.Status.DROPPED: _("Not sent"),
    Message.Status.FAILED: _("Failed"),
}
PROBLEMS = {
    "superseded": _("The appointment was moved or cancelled before it was sent."),
    "too_late": _("The visit had already begun."),
    "no_address": _("The address is forgotten."),
    "number_not_served": _("This is no mobile number we write to."),
    "daily_limit": _("This address has had its messages for today."),
    "gateway_down": _("The gateway did not answer. It will be tried again."),
    "given_up": _("It was tried too often."),
    "looks_like_cpr": _("The text held something like a CPR number."),
    "cannot_be_worded": _("It could not be put into words."),
}


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """One message on the page: its text in three parts, the link in the middle."""

    channel: str | Promise
    status: str | Promise
    problem: str | Promise
    language: str
    to: str
    subject: str
    before: str
    link: str
    after: str
    due_at: datetime


def latest_messages() -> Iterator[Shown]:
    """The newest messages of all municipalities, as they go out."""
    # Across municipalities: the demo has one reader.
    rows = Message.unscoped.select_related("contact__data_key").order_by("-pk")[:MESSAGES_SHOWN]
    for row in rows:
        wording = _worded(row)
        before, link, after = wording.text.partition(wording.link or "\0")
        yield Shown(
            channel=CHANNELS[Message.Channel(row.channel)],
            status=STATUSES[Message.Status(row.status)],
            problem=PROBLEMS.get(row.problem, row.problem),
            language=row.language,
            to=address_of(row),
            subject=wording.subject,
            before=before,
            link=link,
            after=after,
            due_at=row.sent_at or row.due_at,
        )


def _worded(row: Message) -> Wording:
    try:
        return word(row)
    except (CprNumberInMessage, SealBroken, KeyError, ValueError):
        return Wording(subject="", text="", link="")
