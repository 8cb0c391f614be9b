"""What somebody answers who has booked twice."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.kind import KindForm


class KeepForm(KindForm):
    """Which of two visits somebody keeps."""

    answer = forms.ChoiceField(
        label=_("What do you want to keep?"),
        choices=[(answer, answer) for answer in ("earlier", "later", "both")],
        error_messages={
            "required": _("Choose what you want to keep."),
            "invalid_choice": _("Choose what you want to keep."),
        },
    )
