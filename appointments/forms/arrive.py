"""What somebody types who has arrived."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import NoCprField
from appointments.forms.kind import KindForm
from appointments.wording import REFUSALS


class ArriveForm(KindForm):
    """The reference of a visit, typed or scanned. It is not shown back; a CPR number is none."""

    reference = NoCprField(
        label=_("Reference"),
        max_length=40,
        help_text=_("It stands in our message to you, for example K7QF-M3RX-P8."),
        error_messages={
            "required": _("Write the reference of your visit."),
            "max_length": REFUSALS["no_visit_here"],
        },
        widget=forms.TextInput(
            attrs={
                "class": "form-input",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )
