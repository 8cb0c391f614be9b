"""When somebody wants to come, and the time they chose."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import DATE_FORMATS, PeopleField, StartField
from appointments.forms.kind import KindForm
from appointments.wording import REFUSALS
from borgerservice.kernel.clock import danish_date


class TimesForm(KindForm):
    """How many come, and from which day times are wanted: `?people=&from=`."""

    people = PeopleField()
    first_day = forms.DateField(
        label=_("Show times from"),
        required=False,
        input_formats=DATE_FORMATS,
        error_messages={"invalid": _("Write a date, for example 23-11-2026.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-input", "type": "date"}),
    )

    def __init__(self, data: Mapping[str, Any], *, now: datetime, party: int | None = None) -> None:
        """With a `party` that is settled already, only the day is asked for."""
        self.settled = party
        self.today = danish_date(now)
        asked = {
            "people": data.get("people") or "1",
            "from": data.get("from") or self.today.isoformat(),
        }
        super().__init__(asked)
        if party is not None:
            del self.fields["people"]

    def add_prefix(self, field_name: str) -> str:
        """The first day is `from` in the address."""
        return "from" if field_name == "first_day" else super().add_prefix(field_name)

    def full_clean(self) -> None:
        """A day that was not understood is not shown back: a date field could not hold it."""
        super().full_clean()
        if "first_day" in self.errors:
            self.data = {**self.data, "from": ""}

    def clean_first_day(self) -> date:
        """A day that is over means today."""
        return max(self.cleaned_data["first_day"] or self.today, self.today)

    def keep_within(self, last_day: date) -> None:
        """Refuse a day after the last one that can be booked."""
        if self.start_day > last_day:
            self.add_error("first_day", str(REFUSALS["too_far_ahead"]))
            self.data = {**self.data, "from": ""}

    @property
    def party(self) -> int:
        """How many come; one, where that was not understood."""
        return self.settled or int(self.cleaned_data.get("people") or 1)

    @property
    def start_day(self) -> date:
        """The day to begin at; today, where that was not understood."""
        return self.cleaned_data.get("first_day") or self.today


class StartForm(forms.Form):
    """The time somebody chose."""

    start = StartField()
