"""What an administrator types to have it told what is held of somebody. Sent by POST alone."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.desk.journal import JournalField
from appointments.forms.fields import EmailField, NameField, PhoneField
from appointments.forms.kind import KindForm
from borgerservice.rights.telling import Sought
from witnesses.forms.approvals import NumberField
from witnesses.rules.numbers import IdentityNumber

LANGUAGES: Final = (("da", _("Danish")), ("en", _("English")))
CHECKED: Final = _("Check who it is first: with MitID, or with a passport or driving licence.")


class OptionalNumber(NumberField):
    """Somebody's number, or none."""

    def clean(self, value: Any) -> IdentityNumber | None:  # type: ignore[override]
        """The number; None where nothing was typed."""
        return super().clean(value) if str(value or "").strip() else None


class HeldForm(KindForm):
    """Whom it is about, the journal number of the request, and the language of the account."""

    number = OptionalNumber(
        label=_("CPR number"),
        required=False,
        help_text=_("A CPR number, a replacement number or a P-code. It is not stored here."),
    )
    phone = PhoneField({"autocomplete": "off"}, required=False)
    email = EmailField({"autocomplete": "off"})
    name = NameField(
        label=_("Name"),
        help_text=_("It tells who of those that share a visit the person is."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    journal = JournalField(_("Journal number of the request"))
    language = forms.ChoiceField(
        label=_("Language of the account"),
        choices=LANGUAGES,
        initial="da",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    is_checked = forms.BooleanField(
        label=_("I have checked who the person is"), error_messages={"required": CHECKED}
    )

    @property
    def must_type_number_again(self) -> bool:
        """Whether a number was typed that the form does not show back."""
        return self.is_bound and bool(self.data.get("number"))

    def clean(self) -> dict[str, Any]:
        """Something to be found by is given."""
        told = super().clean() or self.cleaned_data
        ways = ("number", "phone", "email")
        if not any(told.get(way) for way in ways) and not set(ways) & set(self.errors):
            raise forms.ValidationError(
                _("Write a CPR number, a phone number or an e-mail address.")
            )
        return told

    def sought(self) -> Sought:
        """Whom it is about."""
        typed = self.cleaned_data
        return Sought(
            number=typed["number"],
            phone=typed["phone"].as_e164 if typed["phone"] else "",
            email=typed["email"],
            name=typed["name"],
        )
