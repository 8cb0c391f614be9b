"""What people are told where something cannot go, or cannot be kept."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "too_recent": _("Visits are kept for 5 years. Write {latest:%d/%m/%Y} or an earlier day."),
    "nothing_due": _("There is nothing from before that day that may go."),
    "disposal_waits": _("A proposal waits for an answer already."),
    "already_answered": _("Somebody has answered already."),
    "own_proposal": _("You proposed this yourself. A colleague must answer."),
    "unknown_reason": _("Choose a reason."),
    "unknown_reference": _("There is no visit and no case here with that number."),
    "already_held": _("The visit is kept already."),
    "already_lifted": _("It is no longer kept."),
}
