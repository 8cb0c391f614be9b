"""What staff read about a visit: the acts and the history, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.models import Appointment, Participant
from appointments.rules.lifecycle import Act
from appointments.selectors.lists import ListedVisit
from borgerservice.admin import Words
from borgerservice.audit.events import Event
from borgerservice.audit.models import AuditEntry
from borgerservice.municipalities.models import StaffMember

ACTS: dict[Act, Words] = {
    Act.CHECK_IN: gettext_lazy("Check in"),
    Act.CHECK_IN_AFTERWARDS: gettext_lazy("Was here, recorded afterwards"),
    Act.COMPLETE: gettext_lazy("Close the visit"),
    Act.MARK_NO_SHOW: gettext_lazy("Did not come"),
    Act.MOVE: gettext_lazy("Move"),
    Act.CANCEL: gettext_lazy("Cancel the appointment"),
}
EVENTS: dict[str, Words] = {
    Event.APPOINTMENT_BOOKED: gettext_lazy("Booked"),
    Event.APPOINTMENT_MOVED: gettext_lazy("Moved"),
    Event.APPOINTMENT_RESEATED: gettext_lazy("Moved to another desk"),
    Event.APPOINTMENT_LENGTHENED: gettext_lazy("Made longer for a witness"),
    Event.APPOINTMENT_TOO_SHORT: gettext_lazy("A witness comes, and there is no time for it"),
    Event.APPOINTMENT_CANCELLED: gettext_lazy("Cancelled"),
    Event.APPOINTMENT_CHECKED_IN: gettext_lazy("Checked in"),
    Event.APPOINTMENT_CHECKED_IN_LATE: gettext_lazy("Was here, recorded afterwards"),
    Event.APPOINTMENT_COMPLETED: gettext_lazy("Closed"),
    Event.APPOINTMENT_MISSED: gettext_lazy("Marked: did not come"),
    Event.DOUBLE_ASKED: gettext_lazy("Asked which of two times to keep"),
    Event.DOUBLE_ANSWERED: gettext_lazy("Said which of two times to keep"),
    Event.DOUBLE_ENDED: gettext_lazy("Did not say which of two times to keep"),
    Event.WITNESS_ASKED: gettext_lazy("Asked a witness beforehand"),
    Event.WITNESS_CHECKED: gettext_lazy("A witness was checked beforehand"),
    Event.WITNESS_WITHDREW: gettext_lazy("The witness will not come"),
    Event.WITNESS_FLAGGED: gettext_lazy("The witness may no longer be fine"),
    Event.PAPERS_KEPT: gettext_lazy("Told us of their papers"),
    Event.PAPERS_FLAGGED: gettext_lazy("The papers are no longer enough"),
    Event.CONTACT_READ: gettext_lazy("Contact details shown"),
    Event.CONTACT_CHANGED: gettext_lazy("Phone number and e-mail address changed"),
    Event.CONTACT_SHREDDED: gettext_lazy("Contact details deleted"),
    Event.HOLD_PLACED: gettext_lazy("Kept beyond its time"),
    Event.HOLD_LIFTED: gettext_lazy("Kept beyond its time no longer"),
}
WitnessState = Participant.WitnessState
MARKS: dict[str, tuple[str, Words]] = {
    WitnessState.UNSURE: ("refused", WitnessState.UNSURE.label),
    "worse": ("refused", gettext_lazy("Papers no longer enough")),
    "not_yet": ("refused", gettext_lazy("Papers not enough yet")),
    WitnessState.ASKED: ("open", WitnessState.ASKED.label),
    WitnessState.FINE: ("accepted", WitnessState.FINE.label),
}
"""What a clerk should know before calling somebody, the worst first, and how it looks."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or two beside a visit; `look` is a colour's name."""

    look: str
    label: Words


UNREADABLE: Final = Mark("refused", gettext_lazy("Name cannot be read"))


def marks_of(visit: ListedVisit) -> list[Mark]:
    """What is known beforehand of the witnesses and papers of a visit that is yet to be held.

    Of any visit: that a name of it cannot be read.
    """
    unreadable = [UNREADABLE] if any(comer.is_unreadable for comer in visit.comers) else []
    if visit.status not in _TO_COME:
        return unreadable
    known = {word for comer in visit.comers for word in (comer.witness, comer.papers) if word}
    marks = [Mark(*MARKS[word]) for word in MARKS if word in known] if known else []
    if any(comer.lacks_time for comer in visit.comers):
        marks.append(Mark("", gettext_lazy("Too short for a witness")))
    return marks + unreadable


_TO_COME: Final = frozenset({Appointment.Status.BOOKED, Appointment.Status.CHECKED_IN})


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a visit's history."""

    at: datetime
    what: Words
    who: str
    moved_from: datetime | None
    moved_to: datetime | None


def history_in_words(
    entries: Iterable[AuditEntry], *, words: Mapping[str, Words] = EVENTS
) -> list[Happening]:
    """What happened to a visit, and who did it. One statement for the names of staff.

    `words` are others for the history of something else.
    """
    entries = list(entries)
    ids = {entry.actor.removeprefix("staff:") for entry in entries if _is_staff(entry.actor)}
    names = {
        staff.actor: staff.get_full_name() or staff.username
        for staff in StaffMember.objects.filter(pk__in=ids)
    }
    return [
        Happening(
            at=entry.at,
            what=words.get(entry.event, entry.event),
            who=names.get(entry.actor) or _other(entry.actor),
            moved_from=_moment(entry, "from"),
            moved_to=_moment(entry, "to"),
        )
        for entry in entries
    ]


def _is_staff(actor: str) -> bool:
    return actor.startswith("staff:")


def _other(actor: str) -> str:
    if actor == "citizen":
        return _("The citizen")
    if actor == "witness":
        return _("The witness")
    if actor.startswith("screen:"):
        return _("The citizen, at the centre's screen")
    if actor.startswith("api"):
        return _("Another system")
    return _("Staff") if _is_staff(actor) else _("The system")


def _moment(entry: AuditEntry, fact: str) -> datetime | None:
    told = entry.facts.get(fact)
    return datetime.fromisoformat(told) if told else None
