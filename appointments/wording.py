"""What people are told when a booking or an act on a visit is refused."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "offer_over": _("This offer does not stand any more."),
    "cannot_wait": _("You cannot ask for an earlier time than this one."),
    "choose_a_centre": _("Choose at least one centre."),
    "wish_ends_too_soon": _("The last day must be today or later, and not before the first."),
    "wish_without_days": _("Choose at least one day of the week, and hours that end later."),
    "slot_taken": _("That time has just been taken. Choose another time."),
    "too_many_tries": _("Too many bookings with this phone number or e-mail address. Wait."),
    "code_needed": _("We need to send you a code before we can hold a time."),
    "too_many_codes": _("Too many codes have been asked for. Wait an hour, or call the centre."),
    "too_many_tried": _("Too many wrong codes were written. Wait an hour, or call the centre."),
    "code_wrong": _("That is not the code. Look at the message again."),
    "code_over": _("This code cannot be used any more. Ask for a new one."),
    "hold_over": _("The time is no longer held. Book it without the hold, or choose another."),
    "not_found": _("We cannot find the appointment."),
    "centre_not_found": _("We cannot find the centre."),
    "municipality_not_found": _("We cannot find the municipality."),
    "service_not_found": _("There is no such service."),
    "region_not_found": _("There is no such region."),
    "no_such_postal_code": _("Write a postal code with four digits, for example 8000."),
    "in_the_past": _("That time has passed. Choose a later time."),
    "too_soon": _("That time is too soon to book. Choose a later time."),
    "too_far_ahead": _("That time is further ahead than you can book now."),
    "off_grid": _("There is no time at that minute. Choose one of the times shown."),
    "no_such_time": _(
        "The clock changes that night: it shows that time twice or not at all. Choose another time."
    ),
    "closed": _("The centre is closed at that time. Choose another time."),
    "service_not_offered": _("This centre does not offer that service."),
    "centre_not_open_for_booking": _("You cannot book a time at this centre."),
    "no_participants": _("Say who is coming."),
    "too_many_participants": _("At most {limit} people can come to one visit."),
    "empty": _("Write a name."),
    "too_long": _("The name is too long. Write at most {limit} characters."),
    "not_a_name": _("Write a name with letters."),
    "looks_like_cpr": _(
        "This looks like a CPR number. Do not write your CPR number here; we do not need it."
    ),
    "invalid_phone": _("Write a phone number we can call, for example 20 30 40 50."),
    "phone_not_texted": _(
        "We cannot send text messages to that phone number. Write an e-mail address too."
    ),
    "invalid_email": _("Write an e-mail address, for example name@example.com."),
    "no_contact": _("Write a phone number or an e-mail address."),
    "unknown_language": _("We cannot write to you in that language."),
    "cannot_change_contact": _("The phone number and e-mail address can no longer be changed."),
    "contact_changed_meanwhile": _(
        "Somebody else has just changed it. Go back to the visit and look before you change it"
        " again."
    ),
    "cannot_move": _("The appointment can no longer be moved."),
    "cannot_be_longer": _(
        "The visit cannot be made longer: the time after it is taken or closed, or the desk cannot"
        " do it. Move the visit, and it is tried again."
    ),
    "cannot_cancel": _("The appointment can no longer be cancelled."),
    "cannot_check_in": _("The citizen cannot be checked in to this appointment."),
    "cannot_check_in_afterwards": _("The citizen cannot be checked in to this appointment."),
    "not_afterwards": _(
        "This can be recorded afterwards only, and at most 30 days after the day of the visit."
    ),
    "cannot_mark_no_show": _("This appointment cannot be marked as missed."),
    "cannot_complete": _("This appointment cannot be closed."),
    "not_today": _("That can only be done on the day of the visit."),
    "not_started": _("The visit has not begun yet."),
    "no_visit_here": _("We find no time here today with that reference. Ask at the desk."),
    "already_answered": _("You have answered already. Nothing has been changed."),
    "answer_too_late": _("It is too late to choose. The time you booked last is cancelled."),
    "nothing_to_choose": _("There is nothing to choose any more."),
    "idempotency_key_reused": _("This key was used for another request."),
    "draft_expired": _("Your booking was not finished in time. Start again."),
    "period_reversed": _("The period ends before it begins."),
    "period_too_long": _("Ask for at most {limit} days at a time."),
    "no_room_today": _("There is no free time left today."),
    "no_such_weekday": _("Choose a weekday."),
    "outside_the_day": _("Write a time between 00:00 and 24:00."),
    "off_the_grid": _("Write a time in whole five minutes, for example 10:15."),
    "ends_before_it_begins": _("The end must be later than the beginning."),
    "overlaps": _("These hours overlap other hours on the same weekday."),
    "centre_without_name": _("Write the name of the centre."),
    "centre_name_taken": _(
        "The address of the centre's page is made of its name, and that address is taken or cannot"
        " be made. Write another name, for example with the town."
    ),
    "visits_affected": _(
        "Booked visits that no longer fit: {count}. Look at them and choose what happens to them."
    ),
    "place_changes": _(
        "Booked visits whose place changes: {count}. They stay booked, and everybody is told of the"
        " new place. Look at them and confirm."
    ),
    "holds_affected": _(
        "Times that somebody holds just now and that no longer fit: {count}. They end when you"
        " confirm."
    ),
    "nobody_left": _("Nobody is left who needs another time."),
    "done_already": _("That has been done already."),
    "closure_reversed": _("The last day must not be before the first."),
    "closure_is_over": _("Those days have passed."),
    "closure_too_long": _("Close the centre for at most a year at a time."),
    "closure_overlaps": _("The centre is already closed at some of that time."),
    "extra_opening_overlaps": _("The centre already has an extra opening at that time."),
    "clerk_without_desk": _("This clerk has no desk at the centre."),
    "lead_out_of_range": _("Write a number of minutes from 0 to 43200."),
    "horizon_out_of_range": _("Write a number of days from 1 to 365."),
    "length_out_of_range": _("Write a number of minutes from 5 to 240 that 5 goes into."),
    "buffer_out_of_range": _("Write a number of minutes from 0 to 60 that 5 goes into."),
    "too_many_desks_kept": _("Leave at least one desk for those who book themselves."),
    "kept_too_long": _("Write a number of days, no more than one can book ahead."),
    "two_stops_on_a_day": _("Write one stop for each weekday."),
    "stop_without_address": _("Write where the centre stands."),
    "stop_without_town": _("Write a town."),
    "desk_number_taken": _("There is already a desk with that number."),
    "desk_number_out_of_range": _("Write a number from 1 to 999."),
    "desk_without_services": _("Choose at least one service."),
}

NEEDS_TOLD = {
    "interpreter": _("An interpreter is needed"),
    "wheelchair": _("Somebody comes in a wheelchair"),
}
"""What visitors may need, said as they choose it and as staff read it."""
