"""What a witness says before they sign in: how long they have had MitID."""

from datetime import date, timedelta
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from borgerservice.kernel.cpr import holds_cpr_number
from witnesses.forms.fields import DayField

LONG: Final = timedelta(days=31)
"""Longer than any rule asks for, and easy to be sure of."""
OLDEST: Final = date(2021, 1, 1)
"""No MitID is older: the first were given out that year."""


class HadForm(forms.Form):
    """`?had=long`, `?had=unknown`, or `?had=recent&since=` with the day."""

    use_required_attribute = False
    had = forms.ChoiceField(choices=(("long", ""), ("recent", ""), ("unknown", "")), required=False)
    since = DayField(label=_("When did you get your MitID?"), required=False)

    def __init__(self, *args: object, today: date, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.today = today
        self.fields["since"].widget.attrs["class"] = "form-input input-width-m"

    def full_clean(self) -> None:
        """Check the form, then empty a day that looks like a CPR number."""
        super().full_clean()
        if self.is_bound and holds_cpr_number(str(self.data.get("since", ""))):
            self.data = {"had": "recent", "since": ""}

    def clean_since(self) -> date | None:
        """A day on which somebody can have got a MitID."""
        since: date | None = self.cleaned_data["since"]
        if since is not None and not OLDEST <= since <= self.today:
            raise forms.ValidationError(_("Write a day from 2021 until today."))
        if since is None and self.cleaned_data.get("had") == "recent" and "since" in self.data:
            raise forms.ValidationError(_("Write a date, for example 23-11-2026."))
        return since

    @property
    def mitid_since(self) -> date | None:
        """The day they say they have had it since; a safe one for "long", None where unknown."""
        if self.cleaned_data.get("had") == "long":
            return self.today - LONG
        since: date | None = self.cleaned_data.get("since")
        return since
