"""Fields and inputs of a case's forms. What looks like a CPR number is never shown back."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import holds_cpr_number
from witnesses.rules.guide.answers import FIRST_YEAR, LAST_YEAR

DAY_FORMATS: Final = ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d")
CHOOSE: Final = {
    "required": _("Choose one."),
    "invalid_choice": _("Choose one of the answers shown."),
}
NOT_CHOSEN: Final = ("", _("Choose"))
_EIGHT_DIGITS: Final = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_ONLY_YEAR: Final = re.compile(r"[0-9]{4}")
_SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}[0-9]{2}")


class CarefulInput(forms.TextInput):
    """A text field that does not show back what looks like a CPR number."""

    def format_value(self, value: Any) -> Any:
        """What the field shows; nothing where a number would show."""
        shown = super().format_value(value)
        return None if shown and holds_cpr_number(str(shown)) else shown


class NumberInput(forms.TextInput):
    """A field for somebody's number, which shows nothing back."""

    def format_value(self, value: Any) -> None:
        """Nothing, whatever was typed."""


class DayField(forms.DateField):
    """A day, typed the Danish way, as eight digits, or year first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_formats=DAY_FORMATS,
            error_messages={"invalid": _("Write a date, for example 23-11-2026.")},
            widget=CarefulInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **options,
        )

    def to_python(self, value: Any) -> date | None:
        """The day meant; eight digits are day, month and year."""
        digits = _EIGHT_DIGITS.fullmatch(str(value or "").strip())
        return super().to_python("-".join(digits.groups()) if digits else value)

    def prepare_value(self, value: Any) -> Any:
        """A day as it would be typed."""
        return value.strftime("%d-%m-%Y") if isinstance(value, date) else value


class KindDayField(DayField):
    """A day, and for the two ways in which people mostly write half of one what is missing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.update({"class": "form-input day-input"})

    def to_python(self, value: Any) -> date | None:
        """The day meant."""
        typed = str(value or "").strip()
        if _ONLY_YEAR.fullmatch(typed):
            raise forms.ValidationError(
                _("Write the day and the month too, for example 23-11-2026."), code="only_year"
            )
        if _SHORT_YEAR.fullmatch(typed):
            raise forms.ValidationError(
                _("Write the year with four digits, for example 23-11-2026."), code="short_year"
            )
        day = super().to_python(typed)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


def typed_so_far(form: type[forms.Form], data: Mapping[str, Any], prefix: str = "") -> Any:
    """What was typed into a form's fields, unchecked, to be shown in a fresh form."""
    return {
        name: prefix + name in data
        if isinstance(field, forms.BooleanField)
        else data.get(prefix + name, "")
        for name, field in form.base_fields.items()
    }
