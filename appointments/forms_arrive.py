"""What somebody types who has arrived."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms import KindForm
from appointments.wording import REFUSALS
from borgerservice.kernel.cpr import holds_cpr_number


class ArriveForm(KindForm):
    """The reference of a visit, typed or scanned. It is not shown back."""

    reference = forms.CharField(
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

    def clean_reference(self) -> str:
        """A CPR number is no reference, and is not looked for."""
        reference = str(self.cleaned_data["reference"])
        if holds_cpr_number(reference):
            raise forms.ValidationError(REFUSALS["looks_like_cpr"], code="looks_like_cpr")
        return reference
