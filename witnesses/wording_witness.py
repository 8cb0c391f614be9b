"""What a witness is told: one who signs in with MitID, at the desk or before the visit."""

from django.utils.translation import gettext_lazy as _

SIGN_IN_REFUSALS = {
    "link_over": _("The link does not hold any more, or it is not whole."),
    "already_signed": _("The declaration has already been signed."),
    "off": _("MitID cannot be used here right now."),
    "broker_down": _("We cannot reach MitID right now."),
    "cancelled": _("You did not sign in with MitID."),
    "invalid": _("The answer from MitID could not be used."),
    "does_not_match": _("This MitID does not match the case."),
    "level_too_low": _("This case asks for a MitID at a higher level than the one you used."),
    "no_cpr_number": _("Your MitID has no CPR number, so we cannot recognise you by it."),
}

CHECK_REFUSALS = {
    "link_over": _("The link does not hold any more, or somebody else has used it."),
    "already_signed": _("The link does not hold any more, or somebody else has used it."),
    "off": _("MitID cannot be used here right now."),
    "broker_down": _("We cannot reach MitID right now."),
    "cancelled": _("You did not sign in with MitID."),
    "invalid": _("The answer from MitID could not be used."),
    "level_too_low": _("Sign in with MitID at the level Substantial or High."),
    "no_cpr_number": _("Your MitID has no CPR number, so we cannot recognise you by it."),
}
"""What a witness is told who could not be checked before the visit."""

FAILED_BEFOREHAND = {
    "witness.minimum_age": _("You are too young on the day of the visit."),
    "witness.mitid_held": _("You have not had MitID long enough on the day of the visit."),
    "witness.documents": _("The ID you will bring is not enough on the day of the visit."),
    "witness.quota": _("You have been a witness as many times as one may be for now."),
    "witness.independent": _("You cannot be the witness at this visit."),
}
"""Why somebody may not be the witness on the day of the visit, said to them alone."""
