"""What apps offer staff for each one who comes, on the page of a visit that is another app's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from borgerservice.admin import Link
from borgerservice.municipalities.policies import Workplace


@dataclass(frozen=True, slots=True)
class Attendee:
    """One who comes to a visit, as the acts of other apps need to know it."""

    reference: str
    position: int
    service: str
    proves_identity: bool
    status: str


ParticipantActs = Callable[[Workplace, Attendee], Iterable[Link]]

_participant_acts: list[ParticipantActs] = []


def add_participant_acts(find: ParticipantActs) -> None:
    """Add an app's links and buttons for each participant on a visit's page."""
    _participant_acts.append(find)


def participant_acts(workplace: Workplace, attendee: Attendee) -> list[Link]:
    """What all apps offer for one participant."""
    return [link for find in _participant_acts for link in find(workplace, attendee)]
