"""Holds of municipalities' own systems: made under a key of theirs, used with a secret."""

from datetime import UTC, datetime

from django.db import IntegrityError

from appointments.exceptions import Refused
from appointments.models import Hold
from appointments.services.booking.conditions import check_time
from appointments.services.booking.holds import HOLD_LIFE, is_for, is_live, place_hold
from appointments.services.booking.plan import Plan
from borgerservice.municipalities.models import Centre, Municipality
from borgerservice.vault.links import derive_link, link_hash, new_salt


def hold_for_client(
    *, centre: Centre, plan: Plan, start: datetime, actor: str, key: str, now: datetime
) -> tuple[Hold, str]:
    """Hold a time for ten minutes; the hold, and the secret to book with.

    The secret is derived from the caller's key, so a repeat finds the hold it made the first time,
    as long as that is there. Raises SlotTaken, or Refused.
    """
    start = start.astimezone(UTC)
    secret = derive_link("hold", new_salt(f"{actor}:{key}"))
    if earlier := _repeated(centre, plan, start, secret):
        return earlier, secret
    check_time(centre=centre, plan=plan, start=start, now=now)
    try:
        hold = place_hold(
            centre=centre,
            plan=plan,
            start=start,
            purpose=Hold.Purpose.CITIZEN,
            expires_at=now + HOLD_LIFE,
            now=now,
            secret_hash=link_hash(secret),
        )
    except (IntegrityError, Refused):
        # The same request may have come twice at once; the other made the hold.
        if earlier := _repeated(centre, plan, start, secret):
            return earlier, secret
        raise
    return hold, secret


def find_client_hold(
    *,
    municipality: Municipality | int,
    secret: str,
    now: datetime,
    centre: Centre | None = None,
    start: datetime | None = None,
) -> Hold:
    """The live hold a secret opens, of that centre and time where they are given.

    Raises Refused `hold_over` alike for one that is used, over, of another, or never was.
    """
    hold = (
        Hold.objects.for_municipality(municipality)
        .filter(secret_hash=link_hash(secret))
        .select_related("centre__municipality")
        .first()
    )
    if (
        hold is None
        or not is_live(hold, now)
        or (centre is not None and hold.centre_id != centre.pk)
        or (start is not None and hold.starts_at != start)
    ):
        raise Refused("hold_over", field="hold")
    return hold


def _repeated(centre: Centre, plan: Plan, start: datetime, secret: str) -> Hold | None:
    known = Hold.objects.for_municipality(centre.municipality_id)
    earlier = known.filter(secret_hash=link_hash(secret)).first()
    if earlier and not is_for(earlier, centre=centre, plan=plan, start=start):
        raise Refused("idempotency_key_reused")
    return earlier
