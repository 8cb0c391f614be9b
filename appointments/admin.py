"""What staff do with appointments: the pages and the menu. The views are in `desk/`."""

from django.utils.translation import gettext_lazy as _

from appointments.desk import (
    booking,
    closing,
    contact,
    day,
    day_rows,
    own,
    places,
    rebooking,
    roster,
    screen,
    terms,
    visit,
)
from borgerservice.admin import MenuItem, Role, add_menu, add_pages

CENTRE = "<slug:code>/centres/<slug:key>"
VISIT = "<slug:code>/visits/<str:reference>"

DESK = frozenset(day.DESK_ROLES)
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

add_menu(
    [
        MenuItem(_("Today's list"), "day", DESK, is_of_centre=True),
        MenuItem(_("Book a time"), "book", DESK, is_of_centre=True),
        MenuItem(_("Without an appointment"), "walk_in", DESK, is_of_centre=True),
        MenuItem(_("Name and address"), "place", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Opening hours"), "hours", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Desks"), "desks", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Absence"), "absences", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Closed days"), "closures", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Offer other times"), "rebookings", DESK | ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Extra openings"), "extra_openings", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Rules for booking"), "booking_rules", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Citizens of other municipalities"), "served", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Stops"), "stops", ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("Screen at the centre"), "screen", DESK | ADMINISTRATOR, is_of_centre=True),
        MenuItem(_("The municipality's own settings"), "own", ADMINISTRATOR),
        MenuItem(_("Logo"), "own_logo", ADMINISTRATOR),
        MenuItem(_("Links for your web site"), "own_links", ADMINISTRATOR),
        MenuItem(_("Add a centre"), "centre_add", ADMINISTRATOR),
    ]
)
add_pages(
    [
        (f"{CENTRE}/day/", day.day, "day"),
        (f"{CENTRE}/day.json", day_rows.day_rows, "day_rows"),
        (f"{CENTRE}/book/", booking.book, "book"),
        (f"{CENTRE}/walk-in/", booking.walk_in, "walk_in"),
        (f"{VISIT}/", visit.visit, "visit"),
        (f"{VISIT}/contact/", visit.contact, "visit_contact"),
        (f"{VISIT}/contact/new/", contact.change, "visit_contact_change"),
        (f"{VISIT}/check-in/", visit.receive, "visit_check_in"),
        (f"{VISIT}/check-in-afterwards/", visit.received, "visit_check_in_afterwards"),
        (f"{VISIT}/no-show/", visit.missed, "visit_no_show"),
        (f"{VISIT}/complete/", visit.complete, "visit_complete"),
        (f"{VISIT}/cancel/", visit.cancel, "visit_cancel"),
        (f"{VISIT}/move/", booking.move, "visit_move"),
        (f"{VISIT}/people/<int:position>/longer/", visit.lengthen, "visit_lengthen"),
        ("<slug:code>/centres/new/", places.new_centre, "centre_add"),
        (f"{CENTRE}/place/", places.place, "place"),
        (f"{CENTRE}/hours/", roster.hours, "hours"),
        (f"{CENTRE}/desks/", roster.desks, "desks"),
        (f"{CENTRE}/desks/new/", roster.new_desk, "desk_add"),
        (f"{CENTRE}/desks/<int:number>/", roster.one_desk, "desk_change"),
        (f"{CENTRE}/closed-days/", closing.closures, "closures"),
        (f"{CENTRE}/closed-days/<int:number>/remove/", closing.reopen, "closure_remove"),
        (f"{CENTRE}/extra-openings/", closing.extra_openings, "extra_openings"),
        (
            f"{CENTRE}/extra-openings/<int:number>/remove/",
            closing.take_back,
            "extra_opening_remove",
        ),
        (f"{CENTRE}/absences/", closing.absences, "absences"),
        (f"{CENTRE}/absences/<int:number>/remove/", closing.come_back, "absence_remove"),
        (f"{CENTRE}/booking-rules/", terms.booking_rules, "booking_rules"),
        (f"{CENTRE}/served/", terms.served, "served"),
        (f"{CENTRE}/screen/", screen.screen, "screen"),
        (f"{CENTRE}/stops/", terms.stops, "stops"),
        (f"{CENTRE}/other-times/", rebooking.rebookings, "rebookings"),
        (f"{CENTRE}/other-times/start/", rebooking.start, "rebooking_start"),
        ("<slug:code>/other-times/<int:number>/", rebooking.rebooking, "rebooking"),
        ("<slug:code>/offers/<int:number>/phoned/", rebooking.phoned, "offer_phoned"),
        ("<slug:code>/own/", own.own, "own"),
        ("<slug:code>/own/logo/", own.logo, "own_logo"),
        ("<slug:code>/own/logo/remove/", own.logo_remove, "own_logo_remove"),
        ("<slug:code>/own/links/", own.own_links, "own_links"),
    ]
)
