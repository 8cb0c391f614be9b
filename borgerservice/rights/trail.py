"""Who looked, when and why: the audit trail of what is held of a person, no name of staff in it."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.desk.words import EVENTS as OF_VISITS
from appointments.selectors.held import HeldBookings
from borgerservice.admin import Words
from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.audit.selectors import history_of_all
from borgerservice.municipalities.models import Municipality
from borgerservice.rights.account import TRAIL, Fact, Group, Item, group, moment_said, stored_at
from borgerservice.rights.words import BOOKING, CASE, CONTROL, PURPOSES
from witnesses.desk.audit import EVENTS as OF_CASES
from witnesses.models import IdentityProofing
from witnesses.selectors.held import HeldCases

EVENTS: dict[str, Words] = {
    **OF_VISITS,
    **OF_CASES,
    Event.PROOFING_ABANDONED: IdentityProofing.State.ABANDONED.label,
    Event.WAITING_JOINED: gettext_lazy("Asked to wait"),
    Event.WAITING_LEFT: gettext_lazy("Left the waiting list"),
    Event.HELD_DATA_TOLD: gettext_lazy("Looked up what we hold"),
}
ABOUT_A_WITNESS = {
    Event.PROOFING_WITNESS_RECORDED,
    Event.PROOFING_SIGN_IN_REQUESTED,
    Event.PROOFING_SIGN_IN_REFUSED,
    Event.PROOFING_DECLARATION_ACCEPTED,
    Event.PROOFING_READ,
    Event.REVERSAL_PROPOSED,
    Event.REVERSAL_APPROVED,
    Event.REVERSAL_DECLINED,
}
"""What in somebody else's case is about the witness too."""
NOT_TOLD = {Event.HOLD_PLACED, Event.HOLD_LIFTED}
"""That something is kept for longer may mean that somebody looks into a suspicion."""


def told_trail(
    municipality: Municipality,
    *,
    bookings: HeldBookings,
    cases: HeldCases,
    own: frozenset[int],
    sought: frozenset[str],
) -> Group:
    """Every act on the person's visits, wishes and cases, and every look-up of them."""
    subjects = _subjects(bookings, cases, own) | sought
    entries = history_of_all(municipality=municipality, subjects=subjects)
    shown = _theirs(entries, bookings, cases, own)
    return group(
        TRAIL,
        _("Who has looked, and what was done"),
        _("We hold it so that it can be seen afterwards who looked at what, and why."),
        [Item(_("Acts and look-ups"), tuple(map(_told, _once(shown))))] if entries else [],
        note=_("The names of employees are not told here."),
    )


def _subjects(bookings: HeldBookings, cases: HeldCases, own: frozenset[int]) -> set[str]:
    mine = _own_cases(cases, own)
    return {
        *(f"appointment:{visit.reference}" for visit in bookings.visits),
        *(f"waiting:{wish.pk}" for wish in bookings.wishes),
        *(f"proofing:{reference}" for reference in mine),
        *(f"proofing:{one.proofing.reference}" for one in cases.statements),
    }


def _own_cases(cases: HeldCases, own: frozenset[int]) -> set[str]:
    numberless = (one for one in cases.numberless if one.participant_id in own)
    return {one.reference for one in (*cases.cases, *numberless)}


def _theirs(
    entries: list[AuditEntry], bookings: HeldBookings, cases: HeldCases, own: frozenset[int]
) -> Iterator[AuditEntry]:
    """Those that are not about somebody else of the same visit or case."""
    mine = {f"proofing:{reference}" for reference in _own_cases(cases, own)}
    positions = {
        f"appointment:{visit.reference}": {
            comer.position for comer in visit.participants.all() if comer.pk in own
        }
        for visit in bookings.visits
    }
    for entry in entries:
        if entry.event in NOT_TOLD:
            continue
        place = entry.facts.get("participant")
        if entry.subject in positions:
            is_theirs = place is None or place in positions[entry.subject]
        elif entry.subject.startswith("proofing:"):
            is_theirs = entry.subject in mine or _is_of_witness(entry, cases)
        else:
            is_theirs = True
        if is_theirs:
            yield entry


def _once(entries: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
    """A look-up by number, phone and e-mail at once is one."""
    told = set()
    for entry in entries:
        act = (entry.event, entry.actor, entry.at, str(entry.facts))
        if entry.event != Event.HELD_DATA_TOLD or act not in told:
            yield entry
        told.add(act)


def _is_of_witness(entry: AuditEntry, cases: HeldCases) -> bool:
    """Whether it is about the witness of a case, while the person was that witness."""
    return entry.event in ABOUT_A_WITNESS and any(
        entry.subject == f"proofing:{one.proofing.reference}"
        and one.recorded_at <= entry.at
        and (one.withdrawn_at is None or entry.at < one.withdrawn_at)
        for one in cases.statements
    )


def _told(entry: AuditEntry) -> Fact:
    event, by, why = (str(text) for text in (EVENTS.get(entry.event, entry.event), *_whence(entry)))
    return Fact(
        tuple(stored_at(entry, name) for name in ("at", "event", "actor", "facts")),
        moment_said(entry.at),
        {"at": entry.at, "event": entry.event, "by": by, "purpose": why},
        f"{event}. {by}. {why}.",
    )


def _whence(entry: AuditEntry) -> tuple[Words, Words]:
    """By which kind of person or system, and why."""
    kind = entry.actor.partition(":")[0]
    by = {
        "staff": _("By staff"),
        "citizen": _("By the citizen"),
        "screen": _("By the citizen, at the centre's screen"),
        "witness": _("By the witness"),
        "system": _("By the system"),
    }.get(kind, _("By another system of the municipality"))
    if str(entry.facts.get("read", "")).startswith("audit"):
        return by, CONTROL
    usual = CASE if entry.subject.startswith("proofing:") else BOOKING
    return by, PURPOSES.get(entry.event, usual)
