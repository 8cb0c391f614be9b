"""What can be done with visits: one function per use case, in one transaction each."""

from appointments.services.booking import book_appointment
from appointments.services.changes import cancel_appointment, move_appointment
from appointments.services.longer import lengthen_visit, make_longer
from appointments.services.plan import CentreNamed, Plan, Visitor, plan_visit
from appointments.services.repeats import Request
from appointments.services.visits import (
    check_in,
    check_in_afterwards,
    complete_visit,
    mark_no_show,
    take_walk_in,
)

__all__ = [
    "CentreNamed",
    "Plan",
    "Request",
    "Visitor",
    "book_appointment",
    "cancel_appointment",
    "check_in",
    "check_in_afterwards",
    "complete_visit",
    "lengthen_visit",
    "make_longer",
    "mark_no_show",
    "move_appointment",
    "plan_visit",
    "take_walk_in",
]
