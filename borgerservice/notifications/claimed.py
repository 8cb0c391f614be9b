"""Messages that whoever writes them sends at once: nobody looks for them, nothing is read again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from borgerservice.notifications.services import SMS, Letter, Notice, letters_of, write

Blob = bytes | memoryview | None


class Row(NamedTuple):
    """What is to be known of a message right before it goes out."""

    pk: int
    kind: str
    channel: str
    language: str
    facts: str | dict[str, Any]
    reference: str
    attempts: int
    wrapped_key: Blob
    key_version: int | None
    sealed: Blob
    mark: str | None


class WrappedKey(NamedTuple):
    """A contact's data key as it lies in the database; destroyed, it is None."""

    wrapped: Blob
    version: int


class Claimed(NamedTuple):
    """Messages that were claimed as they were written, with all that is to be known of them."""

    rows: list[Row]
    lease: datetime


def write_claimed(
    told: Iterable[tuple[Notice, WrappedKey]], *, now: datetime, until: datetime
) -> Claimed:
    """Write the messages of notices to send them right after; each with its contact's data key.

    Whoever does calls `deliver_claimed` once they are committed. If nobody does, they are found
    when the lease has run out, as whatever a worker leaves behind.
    """
    keys: dict[int, WrappedKey] = {}
    notices = []
    for notice, key in told:
        keys[notice.contact.id] = key
        notices.append(notice)
    new = write(letters_of(notices), now=now, until=until)
    rows = [_known(pk, letter, keys[letter.notice.contact.id]) for pk, letter in new]
    return Claimed(rows, until)


def _known(pk: int, letter: Letter, key: WrappedKey) -> Row:
    """What would be read of a message that has just been written."""
    notice, channel, reference = letter
    contact = notice.contact
    is_sms = channel == SMS
    return Row(
        pk=pk,
        kind=notice.kind,
        channel=channel,
        language=notice.language,
        facts=notice.facts,
        reference=reference,
        attempts=1,
        wrapped_key=key.wrapped,
        key_version=key.version,
        sealed=contact.phone_sealed if is_sms else contact.email_sealed,
        mark=contact.phone_mark if is_sms else contact.email_mark,
    )
