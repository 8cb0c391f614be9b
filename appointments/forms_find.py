"""How somebody who has lost the link to a visit can be reached."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from appointments.forms import KindForm
from appointments.wording import REFUSALS


class FindForm(KindForm):
    """The phone number or e-mail address that was given when booking."""

    phone = PhoneNumberField(
        label=_("Phone number"),
        required=False,
        error_messages={"invalid": REFUSALS["invalid_phone"]},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        error_messages={
            "invalid": REFUSALS["invalid_email"],
            "max_length": REFUSALS["invalid_email"],
        },
        widget=forms.EmailInput(
            attrs={"class": "form-input", "autocomplete": "email", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["phone"].widget.attrs.update(
            {"class": "form-input", "autocomplete": "tel", "type": "tel"}
        )

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        if not self.errors and not (self.cleaned_data["phone"] or self.cleaned_data["email"]):
            self.add_error("phone", str(REFUSALS["no_contact"]))
        return self.cleaned_data
