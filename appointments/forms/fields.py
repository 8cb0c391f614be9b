"""What several forms ask for; refusals are worded by the app, and repeat nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.widgets import RegionalPhoneNumberWidget

from appointments.exceptions import Refused
from appointments.rules.names import NameRefused, clean_person_name
from appointments.services.booking.plan import LARGEST_PARTY
from appointments.wording import REFUSALS
from borgerservice.kernel.cpr import holds_cpr_number

LONGEST_CONTACT: Final = 254
PHONE_INPUT: Final = {"class": "form-input", "autocomplete": "tel"}
EMAIL_INPUT: Final = {"class": "form-input", "autocomplete": "email"}
FIRST_YEAR, LAST_YEAR = 2000, 2100
DATE_FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d %m %Y"]


class NoCprField(forms.CharField):
    """A text in which no CPR number may stand."""

    def clean(self, value: Any) -> str:
        """The text as it was typed."""
        text = str(super().clean(value))
        if holds_cpr_number(text):
            raise forms.ValidationError(REFUSALS["looks_like_cpr"], code="looks_like_cpr")
        return text


class NameField(forms.Field):
    """A person's name."""

    def clean(self, value: object) -> str:
        """The name as it is kept, or why it cannot be."""
        try:
            return clean_person_name(str(value or ""))
        except NameRefused as refused:
            told = Refused(refused.code, params=refused.params)
            raise forms.ValidationError(told.sentence, code=told.code) from None


class PhoneField(PhoneNumberField):  # type: ignore[misc]
    """A phone number, Danish or foreign."""

    default_error_messages = {
        "invalid": REFUSALS["invalid_phone"],
        "required": REFUSALS["no_contact"],
    }

    def __init__(self, attrs: dict[str, str], *, required: bool, help_text: Any = "") -> None:
        super().__init__(
            label=_("Phone number"),
            required=required,
            help_text=help_text,
            widget=RegionalPhoneNumberWidget(attrs=attrs),
        )


class EmailField(forms.EmailField):
    """An e-mail address, or none."""

    default_error_messages = {
        "invalid": REFUSALS["invalid_email"],
        "max_length": REFUSALS["invalid_email"],
    }

    def __init__(self, attrs: dict[str, str]) -> None:
        super().__init__(
            label=_("E-mail address"),
            required=False,
            max_length=LONGEST_CONTACT,
            widget=forms.EmailInput(attrs={**attrs, "spellcheck": "false"}),
        )


class PeopleField(forms.TypedChoiceField):
    """How many come."""

    def __init__(self) -> None:
        super().__init__(
            label=_("How many people need the service?"),
            coerce=int,
            required=False,
            choices=_numbers_of_people,
            error_messages={"invalid_choice": _("Choose between 1 and 4 people.")},
            widget=forms.Select(attrs={"class": "form-select"}),
        )


def _numbers_of_people() -> Iterator[tuple[int, str]]:
    for number in range(1, LARGEST_PARTY + 1):
        yield number, ngettext("{number} person", "{number} people", number).format(number=number)


class StartField(forms.Field):
    """A moment with its offset from UTC, as the buttons of the times send it."""

    def clean(self, value: object) -> datetime:
        """The moment, or a sentence that repeats nothing."""
        unreadable = forms.ValidationError(_("Choose one of the times shown."), code="invalid")
        try:
            start = datetime.fromisoformat(str(value))
        except ValueError:
            raise unreadable from None
        if start.tzinfo is None or not FIRST_YEAR <= start.year < LAST_YEAR:
            raise unreadable
        return start
