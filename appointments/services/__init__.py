"""What can be done with visits: one function per use case, in one transaction each."""

from appointments.services.booking.book import book_appointment
from appointments.services.booking.plan import CentreNamed, Plan, Visitor, plan_visit
from appointments.services.booking.repeats import Request
from appointments.services.visits.attendance import (
    check_in,
    check_in_afterwards,
    complete_visit,
    mark_no_show,
    take_walk_in,
)
from appointments.services.visits.changes import cancel_appointment, move_appointment
from appointments.services.visits.longer import lengthen_visit, make_longer

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
