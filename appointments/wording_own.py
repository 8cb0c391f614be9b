"""What an administrator is told when the municipality's own settings cannot stand."""

from django.utils.translation import gettext_lazy as _

from appointments.wording import REFUSALS

OWN_REFUSALS = {
    **{code: REFUSALS[code] for code in ("invalid_phone", "looks_like_cpr")},
    "no_service_left": _("Choose at least one service."),
    "choose_one": _("Choose one of the answers."),
    "text_too_long": _("Write at most {limit} characters."),
    "text_in_one_language_only": _("Write the text in both languages, or in neither."),
    "not_a_colour": _("Write a colour as # and six digits or letters a to f, for example #0b5a34."),
    "colour_too_light": _(
        "White text cannot be read on that colour: the contrast is {found}, and it must be at"
        " least {least}. Choose a darker one."
    ),
    "no_such_statement": _(
        "Write the whole address of the statement. It begins with https://was.digst.dk/."
    ),
    "invalid_email": _("Write an e-mail address, for example name@example.com."),
    "not_an_address": _("Write the whole address. It begins with https://."),
    "choose_a_picture": _("Choose a file."),
    "picture_too_heavy": _("The file is too large. It may take up 200 kB."),
    "picture_not_png": _("The file is not a PNG picture. Save the logo as PNG."),
    "picture_too_large": _(
        "The picture is too large. It may be 1600 points wide and 800 points high."
    ),
    "picture_broken": _("The picture cannot be read. Save it as PNG once more."),
}
