"""The states of an appointment, and what may happen in each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AppointmentState(StrEnum):
    """Where an appointment (aftale) stands."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What a citizen or a clerk may do with an appointment."""

    MOVE = "move"
    CANCEL = "cancel"
    CHECK_IN = "check_in"
    MARK_NO_SHOW = "mark_no_show"
    COMPLETE = "complete"


TRANSITIONS: Final[Mapping[AppointmentState, Mapping[Act, AppointmentState]]] = MappingProxyType(
    {
        AppointmentState.BOOKED: MappingProxyType(
            {
                Act.MOVE: AppointmentState.BOOKED,
                Act.CANCEL: AppointmentState.CANCELLED,
                Act.CHECK_IN: AppointmentState.CHECKED_IN,
                Act.MARK_NO_SHOW: AppointmentState.NO_SHOW,
            }
        ),
        AppointmentState.CHECKED_IN: MappingProxyType({Act.COMPLETE: AppointmentState.COMPLETED}),
        AppointmentState.NO_SHOW: MappingProxyType({Act.CHECK_IN: AppointmentState.CHECKED_IN}),
        AppointmentState.COMPLETED: MappingProxyType({}),
        AppointmentState.CANCELLED: MappingProxyType({}),
    }
)

HOLDS_ITS_PLACE: Final = frozenset(AppointmentState) - {AppointmentState.CANCELLED}


def may(act: Act, state: AppointmentState) -> bool:
    """An act is allowed where the table of transitions lists it, and nowhere else.

    Reading: whoever is marked as a no-show and comes after all can still be checked in.
    """
    return act in TRANSITIONS[state]


def holds_its_place(state: AppointmentState) -> bool:
    """Every appointment keeps its desk and time for itself until it is cancelled."""
    return state in HOLDS_ITS_PLACE
