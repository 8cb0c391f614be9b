"""The states of an appointment, and what may happen in each."""

from collections.abc import Mapping
from datetime import date, timedelta
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
    CHECK_IN_AFTERWARDS = "check_in_afterwards"
    MARK_NO_SHOW = "mark_no_show"
    COMPLETE = "complete"


TRANSITIONS: Final[Mapping[AppointmentState, Mapping[Act, AppointmentState]]] = MappingProxyType(
    {
        AppointmentState.BOOKED: MappingProxyType(
            {
                Act.MOVE: AppointmentState.BOOKED,
                Act.CANCEL: AppointmentState.CANCELLED,
                Act.CHECK_IN: AppointmentState.CHECKED_IN,
                Act.CHECK_IN_AFTERWARDS: AppointmentState.CHECKED_IN,
                Act.MARK_NO_SHOW: AppointmentState.NO_SHOW,
            }
        ),
        AppointmentState.CHECKED_IN: MappingProxyType({Act.COMPLETE: AppointmentState.COMPLETED}),
        AppointmentState.NO_SHOW: MappingProxyType(
            {
                Act.CHECK_IN: AppointmentState.CHECKED_IN,
                Act.CHECK_IN_AFTERWARDS: AppointmentState.CHECKED_IN,
            }
        ),
        AppointmentState.COMPLETED: MappingProxyType({}),
        AppointmentState.CANCELLED: MappingProxyType({}),
    }
)

RECORDED_AFTERWARDS_WITHIN: Final = timedelta(days=30)


def may(act: Act, state: AppointmentState) -> bool:
    """An act is allowed where the table of transitions lists it, and nowhere else.

    Reading: whoever is marked as a no-show and comes after all can still be checked in.
    """
    return act in TRANSITIONS[state]


def may_be_checked_in_on(today: date, *, day: date) -> Act | None:
    """How a visit of a day is checked in today: on the day itself, or recorded afterwards.

    Reading: what could not be recorded in time, because the system was down, is recorded within
    thirty days; after that, and before the day, not at all.
    """
    if day == today:
        return Act.CHECK_IN
    is_recent = timedelta() < today - day <= RECORDED_AFTERWARDS_WITHIN
    return Act.CHECK_IN_AFTERWARDS if is_recent else None
