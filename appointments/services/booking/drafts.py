"""A booking being made: sealed, known by a secret only the citizen has, gone when left alone."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from appointments.exceptions import Refused
from appointments.models import Appointment, BookingDraft, Hold
from appointments.rules.local_time import wall_clock
from appointments.rules.names import NameRefused, clean_person_name
from appointments.services.booking import capacity
from appointments.services.booking.book import book_appointment
from appointments.services.booking.conditions import check_time
from appointments.services.booking.holds import HOLD_LIFE, is_for, is_live, place_hold, release_hold
from appointments.services.booking.plan import Visitor, plan_visit
from appointments.services.booking.repeats import Request
from borgerservice.database.together import New
from borgerservice.municipalities.models import Centre
from borgerservice.vault.links import link_hash
from borgerservice.vault.services import SealBroken, open_directly, seal_directly

DRAFT_LIFE = timedelta(hours=1)
LONGEST_DRAFT = timedelta(hours=24)
SHARED_SCREEN_LIFE = timedelta(minutes=3)
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What the citizen has typed so far; it shows itself to nobody.

    `services` are codes, one for each who comes; none: all come for the draft's own.
    `proven`: the phone or the email to which a code was sent; it stays as it is.
    """

    people: int
    names: tuple[str, ...] = ()
    protected: tuple[bool, ...] = ()
    phone: str = ""
    email: str = ""
    needs: tuple[str, ...] = ()
    proven: str = ""
    services: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Typed(…)"

    @property
    def is_complete(self) -> bool:
        """Whether there is somebody to book for."""
        return len(self.names) == self.people and all(self.names)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft opened with its secret."""

    row: BookingDraft
    typed: Typed

    @property
    def codes(self) -> list[str]:
        """What each of those who come comes for, in their order."""
        return list(self.typed.services) or [self.row.service.code] * self.typed.people


def start_draft(
    *,
    centre: Centre,
    service: str,
    people: int,
    start: datetime,
    now: datetime,
    proven: Typed | None = None,
    token: str = "",
    is_shared: bool = False,
) -> str:
    """Begin a booking and hold its time; the secret that opens it is returned once.

    Where the municipality asks for a code, nothing is held but for a contact `proven` by one. On a
    screen that others use after (`is_shared`) it lives for minutes, not for an hour.
    `keep_draft_awhile` lets it live on.

    Raises SlotTaken, or Refused.
    """
    if centre.municipality.asks_for_code and proven is None:
        raise Refused("code_needed")
    plan = plan_visit(centre=centre, codes=[service] * people)
    check_time(centre=centre, plan=plan, start=start, now=now)
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    draft = BookingDraft(
        token_hash=link_hash(token),
        centre=centre,
        service=plan.services[0],
        starts_at=start,
        typed_sealed=_sealed(proven or Typed(people=people), link_hash(token)),
        began_at=now,
        expires_at=now + (SHARED_SCREEN_LIFE if is_shared else DRAFT_LIFE),
    )
    place_hold(
        centre=centre,
        plan=plan,
        start=start,
        purpose=Hold.Purpose.CITIZEN,
        expires_at=now + HOLD_LIFE,
        now=now,
        beside=[New("draft", draft, {"hold_id": "hold"})],
    )
    return token


def read_draft(*, token: str, now: datetime) -> Draft:
    """Open a draft. Raises Refused `draft_expired` for one that is over, altered or never was."""
    return _open(
        BookingDraft.objects.select_related(
            "centre__municipality", "service", "appointment", "hold"
        )
        .filter(token_hash=link_hash(token), expires_at__gt=now)
        .first()
    )


def fill_draft(
    *,
    draft: Draft,
    names: Sequence[str],
    protected: Sequence[bool],
    phone: str,
    email: str,
    needs: Sequence[str] = (),
    services: Sequence[str] = (),
) -> None:
    """Keep who comes, for what, and how to reach them; a proven contact stays as it is.

    As many come as there are names; one may still be empty. Raises Refused for a name that may not
    be kept.
    """
    known = draft.typed
    typed = Typed(
        people=len(names),
        names=tuple(name and _clean(name, place) for place, name in enumerate(names)),
        protected=tuple(protected),
        phone=known.phone if known.proven == "phone" else phone,
        email=known.email if known.proven == "email" else email,
        needs=tuple(needs),
        proven=known.proven,
        services=tuple(services),
    )
    BookingDraft.objects.filter(pk=draft.row.pk, appointment=None).update(
        typed_sealed=_sealed(typed, draft.row.token_hash)
    )


def hold_for_all(*, token: str, now: datetime) -> bool:
    """Hold the time for as long as all who come now need it; whether it could be had.

    It is held no longer than before. Where there is no room the hold stays as it was. Raises
    Refused for a service the centre does not offer, or too many people.
    """
    draft = read_draft(token=token, now=now)
    centre, start = draft.row.centre, draft.row.starts_at
    plan = plan_visit(centre=centre, codes=draft.codes)
    try:
        with transaction.atomic():
            row = _locked(draft)
            if row.appointment_id or row.hold is None or not is_live(row.hold, now):
                return True
            if is_for(row.hold, centre=centre, plan=plan, start=start):
                return True
            until = row.hold.expires_at
            capacity.lock_days({(centre.pk, row.hold.day)})
            release_hold(hold=row.hold)
            row.hold = place_hold(
                centre=centre,
                plan=plan,
                start=start,
                purpose=Hold.Purpose.CITIZEN,
                expires_at=until,
                now=now,
            )
            row.save(update_fields=["hold"])
    except Refused as refused:
        if refused.field != "start":
            raise
        return False
    return True


def choose_time(*, draft: Draft, start: datetime, now: datetime) -> None:
    """Hold another time and let the one held go; what was typed stays.

    The time that is held already stays held as long as it was. Raises SlotTaken, or Refused; then
    everything is as before.
    """
    centre = draft.row.centre
    plan = plan_visit(centre=centre, codes=draft.codes)
    check_time(centre=centre, plan=plan, start=start, now=now)
    with transaction.atomic():
        row = _locked(draft)
        is_kept = row.hold and is_for(row.hold, centre=centre, plan=plan, start=start)
        if row.appointment_id or (is_kept and is_live(row.hold, now)):
            return
        if row.hold:
            capacity.lock_days({(centre.pk, row.hold.day), (centre.pk, wall_clock(start)[0])})
            release_hold(hold=row.hold)
        row.hold = place_hold(
            centre=centre,
            plan=plan,
            start=start,
            purpose=Hold.Purpose.CITIZEN,
            expires_at=now + HOLD_LIFE,
            now=now,
        )
        row.starts_at = start
        row.save(update_fields=["hold", "starts_at"])


def confirm_draft(*, token: str, language: str, network: str, now: datetime) -> Appointment:
    """Make the booking, once, and erase what was typed. Confirming again gives the same visit.

    The token makes it one request: a second click finds the booking of the first. It is counted
    for the contact and the `network`.
    """
    draft = read_draft(token=token, now=now)
    if draft.row.appointment is not None:
        return draft.row.appointment
    typed = draft.typed
    visit = book_appointment(
        centre=draft.row.centre,
        visitors=[
            Visitor(name=name, service=code, is_protected=is_protected)
            for name, code, is_protected in zip(
                typed.names, draft.codes, typed.protected, strict=True
            )
        ],
        start=draft.row.starts_at,
        phone=typed.phone,
        email=typed.email,
        language=language,
        origin=Appointment.Origin.WEB,
        actor="citizen",
        now=now,
        request=Request(scope="draft", key=draft.row.token_hash, body_hash=""),
        hold=draft.row.hold,
        needs=typed.needs,
        network=network,
    )
    BookingDraft.objects.filter(pk=draft.row.pk).update(appointment=visit, typed_sealed=None)
    return visit


def keep_draft_awhile(*, draft: Draft, now: datetime, is_shared: bool = False) -> None:
    """Somebody is at it: the draft lives as long again from now. Its hold does not.

    24 hours after it began it is over all the same, and one that is over stays over. One that is
    booked lives on at a shared screen only, where it shows the receipt.
    """
    row = draft.row
    if row.appointment_id and not is_shared:
        return
    life = SHARED_SCREEN_LIFE if is_shared else DRAFT_LIFE
    row.expires_at = min(now + life, row.began_at + LONGEST_DRAFT)
    BookingDraft.objects.filter(pk=row.pk, expires_at__gt=now).update(expires_at=row.expires_at)


def end_draft(*, token: str) -> None:
    """Forget a booking under way at once and give its time back; one that is booked stands."""
    with transaction.atomic():
        rows = BookingDraft.objects.select_for_update(of=("self",)).select_related("hold__centre")
        row = rows.filter(token_hash=link_hash(token)).first()
        if row is None:
            return
        row.delete()
        if row.hold and row.appointment_id is None:
            release_hold(hold=row.hold)


def forget_drafts(*, now: datetime) -> int:
    """Delete the drafts whose time is over, and give back what they still hold; how many went."""
    held = BookingDraft.objects.filter(
        expires_at__lte=now, appointment=None, hold__expires_at__gt=now
    )
    for row in held.select_related("hold__centre"):
        if row.hold:
            release_hold(hold=row.hold)
    return BookingDraft.objects.filter(expires_at__lte=now).delete()[0]


def _locked(draft: Draft) -> BookingDraft:
    return (
        BookingDraft.objects.select_for_update(of=("self",))
        .select_related("hold")
        .get(pk=draft.row.pk)
    )


def _open(row: BookingDraft | None) -> Draft:
    if row is None:
        raise Refused("draft_expired")
    if row.typed_sealed is None:
        return Draft(row, Typed(people=0))
    try:
        stored = json.loads(open_directly(row.typed_sealed, place=_place(row.token_hash)))
    except SealBroken:
        raise Refused("draft_expired") from None
    return Draft(
        row,
        Typed(
            people=stored["people"],
            names=tuple(stored["names"]),
            protected=tuple(stored["protected"]),
            phone=stored["phone"],
            email=stored["email"],
            needs=tuple(stored.get("needs", ())),
            proven=stored.get("proven", ""),
            services=tuple(stored.get("services", ())),
        ),
    )


def _sealed(typed: Typed, token_hash: str) -> bytes:
    return seal_directly(json.dumps(asdict(typed)), place=_place(token_hash))


def _place(token_hash: str) -> str:
    return f"draft.typed:{token_hash}"


def _clean(name: str, place: int) -> str:
    try:
        return clean_person_name(name)
    except NameRefused as refused:
        raise Refused(
            refused.code, field=f"participants.{place}.name", params=refused.params
        ) from None
