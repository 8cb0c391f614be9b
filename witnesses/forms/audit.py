"""What an auditor asks for: days of meetings, an outcome, another rule set. Sent in the address."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from witnesses.forms.documents import language_now
from witnesses.forms.fields import CHOOSE, DAY_FORMATS
from witnesses.models import IdentityProofing
from witnesses.rules.dates import parse_day
from witnesses.rules.rule_sets import RULE_SETS

MOST_DAYS: Final = 366
USUAL_DAYS: Final = 30
_ANY_OUTCOME: Final = ("", _("All"))
_OWN_RULES: Final = ("", _("The one each was decided under"))


class ChosenDay(forms.DateInput):
    """A browser's own field for a day. What is no day is not shown back."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """The day as the browser takes it."""
        day = value if isinstance(value, date) else parse_day(value)
        return day.isoformat() if day else None


def _day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=DAY_FORMATS,
        widget=ChosenDay(),
        error_messages={
            "required": _("Write a date, for example 23-11-2026."),
            "invalid": _("Write a date, for example 23-11-2026."),
        },
        **options,
    )


class SpanForm(forms.Form):
    """The first and last day of meetings."""

    use_required_attribute = False
    first = _day_field(_("First day"), required=False)
    last = _day_field(_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first."""
        told = super().clean() or self.cleaned_data
        first, last = told.get("first"), told.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return told


class DecisionsForm(SpanForm):
    """Which decisions are listed: all, where nothing is chosen."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[_ANY_OUTCOME, *IdentityProofing.Outcome.choices],
        error_messages=CHOOSE,
    )


class SummaryForm(SpanForm):
    """Of which days the decisions are counted, and by which rules they are decided again."""

    rule_set = forms.ChoiceField(
        label=_("Decide again under"), required=False, error_messages=CHOOSE
    )

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        """What is not asked for: the last days up to today, each by its own rules."""
        usual = {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}
        super().__init__(
            {name: data.get(name, day.isoformat()) for name, day in usual.items()}
            | {"rule_set": data.get("rule_set", "")}
        )
        self.fields["first"].required = self.fields["last"].required = True
        self.fields["rule_set"].choices = [_OWN_RULES, *_set_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """At most a year of days."""
        told = super().clean()
        first, last = told.get("first"), told.get("last")
        if first and last and (last - first).days >= MOST_DAYS:
            said = _("Choose at most {days} days.")
            self.add_error("last", said.format(days=MOST_DAYS))
        return told


class WhatIfForm(forms.Form):
    """A rule set of those installed."""

    use_required_attribute = False
    rule_set = forms.ChoiceField(label=_("Rule set"), error_messages=CHOOSE)

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["rule_set"].choices = _set_choices()  # type: ignore[attr-defined]


def _set_choices() -> list[tuple[str, str]]:
    return [(one.id, one.title[language_now()]) for one in RULE_SETS.values()]
