"""A code as it is typed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.kind import KindForm
from appointments.wording import REFUSALS

LONGEST_TYPED = 40


class CodeForm(KindForm):
    """The six digits out of the message, however they are spaced, in any alphabet's digits."""

    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_TYPED,
        error_messages={
            "required": _("Write the code from the message."),
            "max_length": REFUSALS["code_wrong"],
        },
        widget=forms.TextInput(
            attrs={
                "class": "form-input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
            }
        ),
    )

    def clean_code(self) -> str:
        """Its digits alone."""
        typed = str(self.cleaned_data["code"])
        return "".join(str(int(char)) for char in typed if char.isdecimal())
