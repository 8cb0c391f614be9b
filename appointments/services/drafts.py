"""A booking being made: sealed, known by a secret only the citizen has, gone in an hour."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from appointments.exceptions import Refused, SlotTaken
from appointments.models import Appointment, BookingDraft
from appointments.rules.booking_window import check_start
from appointments.rules.local_time import wall_clock
from appointments.rules.names import NameRefused, clean_person_name
from appointments.selectors import bookable_times
from appointments.services.booking import book_appointment
from appointments.services.plan import Plan, Visitor, plan_visit
from appointments.services.repeats import Request
from borgerservice.municipalities.models import Centre
from borgerservice.vault.links import link_hash
from borgerservice.vault.services import SealBroken, open_directly, seal_directly

DRAFT_LIFE = timedelta(hours=1)
TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What the citizen has typed so far; it shows itself to nobody."""

    people: int
    names: tuple[str, ...] = ()
    protected: tuple[bool, ...] = ()
    phone: str = ""
    email: str = ""

    def __repr__(self) -> str:
        return "Typed(…)"

    @property
    def is_complete(self) -> bool:
        """Whether there is somebody to book for."""
        return len(self.names) == self.people


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft opened with its secret."""

    row: BookingDraft
    typed: Typed


def start_draft(
    *, centre: Centre, service: str, people: int, start: datetime, now: datetime
) -> str:
    """Begin a booking of a time that is free now; the secret that opens it is returned once.

    Nobody holds the time yet. Raises SlotTaken, or Refused.
    """
    plan = _require_free(centre=centre, codes=[service] * people, start=start, now=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    BookingDraft.objects.create(
        token_hash=link_hash(token),
        centre=centre,
        service=plan.services[0],
        starts_at=start,
        typed_sealed=_sealed(Typed(people=people), link_hash(token)),
        expires_at=now + DRAFT_LIFE,
    )
    return token


def read_draft(*, token: str, now: datetime) -> Draft:
    """Open a draft. Raises Refused `draft_expired` for one that is over, altered or never was."""
    return _open(
        BookingDraft.objects.select_related("centre__municipality", "service", "appointment")
        .filter(token_hash=link_hash(token), expires_at__gt=now)
        .first()
    )


def fill_draft(
    *, draft: Draft, names: Sequence[str], protected: Sequence[bool], phone: str, email: str
) -> None:
    """Keep who comes and how to reach them. Raises Refused for a name that may not be kept."""
    typed = Typed(
        people=draft.typed.people,
        names=tuple(_clean(name, place) for place, name in enumerate(names)),
        protected=tuple(protected),
        phone=phone,
        email=email,
    )
    BookingDraft.objects.filter(pk=draft.row.pk, appointment=None).update(
        typed_sealed=_sealed(typed, draft.row.token_hash)
    )


def choose_time(*, draft: Draft, start: datetime, now: datetime) -> None:
    """Take another time; what was typed stays. Raises SlotTaken, or Refused."""
    codes = [draft.row.service.code] * draft.typed.people
    _require_free(centre=draft.row.centre, codes=codes, start=start, now=now)
    BookingDraft.objects.filter(pk=draft.row.pk, appointment=None).update(starts_at=start)


def confirm_draft(*, token: str, language: str, now: datetime) -> Appointment:
    """Make the booking, once, and erase what was typed. Confirming again gives the same visit.

    The draft is held meanwhile, so a second click waits for the first and finds its booking.
    """
    with transaction.atomic():
        draft = _open(
            BookingDraft.objects.select_for_update(of=("self",))
            .select_related("centre__municipality", "service", "appointment")
            .filter(token_hash=link_hash(token), expires_at__gt=now)
            .first()
        )
        if draft.row.appointment is not None:
            return draft.row.appointment
        typed = draft.typed
        visit = book_appointment(
            centre=draft.row.centre,
            visitors=[
                Visitor(name=name, service=draft.row.service.code, is_protected=is_protected)
                for name, is_protected in zip(typed.names, typed.protected, strict=True)
            ],
            start=draft.row.starts_at,
            phone=typed.phone,
            email=typed.email,
            language=language,
            origin=Appointment.Origin.WEB,
            actor="citizen",
            now=now,
            request=Request(scope="draft", key=draft.row.token_hash, body_hash=""),
        )
        draft.row.appointment = visit
        draft.row.typed_sealed = None
        draft.row.save(update_fields=["appointment", "typed_sealed"])
    return visit


def forget_drafts(*, now: datetime) -> int:
    """Delete the drafts whose hour is over; how many went."""
    return BookingDraft.objects.filter(expires_at__lte=now).delete()[0]


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


def _require_free(*, centre: Centre, codes: Sequence[str], start: datetime, now: datetime) -> Plan:
    plan = plan_visit(centre=centre, codes=codes)
    day, _ = wall_clock(start)
    free = bookable_times(
        centre=centre,
        minutes=plan.minutes + plan.buffer,
        caps=plan.caps,
        window=plan.window,
        first=day,
        last=day,
        now=now,
    )
    if any(start in free_day.starts for free_day in free):
        return plan
    if not centre.is_open_for_booking:
        raise Refused("centre_not_open_for_booking", field="centre")
    if wrong := check_start(start, now, plan.window):
        raise Refused(wrong, field="start")
    raise SlotTaken(field="start")
