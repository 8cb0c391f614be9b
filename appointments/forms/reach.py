"""How somebody can be reached: who has lost a link, and where a code is sent."""

from typing import Any

from appointments.forms.fields import EMAIL_INPUT, PHONE_INPUT, EmailField, PhoneField
from appointments.forms.kind import TypedForm
from appointments.wording import REFUSALS


class ReachForm(TypedForm):
    """A phone number or an e-mail address."""

    phone = PhoneField(PHONE_INPUT, required=False)
    email = EmailField(EMAIL_INPUT)

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        if not self.errors and not (self.cleaned_data["phone"] or self.cleaned_data["email"]):
            self.add_error("phone", str(REFUSALS["no_contact"]))
        return self.cleaned_data
