"""What an administrator types about single days: closed, open after all, somebody away."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.desk.roster_forms import WRITE_A_DATE, MinuteField, RosterForm, name_of
from appointments.forms.fields import DATE_FORMATS, NoCprField
from appointments.models import Desk
from appointments.rules.opening import Closing
from appointments.rules.ticks import MINUTES_PER_DAY
from borgerservice.municipalities.models import StaffMember


def date_field(label: Any) -> forms.DateField:
    """A day that has to be written."""
    return forms.DateField(
        label=label,
        input_formats=DATE_FORMATS,
        error_messages={"required": WRITE_A_DATE, "invalid": WRITE_A_DATE},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class ReasonField(NoCprField):
    """Why; anyone may read it."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Reason"),
            required=False,
            max_length=120,
            help_text=_("Anyone can read it, for example: staff training."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )


class DaysForm(RosterForm):
    """Days, or hours of them; without times they are whole days."""

    first_day = date_field(_("First day"))
    last_day = date_field(_("Last day"))
    from_minute = MinuteField(
        label=_("From what time"),
        required=False,
        help_text=_("Leave both times empty for whole days."),
    )
    to_minute = MinuteField(label=_("Until what time"), required=False)

    def closing(self) -> Closing:
        """The days and minutes that were meant."""
        typed = self.cleaned_data
        begins, ends = typed["from_minute"], typed["to_minute"]
        return Closing(
            typed["first_day"],
            typed["last_day"],
            0 if begins is None else begins,
            MINUTES_PER_DAY if ends is None else ends,
        )


class ClosureForm(DaysForm):
    """Days on which the centre is closed."""

    reason = ReasonField()

    field_order = ("first_day", "last_day", "from_minute", "to_minute", "reason")


class ExtraOpeningForm(forms.Form):
    """Hours of a day on which the centre is open after all."""

    day = date_field(_("Day"))
    opens_minute = MinuteField(label=_("Opens"))
    closes_minute = MinuteField(label=_("Closes"))
    reason = ReasonField()


class AbsenceForm(DaysForm):
    """Which desk or who is away, and when."""

    who = forms.ChoiceField(
        label=_("Desk or clerk"),
        help_text=_(
            "When a clerk is away, each desk where the clerk always sits is closed. Visits go to"
            " another desk that is free at the same time."
        ),
        error_messages={"required": _("Choose a desk or a clerk.")},
    )

    field_order = ("who", "first_day", "last_day", "from_minute", "to_minute")

    def __init__(self, data: Mapping[str, Any] | None, *, away: Mapping[str, object]) -> None:
        super().__init__(data)
        self.away = away
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (key, words_for(one)) for key, one in away.items()
        ]

    def clean_who(self) -> object:
        """The desk or clerk that was meant."""
        return self.away[self.cleaned_data["who"]]


def words_for(who: object) -> object:
    """A desk by its number, a clerk by name."""
    if isinstance(who, Desk):
        return _("Desk {number}").format(number=who.number)
    return name_of(who) if isinstance(who, StaffMember) else ""
