"""What a caller of the API is told, by code: of a whole request, and of one value in it."""

from django.utils.translation import gettext_lazy as _

REQUESTS = {
    "invalid_request": _("Some of what you sent cannot be used. See the list of errors."),
    "not_json": _("The body is not JSON in UTF-8."),
    "key_twice": _("A key stands twice in one object."),
    "idempotency_key_missing": _("Send an Idempotency-Key header, so that a repeat books once."),
    "idempotency_key_invalid": _("The Idempotency-Key must be 1 to 80 printable ASCII characters."),
    "not_authenticated": _("Send an access token in the Authorization header."),
    "authentication_failed": _("The access token is unknown or has expired, or its client ended."),
    "insufficient_scope": _("The access token does not hold the scope that this call needs."),
    "permission_denied": _("You may not do this."),
    "not_found": _("There is nothing at this address."),
    "method_not_allowed": _("This address does not take that method."),
    "not_acceptable": _("The answer can only be given as JSON."),
    "too_large": _("The body is larger than 64 KiB."),
    "unsupported_media_type": _("Send the body as application/json."),
    "bad_request": _("The request cannot be read."),
    "overloaded": _(
        "Too much is asked right now. Nothing was done. Send it again after Retry-After seconds."
    ),
    "unavailable": _(
        "The database cannot be reached right now. Send the same again, with the same"
        " Idempotency-Key, after Retry-After seconds."
    ),
    "keys_unavailable": _(
        "What is known of people can neither be kept nor read right now, because a key is missing."
        " Send the same again later, with the same Idempotency-Key."
    ),
    "server_error": _("Something went wrong here. Nothing was changed. Try again later."),
}

VALUES = {
    "required": _("This is missing."),
    "null": _("This must not be null."),
    "wrong_type": _("This is of the wrong type."),
    "blank": _("This must not be empty."),
    "empty": _("This list must not be empty."),
    "too_long": _("This is too long."),
    "out_of_range": _("This lies outside the range."),
    "unknown_value": _("This is none of the values that can be used."),
    "not_a_date": _("Write a date of the calendar as YYYY-MM-DD."),
    "not_a_moment": _("Write a date and time with its offset, as 2026-11-24T10:00:00+01:00."),
    "not_text": _("This holds a character that no text can hold."),
    "unknown_key": _("Something is sent here that this call does not know."),
    "sent_twice": _("This is sent more than once."),
    "invalid_cursor": _("Take the address in `next` as it stands."),
    "one_way_only": _("Send either several services or a number of participants, not both."),
}
