"""What can be done with visits: one function per use case, in one transaction each."""

from appointments.services.booking import (
    Plan,
    Request,
    Visitor,
    book_appointment,
    cancel_appointment,
    move_appointment,
    plan_visit,
)
from appointments.services.visits import check_in, complete_visit, mark_no_show, take_walk_in

__all__ = [
    "Plan",
    "Request",
    "Visitor",
    "book_appointment",
    "cancel_appointment",
    "check_in",
    "complete_visit",
    "mark_no_show",
    "move_appointment",
    "plan_visit",
    "take_walk_in",
]
