"""What staff do with appointments: the pages and the menu. The views are in `desk/`."""

from django.utils.translation import gettext_lazy as _

from appointments.desk import booking, day, visit
from borgerservice.admin import MenuItem, add_menu, add_pages

CENTRE = "<slug:code>/centres/<slug:key>"
VISIT = "<slug:code>/visits/<str:reference>"

add_menu(
    [
        MenuItem(_("Today's list"), "day", frozenset(day.DESK_ROLES), is_of_centre=True),
        MenuItem(_("Book a time"), "book", frozenset(day.DESK_ROLES), is_of_centre=True),
        MenuItem(
            _("Without an appointment"), "walk_in", frozenset(day.DESK_ROLES), is_of_centre=True
        ),
    ]
)
add_pages(
    [
        (f"{CENTRE}/day/", day.day, "day"),
        (f"{CENTRE}/book/", booking.book, "book"),
        (f"{CENTRE}/walk-in/", booking.walk_in, "walk_in"),
        (f"{VISIT}/", visit.visit, "visit"),
        (f"{VISIT}/contact/", visit.contact, "visit_contact"),
        (f"{VISIT}/check-in/", visit.receive, "visit_check_in"),
        (f"{VISIT}/no-show/", visit.missed, "visit_no_show"),
        (f"{VISIT}/complete/", visit.complete, "visit_complete"),
        (f"{VISIT}/cancel/", visit.cancel, "visit_cancel"),
        (f"{VISIT}/move/", booking.move, "visit_move"),
    ]
)
