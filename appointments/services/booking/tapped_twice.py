"""A time that is chosen twice: by a second tap, or after going back. It is held once."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError

from appointments.exceptions import Refused, SlotTaken
from appointments.models import BookingDraft
from appointments.services.booking.drafts import Typed, read_draft, start_draft
from appointments.services.booking.holds import still_kept
from borgerservice.vault.links import derive_link, link_hash, new_salt

PURPOSE = "draft"


def start_draft_once(*, mark: str, start: datetime, now: datetime, **asked: Any) -> str:
    """Begin a booking as `start_draft` does; asked again under the same mark, it is the same one.

    That is so while nothing is typed in it and its time is held. Without a mark each is a new one.
    Raises SlotTaken, or Refused.
    """
    if not mark:
        return start_draft(start=start, now=now, **asked)
    token = derive_link(PURPOSE, new_salt(mark))
    is_known = BookingDraft.objects.filter(token_hash=link_hash(token)).exists()
    if is_known and _is_untouched(token, start=start, now=now):
        return token
    try:
        return start_draft(token="" if is_known else token, start=start, now=now, **asked)
    except (IntegrityError, SlotTaken):  # perhaps begun at this very moment
        if _is_untouched(token, start=start, now=now):
            return token
        raise


def _is_untouched(token: str, *, start: datetime, now: datetime) -> bool:
    try:
        draft = read_draft(token=token, now=now)
    except Refused:
        return False
    is_kept = still_kept(draft.row.hold, start=start, now=now) is not None
    return is_kept and draft.typed == Typed(people=draft.typed.people)
